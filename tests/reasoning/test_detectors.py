"""Raw answers become findings: entity, statement in numbers, onset, evidence."""

import pytest

from agent.model.cluster import ServiceEndpoints
from agent.model.entity import Entity
from agent.model.finding import FindingKind
from agent.model.pod import ContainerPhase, Termination
from agent.model.question import PodsQuestion, Services, ServicesQuestion
from agent.reasoning.detectors import findings
from tests.reasoning.builders import (
    CHECKOUT,
    PAYMENTS,
    Load,
    Notebook,
    after,
    container,
    deployment,
    named,
    oom,
    pod,
    profile,
)


def found(notebook: Notebook, kind: FindingKind):
    return [finding for finding in findings(notebook.facts()) if finding.kind is kind]


def both() -> Notebook:
    return Notebook(profile(), profile(PAYMENTS))


def waiting(reason: str):
    return container(ready=False, phase=ContainerPhase.WAITING, reason=reason, restarts=6)


def service(name: str, **changes) -> ServiceEndpoints:
    entity = Entity(kind="Service", namespace="shop", name=name)
    return ServiceEndpoints(entity=entity, selector={"app": name}, ready=2).evolve(**changes)


def test_nothing_known_is_nothing_found():
    assert findings(both().facts()) == []


def test_errors_that_rose_are_told_with_onset_level_and_normal():
    (finding,) = found(both().counted([Load("checkout-a", healthy=0.001, failing=0.3)]), FindingKind.ERRORS_ROSE)
    assert finding.entity.name == "checkout"
    assert abs((finding.onset - after(0)).total_seconds()) <= 5
    assert finding.magnitude == pytest.approx(0.3, abs=0.01)
    assert finding.normal == "0.10%"
    assert finding.evidence == ["E1", "E2"]
    assert finding.statement.startswith("errors rose to 30.0% of ")


def test_errors_at_their_normal_level_are_no_finding():
    assert found(both().counted([Load("checkout-a", healthy=0.01)]), FindingKind.ERRORS_ROSE) == []


def test_a_container_killed_for_memory_is_found_with_its_first_kill():
    notebook = both().pods(
        pod("checkout-a", containers=[container(restarts=3, last_ended=oom(40))]),
        pod("checkout-b", containers=[container(restarts=1, ended=oom(10), last_ended=oom(-30))]),
    )
    (finding,) = found(notebook, FindingKind.OOM_KILLED)
    assert finding.entity == named(CHECKOUT)
    assert finding.onset == after(-30)
    assert finding.magnitude == 4
    assert finding.statement == "out of memory in 2 pods, for example checkout-a/app (3 restarts, exit code 137)"


def test_another_way_to_end_is_not_out_of_memory():
    ended = Termination(reason="Error", exit_code=1, at=after(10))
    notebook = both().pods(pod("checkout-a", containers=[container(last_ended=ended)]))
    assert found(notebook, FindingKind.OOM_KILLED) == []


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        ("CrashLoopBackOff", FindingKind.CRASH_LOOP),
        ("ErrImagePull", FindingKind.IMAGE_PULL),
        ("ImagePullBackOff", FindingKind.IMAGE_PULL),
        ("InvalidImageName", FindingKind.IMAGE_PULL),
    ],
)
def test_a_container_that_does_not_start_is_found(reason, kind):
    (finding,) = found(both().pods(pod("checkout-a", containers=[waiting(reason)]), pod("checkout-b")), kind)
    assert finding.statement.startswith(f"{kind} in 1 pod")
    assert finding.evidence == ["E1"]


@pytest.mark.parametrize("reason", ["ContainerCreating", "PodInitializing", ""])
def test_a_container_that_is_starting_is_no_finding(reason):
    notebook = both().pods(pod("checkout-a", containers=[waiting(reason)]))
    assert [f.kind for f in findings(notebook.facts())] == []


def test_a_container_that_crashes_for_memory_is_two_findings():
    notebook = both().pods(pod("checkout-a", containers=[waiting("CrashLoopBackOff").evolve(last_ended=oom())]))
    assert {f.kind for f in findings(notebook.facts())} == {FindingKind.OOM_KILLED, FindingKind.CRASH_LOOP}


def test_pods_of_a_dependency_are_looked_at_too():
    notebook = both().pods(pod("payments-a", service=PAYMENTS, ready=False), service=PAYMENTS)
    (finding,) = found(notebook, FindingKind.UNREADY)
    assert finding.entity == named(PAYMENTS)


def test_pods_that_are_not_ready_are_counted_against_those_wanted():
    notebook = Notebook(profile(workload=deployment(replicas=3)))
    notebook.pods(pod("checkout-b", ready=False), pod("checkout-a", ready=False), pod("checkout-c"))
    (finding,) = found(notebook, FindingKind.UNREADY)
    assert finding.statement == "2 of 3 pods are not ready: checkout-a, checkout-b"
    assert finding.magnitude == 2


def test_pods_that_are_being_deleted_are_not_missed():
    notebook = both().pods(pod("checkout-a", ready=False, deleting=True), pod("checkout-b"))
    assert found(notebook, FindingKind.UNREADY) == []


def test_all_pods_ready_is_no_finding():
    assert findings(both().pods(pod("checkout-a"), pod("checkout-b")).facts()) == []


def test_a_gap_about_pods_is_no_finding():
    assert findings(both().gap(PodsQuestion(entity=named(CHECKOUT))).facts()) == []


@pytest.mark.parametrize(
    ("services", "missing"),
    [
        ([service("checkout", ready=0, not_ready=2)], ["checkout"]),
        ([service("checkout", ready=1, not_ready=2)], []),
        ([service("stock", ready=0)], []),  # nobody asked about it
        ([service("checkout", ready=0, selector={})], []),  # endpoints are kept by hand
        ([service("checkout", ready=0), service("payments", ready=0)], ["checkout", "payments"]),
    ],
)
def test_a_service_without_a_ready_endpoint_is_found(services, missing):
    notebook = both().answer(ServicesQuestion(namespace="shop"), Services(items=services))
    assert [f.entity.name for f in found(notebook, FindingKind.NO_ENDPOINTS)] == missing


def test_every_finding_cites_evidence():
    notebook = both().counted([Load("checkout-a", failing=0.3)])
    notebook.pods(pod("checkout-a", ready=False, containers=[waiting("CrashLoopBackOff").evolve(last_ended=oom())]))
    notebook.answer(ServicesQuestion(namespace="shop"), Services(items=[service("checkout", ready=0)]))
    known = {evidence.id for evidence in notebook.evidence}
    all_of_them = findings(notebook.facts())
    assert len(all_of_them) == 5
    assert all(finding.evidence and set(finding.evidence) <= known for finding in all_of_them)
