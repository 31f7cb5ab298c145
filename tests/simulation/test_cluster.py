import json
from datetime import timedelta

import pytest

from agent.model.change import ChangeKind
from agent.model.entity import Entity
from agent.model.pod import ContainerPhase
from agent.model.question import (
    ChangesQuestion,
    ConfigsQuestion,
    EventsQuestion,
    Gap,
    GapReason,
    LogsQuestion,
    NodesQuestion,
    PodsQuestion,
    RevisionsQuestion,
    ServicesQuestion,
    WorkloadQuestion,
)
from agent.model.record import Window
from agent.ports import ClusterSource
from agent.reasoning.templates import error_templates, is_error
from integrations.simulation.fault import Fault, FaultKind
from tests.simulation.stage import BAD_IMAGE, START, a_stage

CHECKOUT = Entity(kind="Deployment", namespace="shop", name="checkout")
PAYMENTS = Entity(kind="Deployment", namespace="shop", name="payments")
BAD_BUILD = Fault(kind=FaultKind.CODE, ratio=0.4)


def changes_since_start(stage):
    return ChangesQuestion(namespace="shop", window=Window(start=START, end=stage.clock.now()))


async def texts(stage, pod, previous=False):
    answer = await stage.cluster.ask(LogsQuestion(namespace="shop", pod=pod, previous=previous))
    return [line.text for line in answer.excerpt.lines]


def test_it_is_a_cluster_source():
    source: ClusterSource = a_stage().cluster
    assert source


async def test_a_workload_is_found_by_its_own_name_and_by_that_of_a_service():
    stage = a_stage()
    own = (await stage.cluster.ask(WorkloadQuestion(namespace="shop", name="frontend"))).items
    selected = (await stage.cluster.ask(WorkloadQuestion(namespace="shop", name="storefront"))).items
    assert own == selected
    workload = own[0]
    assert workload.entity.name == "frontend"
    assert workload.references == ["catalog", "checkout"]
    assert (workload.replicas, workload.ready, workload.updated) == (4, 4, 4)
    assert workload.conditions["Progressing"].startswith("True: NewReplicaSetAvailable")
    assert [manager.manager for manager in workload.managers if manager.template] == ["ci-deployer"]


async def test_a_release_makes_a_new_revision_beside_the_old_ones():
    stage = a_stage()
    before = (await stage.cluster.ask(RevisionsQuestion(entity=CHECKOUT))).items
    stage.world.release("checkout", BAD_IMAGE, [BAD_BUILD])
    stage.later(45)
    after = (await stage.cluster.ask(RevisionsQuestion(entity=CHECKOUT))).items
    pods = (await stage.cluster.ask(PodsQuestion(entity=CHECKOUT))).items
    workload = (await stage.cluster.ask(WorkloadQuestion(namespace="shop", name="checkout"))).items[0]
    assert [r.number for r in after[1:]] == [r.number for r in before]
    assert after[0].current
    assert after[0].number == before[0].number + 1
    assert not any(r.current for r in after[1:])
    assert sum(r.replicas for r in after) == len([pod for pod in pods if not pod.deleting])
    assert {pod.template_hash for pod in pods} == {r.template_hash for r in after if r.replicas}
    assert all(pod.name.startswith(f"{pod.owner}-") for pod in pods)
    assert [pod.name for pod in pods] == sorted(pod.name for pod in pods)
    assert workload.updated == after[0].replicas
    assert workload.conditions["Progressing"].startswith("True: ReplicaSetUpdated")


async def test_a_rollback_reuses_the_revision_and_the_timeline_speaks_in_present_numbers():
    stage = a_stage()
    good = stage.world.deployment("checkout").current
    number, created = good.number, good.created_at
    stage.world.release("checkout", BAD_IMAGE, [BAD_BUILD])
    stage.later(60)
    stage.world.put_template(stage.world.deployment("checkout"), good.template, "somebody")
    stage.later(60)
    newest = (await stage.cluster.ask(RevisionsQuestion(entity=CHECKOUT))).items[0]
    changes = (await stage.cluster.ask(changes_since_start(stage))).items
    assert (newest.number, newest.name, newest.created_at) == (number + 2, good.name, created)
    assert newest.active_since == START + timedelta(seconds=60)
    assert [change.kind for change in changes] == [ChangeKind.ROLLOUT, ChangeKind.ROLLBACK]
    assert (changes[0].from_revision, changes[0].to_revision) == (number + 2, number + 1)
    assert (changes[1].from_revision, changes[1].to_revision) == (number + 1, number + 2)
    assert changes[1].actor == "somebody"


async def test_the_timeline_knows_all_kinds_of_changes_and_only_those_in_the_window():
    stage = a_stage()
    gap = await stage.cluster.ask(changes_since_start(stage))
    assert gap.reason is GapReason.EMPTY
    stage.world.edit_config("payments-config", "retry-limit")
    stage.world.scale("catalog", 5)
    stage.world.restart("payments")
    stage.later(30)
    stage.world.release("checkout", BAD_IMAGE, env={"FEATURE": "on"})
    changes = (await stage.cluster.ask(changes_since_start(stage))).items
    assert [change.kind for change in changes] == ["config", "scale", "restart", "rollout"]
    assert len({change.id for change in changes}) == 4
    assert changes[0].keys == ["retry-limit"]
    assert changes[0].entity == Entity(kind="ConfigMap", namespace="shop", name="payments-config")
    assert "+    - name: FEATURE" in changes[3].diff
    early = ChangesQuestion(namespace="shop", window=Window(start=START, end=START + timedelta(seconds=29)))
    assert len((await stage.cluster.ask(early)).items) == 3


async def test_a_configmap_shows_a_digest_and_keys_but_no_value():
    stage = a_stage()
    before = (await stage.cluster.ask(ConfigsQuestion(entity=CHECKOUT))).items[0]
    stage.later(5)
    stage.world.edit_config("checkout-config", "currency", actor="somebody")
    after = (await stage.cluster.ask(ConfigsQuestion(entity=CHECKOUT))).items[0]
    assert before.digest != after.digest
    assert before.keys == after.keys == ["currency", "payments-deadline-ms", "tax-table"]
    assert (before.changed_at, after.changed_at, after.changed_by) == (None, stage.clock.now(), "somebody")
    assert "EUR" not in before.model_dump_json()


async def test_no_secret_is_in_any_answer():
    stage = a_stage()
    stage.world.release("checkout", BAD_IMAGE, [BAD_BUILD], env={"CARD_TOKEN": "not-a-real-token-of-the-shop"})
    stage.later(90)
    asked = [RevisionsQuestion(entity=CHECKOUT), RevisionsQuestion(entity=PAYMENTS), changes_since_start(stage)]
    said = "".join([(await stage.cluster.ask(question)).model_dump_json() for question in asked])
    assert "not-a-real" not in said
    assert "CARD_TOKEN" in said


async def test_a_bad_build_logs_an_error_with_its_stack_that_the_old_one_never_did():
    stage = a_stage()
    stage.world.release("checkout", BAD_IMAGE, [BAD_BUILD])
    stage.later(60)
    pods = (await stage.cluster.ask(PodsQuestion(entity=CHECKOUT))).items
    current = stage.world.deployment("checkout").current.template_hash
    lines = {
        pod.name: (await stage.cluster.ask(LogsQuestion(namespace="shop", pod=pod.name))) for pod in pods if pod.ready
    }
    new = [line for pod in pods if pod.ready and pod.template_hash == current for line in lines[pod.name].excerpt.lines]
    old = [line for pod in pods if pod.ready and pod.template_hash != current for line in lines[pod.name].excerpt.lines]
    only_new = set(error_templates(new)) - set(error_templates(old))
    assert len(only_new) == 1
    assert max(error_templates(new).values()) > 3
    assert any("stack" in json.loads(line.text) for line in new)
    assert not any("stack" in json.loads(line.text) for line in old)


async def test_callers_of_a_failing_dependency_say_whom_they_called():
    stage = a_stage()
    stage.world.break_dependency("payments", "errors", 0.6)
    stage.later(60)
    for pod in stage.world.deployment("checkout").pods:
        said = [text for text in await texts(stage, pod.name) if is_error(text)]
        assert sum("upstream connect error" in text and "payments:8080" in text for text in said) > 3
    plain = await texts(stage, stage.world.deployment("payments").pods[0].name)
    assert any("ERROR request failed: worker pool is wedged" in text for text in plain)


async def test_a_log_reads_the_same_twice_in_order_and_no_longer_than_asked():
    stage = a_stage()
    pod = stage.world.deployment("payments").pods[0].name
    question = LogsQuestion(namespace="shop", pod=pod, lines=50)
    excerpt = (await stage.cluster.ask(question)).excerpt
    assert (await stage.cluster.ask(question)).excerpt == excerpt
    assert len(excerpt.lines) == 50
    assert excerpt.truncated
    assert [line.at for line in excerpt.lines] == sorted(line.at for line in excerpt.lines)
    assert excerpt.lines[-1].at <= stage.clock.now()


async def test_a_crashing_container_shows_its_state_its_previous_log_and_events():
    stage = a_stage()
    stage.world.break_dependency("payments", "crash")
    stage.later(100)
    pods = []
    while not any(pod.containers[0].reason == "CrashLoopBackOff" for pod in pods):
        stage.later(5)
        pods = (await stage.cluster.ask(PodsQuestion(entity=PAYMENTS))).items
        assert stage.clock.now() < START + timedelta(minutes=5)
    containers = [pod.containers[0] for pod in pods]
    assert all(container.restarts >= 1 and not container.ready for container in containers)
    assert all((container.ended or container.last_ended).exit_code == 1 for container in containers)
    name = next(pod.name for pod in pods if pod.containers[0].phase is not ContainerPhase.RUNNING)
    assert "fatal: cannot open /var/lib/payments" in (await texts(stage, name))[-1]
    assert "fatal: cannot open /var/lib/payments" in (await texts(stage, name, previous=True))[-1]
    events = (await stage.cluster.ask(EventsQuestion(namespace="shop"))).items
    assert any(event.reason == "BackOff" and event.type == "Warning" for event in events)
    assert [event.last_at for event in events] == sorted(event.last_at for event in events)


async def test_events_live_an_hour():
    stage = a_stage()
    stage.world.restart("checkout")
    stage.later(120)
    assert (await stage.cluster.ask(EventsQuestion(namespace="shop"))).items
    stage.later(3700)
    assert (await stage.cluster.ask(EventsQuestion(namespace="shop"))).reason is GapReason.EMPTY


async def test_services_count_ready_endpoints():
    stage = a_stage()
    stage.world.break_dependency("payments", "down")
    stage.later(30)
    services = {s.entity.name: s for s in (await stage.cluster.ask(ServicesQuestion(namespace="shop"))).items}
    assert (services["payments"].ready, services["payments"].not_ready) == (0, 3)
    assert services["storefront"].pods == services["frontend"].pods
    assert list(services) == sorted(services)


async def test_two_nodes_in_two_zones_carry_the_pods():
    stage = a_stage()
    nodes = (await stage.cluster.ask(NodesQuestion())).items
    assert len({node.zone for node in nodes}) == 2
    pods = (await stage.cluster.ask(PodsQuestion(entity=CHECKOUT))).items
    assert {pod.node for pod in pods} == {node.name for node in nodes}


@pytest.mark.parametrize(
    "question",
    [
        WorkloadQuestion(namespace="shop", name="nobody"),
        WorkloadQuestion(namespace="elsewhere", name="checkout"),
        PodsQuestion(entity=Entity(kind="StatefulSet", namespace="shop", name="checkout")),
        RevisionsQuestion(entity=Entity(kind="Deployment", namespace="elsewhere", name="checkout")),
        ConfigsQuestion(entity=Entity(kind="Deployment", namespace="shop", name="nobody")),
        EventsQuestion(namespace="shop"),
        ServicesQuestion(namespace="elsewhere"),
        LogsQuestion(namespace="shop", pod="checkout-nobody"),
    ],
)
async def test_what_is_not_there_is_an_empty_gap(question):
    answer = await a_stage().cluster.ask(question)
    assert isinstance(answer, Gap)
    assert answer.reason is GapReason.EMPTY
    assert answer.detail


async def test_a_container_that_never_ran_before_or_has_another_name_has_no_log():
    stage = a_stage()
    pod = stage.world.deployment("checkout").pods[0].name
    for question in (
        LogsQuestion(namespace="shop", pod=pod, previous=True),
        LogsQuestion(namespace="shop", pod=pod, container="sidecar"),
    ):
        assert (await stage.cluster.ask(question)).reason is GapReason.EMPTY
