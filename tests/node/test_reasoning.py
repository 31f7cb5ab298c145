"""What detectors and probes make of a real cluster's answers: the same code that an investigation runs, without metrics."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest

from agent.model.evidence import Evidence
from agent.model.finding import FindingKind
from agent.model.incident import Incident
from agent.model.question import ClusterQuestion, Gap, GapReason, PodsQuestion, ServicesQuestion, WorkloadQuestion
from agent.model.rules import Rules
from agent.model.slo import Severity
from agent.reasoning import plan, profiling
from agent.reasoning.detectors import findings
from agent.reasoning.facts import Facts, service_entity
from agent.reasoning.probes import Probe, Reading, Subject, probes
from integrations.kubernetes.source import KubernetesSource
from tests.node.node import eventually
from tests.node.troubled import PLANTED, Troubled

pytestmark = pytest.mark.tier3
Look = Callable[[str], Awaitable[Facts]]


@pytest.fixture
def look(source: KubernetesSource, troubled: Troubled) -> Look:
    """All that is known of a workload now, as the steps of an investigation would put it together."""

    async def ask(number: int, question: ClusterQuestion) -> Evidence:
        return Evidence(
            id=f"E{number}", question=question, answer=await source.ask(question), asked_at=datetime.now(UTC)
        )

    async def facts(name: str) -> Facts:
        service, now = troubled.service(name), datetime.now(UTC)
        workload = await ask(1, WorkloadQuestion(namespace=service.namespace, name=service.name))
        nothing = Gap(reason=GapReason.NOT_CONFIGURED, detail="no metrics in this test")
        series = Evidence(id="E2", question=plan.series(service, now), answer=nothing, asked_at=now)
        profile = profiling.profile(service, workload, series, Rules())
        pods = await ask(3, PodsQuestion(entity=troubled.entity(name)))
        services = await ask(4, ServicesQuestion(namespace=service.namespace))
        incident = Incident(
            id="node", service=service, title=name, severity=Severity.PAGE, started_at=now, opened_at=now, alerts=[]
        )
        return Facts(incident, [profile], [workload, series, pods, services], now)

    return facts


def probe(name: str) -> Probe:
    return next(each for each in probes() if each.name == name)


async def test_memory_kills_are_found_and_read_as_such(look: Look, troubled: Troubled) -> None:
    subject = Subject(entity=service_entity(troubled.service("hoarder")))

    async def killed() -> tuple[Facts, Reading] | None:
        facts = await look("hoarder")
        reading = probe("out of memory").read(facts, subject)
        return (facts, reading) if reading and reading.outcome == "yes" else None

    facts, reading = await eventually(killed, "a reading of memory kills")
    assert reading.evidence == ["E3"]
    assert "hoarder-" in reading.statement
    assert facts.profile.workload
    assert facts.profile.workload.memory_limits == {"app": 32 * 2**20}
    (found,) = [each for each in findings(facts) if each.kind is FindingKind.OOM_KILLED]
    assert found.onset
    assert found.onset <= facts.anchor
    assert "exit code 137" in found.statement


@pytest.mark.parametrize("name", ["crasher", "unready", "talker"])
async def test_other_troubles_are_not_taken_for_memory(look: Look, troubled: Troubled, name: str) -> None:
    async def answered() -> Reading | None:
        return probe("out of memory").read(await look(name), Subject(entity=service_entity(troubled.service(name))))

    reading = await eventually(answered, f"a reading about {name}")
    assert reading.outcome == "no"
    assert "none of 1 pods" in reading.statement


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("talker", set()),
        ("crasher", {FindingKind.CRASH_LOOP, FindingKind.UNREADY}),
        ("unpulled", {FindingKind.IMAGE_PULL, FindingKind.UNREADY}),
        ("unpullable", {FindingKind.IMAGE_PULL, FindingKind.UNREADY}),
        ("unready", {FindingKind.UNREADY, FindingKind.NO_ENDPOINTS}),
        ("giant", {FindingKind.UNREADY}),
    ],
)
async def test_findings_name_the_trouble_and_no_other(look: Look, name: str, kinds: set[FindingKind]) -> None:
    seen: list[set[FindingKind]] = []

    async def found() -> Facts | None:
        facts = await look(name)
        seen.append({finding.kind for finding in findings(facts)})
        return facts if seen[-1] == kinds and facts.profile.workload else None

    try:
        facts = await eventually(found, name)
    except TimeoutError:
        pytest.fail(f"findings of {name} were last {seen[-1]}")
    for finding in findings(facts):
        assert finding.evidence, finding
        assert name in finding.statement or finding.kind is FindingKind.NO_ENDPOINTS
        assert PLANTED not in finding.statement


async def test_pods_that_are_down_are_told_from_pods_that_are_up(look: Look, troubled: Troubled) -> None:
    for name, outcome in (("giant", "yes"), ("unready", "yes"), ("talker", "no")):
        subject = Subject(entity=service_entity(troubled.service(name)))

        async def as_expected(name: str = name, subject: Subject = subject, outcome: str = outcome) -> Reading | None:
            reading = probe("pods down").read(await look(name), subject)
            return reading if reading and reading.outcome == outcome else None

        reading = await eventually(as_expected, f"pods of {name}")
        assert reading.statement.startswith("1 of 1" if outcome == "no" else "0 of 1")
