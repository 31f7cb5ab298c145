"""One incident in full, as records: the worked example of a config edit beside an innocent release."""

from datetime import UTC, datetime, timedelta

from agent.model.action import LedgerEntry, LedgerState, Restart, Rollback, TargetState
from agent.model.alert import Alert, AlertStatus
from agent.model.change import Change, ChangeKind
from agent.model.coverage import Coverage, CoverageItem
from agent.model.entity import Entity, ServiceRef
from agent.model.finding import Finding, FindingKind
from agent.model.hypothesis import Condition, Hypothesis, TestOutcome, Verdict
from agent.model.incident import Incident, Phase, Resolution
from agent.model.memory import Memory
from agent.model.playbook import VerificationPlan
from agent.model.proposal import Decision, DecisionKind, Permission, PermissionKind, Proposal
from agent.model.query import Select
from agent.model.report import Cited, Conclusion, Report
from agent.model.slo import Burn, BurnReading, Severity, Sli, Slo
from agent.model.verification import Verification, VerificationKind

NOON = datetime(2026, 11, 3, 14, 0, tzinfo=UTC)
SEARCH = Entity(kind="Deployment", namespace="store", name="search")
SERVICE = ServiceRef(namespace="store", name="search")
ID = "inc-7f3a21c0"


def at(minutes: int, seconds: int = 0) -> datetime:
    return NOON + timedelta(minutes=minutes, seconds=seconds)


def incident(**changes) -> Incident:
    alert = Alert(
        fingerprint="abc", status=AlertStatus.FIRING, starts_at=at(5), labels={"alertname": "ErrorBudgetBurn"}
    )
    whole = Incident(
        id=ID,
        service=SERVICE,
        title="ErrorBudgetBurn: search fails for one request in three",
        severity=Severity.PAGE,
        started_at=at(5),
        opened_at=at(5, 10),
        alerts=[alert],
        phase=Phase.WAITING,
    )
    return whole.evolve(**changes)


def slo() -> Slo:
    sli = Sli(
        total=Select(metric="http_requests_total"),
        bad=Select(metric="http_requests_total"),
        why="http_requests_total with label code, the first convention that matched",
    )
    return Slo(name="search-availability", service=SERVICE, objective=0.999, sli=sli, assumed=True)


def burn() -> Burn:
    fast = BurnReading(
        severity=Severity.PAGE, factor=14.4, long_seconds=3600, short_seconds=300, long_burn=22.1, short_burn=310.0
    )
    slow = BurnReading(severity=Severity.TICKET, factor=1, long_seconds=259200, short_seconds=21600)
    return Burn(at=at(6), objective=0.999, readings=[fast, slow])


def changes() -> list[Change]:
    return [
        Change(
            id="c1", kind=ChangeKind.NODE, entity=Entity(kind="Node", name="n5"), at=at(-20), summary="n5 was added"
        ),
        Change(
            id="c2",
            kind=ChangeKind.ROLLOUT,
            entity=SEARCH,
            at=at(2),
            actor="kubectl-set",
            summary="release 7.2",
            from_revision=4,
            to_revision=7,
        ),
        Change(
            id="c3",
            kind=ChangeKind.CONFIG,
            entity=Entity(kind="ConfigMap", namespace="store", name="search-config"),
            at=at(3),
            actor="mallory",
            summary="edited",
            keys=["index-url"],
        ),
        Change(id="c4", kind=ChangeKind.SCALE, entity=SEARCH, at=at(9), summary="6 to 8 replicas"),
    ]


def split(before: float, after: float, predicted: float, rivals: float) -> TestOutcome:
    return TestOutcome(
        probe="revision split",
        question="do pods of the old revision fail as well?",
        subject="Deployment store/search",
        seen="both fail",
        statement="7.1: 31 % (3 pods), 7.2: 30 % (3 pods) of requests fail",
        predicted=predicted,
        rivals=rivals,
        before=before,
        after=after,
        discriminating=True,
        evidence=["E9"],
    )


def suspects() -> list[Hypothesis]:
    return [
        Hypothesis(
            id="h1",
            cause="bad_release",
            entity=SEARCH,
            change="c2",
            claim="release 7.2 of search is bad",
            prior=0.61,
            probability=0.61,
        ),
        Hypothesis(
            id="h2",
            cause="config_change",
            entity=SEARCH,
            change="c3",
            claim="the edit of search-config broke search",
            prior=0.30,
            probability=0.30,
        ),
    ]


def tested() -> list[Hypothesis]:
    release, config = suspects()
    return [
        release.evolve(probability=0.05, tests=[split(0.61, 0.05, 0.03, 0.9)]),
        config.evolve(probability=0.87, tests=[split(0.30, 0.87, 0.92, 0.1)]),
    ]


def settled() -> list[Hypothesis]:
    release, config = tested()
    return [
        release.evolve(verdict=Verdict.REFUTED, why="old pods fail like new ones [E9]"),
        config.evolve(verdict=Verdict.CONFIRMED, why="only pods that loaded the edit fail [E9]"),
    ]


def coverage() -> Coverage:
    return Coverage(
        items=[
            CoverageItem(source="metrics", asked=12, answered=12),
            CoverageItem(source="changes", asked=2, answered=2),
            CoverageItem(source="cluster", asked=5, answered=5),
            CoverageItem(source="logs", asked=4, answered=1, empty=1, gaps=["refused: pods/log is forbidden"]),
            CoverageItem(source="events", asked=0, answered=0),
        ]
    )


def proposal() -> Proposal:
    before = TargetState(entity=SEARCH, uid="u1", generation=12, spec_hash="5f", replicas=6, revision=7)
    return Proposal(
        incident_id=ID,
        hypothesis="h2",
        playbook="rollback",
        action=Rollback(target=SEARCH, to_revision=4, template_hash="6d9"),
        undo=Rollback(target=SEARCH, to_revision=7, template_hash="7aa"),
        before=before,
        diff="--- now\n+++ after\n@@ template @@\n-        image: search:7.2\n+        image: search:7.1\n         name: app",
        blast_radius="6 of 6 pods of Deployment store/search are replaced",
        reason="only pods that loaded the edit fail [E9]",
        verification=VerificationPlan(),
        warnings=["an autoscaler owns the replica count"],
        asked_at=at(7),
        expires_at=at(37),
    )


def permission() -> Permission:
    return Permission(kind=PermissionKind.ASK, rule="autonomy", reason="namespace store: propose")


def decision() -> Decision:
    return Decision(
        incident_id=ID,
        digest=proposal().digest,
        kind=DecisionKind.APPROVED,
        by="ada",
        channel="cli",
        reason="go",
        at=at(8),
    )


def verification(kind=VerificationKind.RECOVERED, burn_after: float | None = 0.4) -> Verification:
    return Verification(
        kind=kind,
        since=at(9),
        until=at(14),
        burn_before=310.0,
        burn_after=burn_after,
        events=2400,
        reason="burn over 5 min is at most 1",
        evidence=["E31"],
    )


def memory() -> Memory:
    return Memory(
        incident_id=ID,
        service=SERVICE,
        closed_at=at(15),
        resolution=Resolution.RECOVERED,
        title="search fails",
        cause="config_change",
        confidence=0.97,
        ruled_out=["release 7.2 of search is bad: revision split"],
    )


def finding() -> Finding:
    return Finding(
        kind=FindingKind.ERRORS_ROSE,
        entity=SEARCH,
        statement="31 % of requests fail",
        normal="0.1 %",
        onset=at(3, 21),
        magnitude=0.31,
        evidence=["E2"],
    )


def report(**changes_) -> Report:
    whole = Report(
        at=at(8),
        incident=incident(),
        conclusion=Conclusion.CONFIRMED,
        confidence=0.97,
        summary="The edit of search-config at 14:03:00 broke search; the release is cleared [E9].",
        slo=slo(),
        burn=burn(),
        onset=at(3, 21),
        changes=changes(),
        findings=[finding()],
        hypotheses=settled(),
        condition=Condition(
            dimensions={"config digest": "9f3"},
            statement="pods that loaded search-config digest 9f3",
            support=4,
            counter_examples=0,
            evidence=["E12"],
        ),
        coverage=coverage(),
        recalled=[memory()],
        proposal=proposal(),
        permission=permission(),
        decision=decision(),
        verification=verification(),
        next_steps=["restore the previous search-config"],
        evidence=[cited("E9"), cited("E2"), cited("E40", "never cited")],
    )
    return whole.evolve(**changes_)


def cited(name: str, summary: str = "two series") -> Cited:
    query = (
        'sum by (pod) (rate(http_requests_total{namespace="store",service="search",code=~"5.."}[300s]))'
        ' / sum by (pod) (rate(http_requests_total{namespace="store",service="search"}[300s]))'
    )
    return Cited(id=name, source="metrics", question=query, summary=summary, asked_at=at(6, 2))


def ledger_entry() -> LedgerEntry:
    return LedgerEntry(
        key="k", incident_id=ID, action=Restart(target=SEARCH), state=LedgerState.DONE, detail="accepted", at=at(9)
    )
