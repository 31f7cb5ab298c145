"""Every edge of the state machine, table-driven: the routers are pure, so a table is all it takes."""

from datetime import UTC, datetime

import pytest

from agent import graph
from agent.model.action import Applied, LedgerEntry, LedgerState, Rollback, TargetState
from agent.model.entity import Entity, ServiceRef
from agent.model.hypothesis import Hypothesis, Verdict
from agent.model.incident import Incident
from agent.model.playbook import VerificationPlan
from agent.model.profile import Profile
from agent.model.proposal import Decision, DecisionKind, Permission, PermissionKind, Proposal
from agent.model.slo import Burn, BurnReading, Severity
from agent.model.verification import Verification, VerificationKind
from agent.reasoning.facts import service_entity
from agent.steps.act import ASK_AGAIN
from tests.reasoning.builders import slo as an_slo
from tests.story import an_alert

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
SERVICE = ServiceRef(namespace="shop", name="checkout")
TARGET = Entity(kind="Deployment", namespace="shop", name="checkout")
ACTION = Rollback(target=TARGET, to_revision=4, template_hash="abc")


def profiles(slo=True):
    return [Profile(service=SERVICE, slo=an_slo(SERVICE) if slo else None)]


def incident(status="firing"):
    alert = an_alert(at=NOW, status=status, namespace="shop", service="checkout")
    return Incident(
        id="inc-1",
        service=SERVICE,
        title="t",
        severity=Severity.PAGE,
        started_at=NOW,
        opened_at=NOW,
        alerts=[alert],
    )


def burn(worst):
    reading = BurnReading(
        severity=Severity.PAGE, factor=14.4, long_seconds=3600, short_seconds=300, long_burn=worst, short_burn=worst
    )
    return Burn(at=NOW, objective=0.999, readings=[reading])


def hypothesis(verdict):
    return Hypothesis(
        id="h",
        cause="bad-release",
        entity=service_entity(SERVICE),
        claim="c",
        prior=0.5,
        probability=0.5,
        verdict=verdict,
    )


def proposal(undo=True):
    return Proposal(
        incident_id="inc-1",
        hypothesis="h",
        playbook="rollback",
        action=ACTION,
        undo=None,
        undo_on_failure=undo,
        before=TargetState(entity=TARGET, uid="u", generation=1, spec_hash="s", replicas=2),
        diff="",
        blast_radius="",
        reason="",
        verification=VerificationPlan(),
        asked_at=NOW,
        expires_at=NOW,
    )


def permission(kind):
    return Permission(kind=kind, rule="r", reason="r")


def decision(kind):
    return Decision(incident_id="inc-1", digest="d", kind=kind, by="kim", channel="test", at=NOW)


def entry(state):
    applied = Applied(generation=2, spec_hash="s2", at=NOW) if state is LedgerState.DONE else None
    return LedgerEntry(key="k", incident_id="inc-1", action=ACTION, state=state, applied=applied, at=NOW)


def verification(kind):
    return Verification(kind=kind, reason="r")


HALF = entry(LedgerState.REFUSED)

EDGES = [
    ("after_triage", {"incident": incident()}, "escalate"),
    ("after_triage", {"profiles": [], "incident": incident()}, "escalate"),
    ("after_triage", {"profiles": profiles(slo=False), "incident": incident()}, "escalate"),
    ("after_triage", {"profiles": profiles(), "incident": incident()}, "gather"),
    ("after_triage", {"profiles": profiles(), "incident": incident("resolved")}, "remember"),
    ("after_triage", {"profiles": profiles(), "incident": incident("resolved"), "burn": burn(None)}, "remember"),
    ("after_triage", {"profiles": profiles(), "incident": incident("resolved"), "burn": burn(20)}, "gather"),
    ("after_triage", {"profiles": profiles(), "incident": incident("resolved"), "burn": burn(0.4)}, "remember"),
    ("after_triage", {"profiles": profiles(), "incident": incident(), "burn": burn(0.4)}, "gather"),
    ("after_examine", {"hypotheses": [hypothesis(Verdict.CONFIRMED)]}, "propose"),
    ("after_examine", {"hypotheses": [hypothesis(Verdict.CONFIRMED)], "again": True}, "propose"),
    ("after_examine", {"hypotheses": [hypothesis(Verdict.INCONCLUSIVE)], "again": True}, "gather"),
    ("after_examine", {"hypotheses": [hypothesis(Verdict.REFUTED)], "again": False}, "escalate"),
    ("after_examine", {"hypotheses": []}, "escalate"),
    ("after_propose", {"proposal": None, "permission": None}, "escalate"),
    ("after_propose", {"proposal": None, "permission": permission(PermissionKind.ALLOWED)}, "escalate"),
    ("after_propose", {"proposal": proposal(), "permission": None}, "escalate"),
    ("after_propose", {"proposal": proposal(), "permission": permission(PermissionKind.REFUSED)}, "escalate"),
    ("after_propose", {"proposal": proposal(), "permission": permission(PermissionKind.ASK)}, "approve"),
    ("after_propose", {"proposal": proposal(), "permission": permission(PermissionKind.ALLOWED)}, "act"),
    ("after_approve", {"decision": decision(DecisionKind.APPROVED)}, "act"),
    ("after_approve", {"decision": decision(DecisionKind.DENIED)}, "escalate"),
    ("after_approve", {"decision": decision(DecisionKind.EXPIRED)}, "escalate"),
    ("after_approve", {"decision": None}, "escalate"),
    ("after_act", {"action": entry(LedgerState.DONE)}, "verify"),
    ("after_act", {"action": entry(LedgerState.DONE), "followed": [entry(LedgerState.DONE)]}, "verify"),
    ("after_act", {"action": entry(LedgerState.DONE), "followed": [HALF], "proposal": proposal()}, "undo"),
    (
        "after_act",
        {"action": entry(LedgerState.DONE), "followed": [HALF], "proposal": proposal(undo=False)},
        "escalate",
    ),
    ("after_act", {"action": entry(LedgerState.REFUSED), "asked_again": 1}, "propose"),
    ("after_act", {"action": entry(LedgerState.REFUSED), "asked_again": ASK_AGAIN}, "escalate"),
    ("after_act", {"action": entry(LedgerState.UNKNOWN), "asked_again": 1}, "escalate"),
    ("after_act", {"action": entry(LedgerState.HELD)}, "escalate"),
    ("after_act", {"action": entry(LedgerState.EXECUTING)}, "escalate"),
    ("after_act", {"action": None}, "escalate"),
    ("after_verify", {"verification": verification(VerificationKind.WATCHING), "proposal": proposal()}, "verify"),
    ("after_verify", {"verification": verification(VerificationKind.RECOVERED), "proposal": proposal()}, "remember"),
    ("after_verify", {"verification": verification(VerificationKind.NOT_RECOVERED), "proposal": proposal()}, "undo"),
    (
        "after_verify",
        {"verification": verification(VerificationKind.NOT_RECOVERED), "proposal": proposal(undo=False)},
        "escalate",
    ),
    ("after_verify", {"verification": verification(VerificationKind.NOT_RECOVERED), "proposal": None}, "escalate"),
    ("after_verify", {"verification": verification(VerificationKind.CANNOT_TELL), "proposal": proposal()}, "escalate"),
    ("after_verify", {"verification": None, "proposal": proposal()}, "escalate"),
    ("after_undo", {"again": True}, "gather"),
    ("after_undo", {"again": False}, "escalate"),
    ("after_undo", {}, "escalate"),
]


@pytest.mark.parametrize(("router", "state", "node"), EDGES)
def test_the_way_on_is(router, state, node):
    assert getattr(graph, router)(state) == node


def test_every_edge_that_is_drawn_is_in_the_table():
    drawn = graph.build(None).get_graph().edges
    conditional = {(f"after_{edge.source}", edge.target) for edge in drawn if edge.conditional}
    assert {(router, node) for router, _, node in EDGES} == conditional


def test_the_names_of_the_nodes_are_those_that_waiting_incidents_were_stored_with():
    assert set(graph.build(None).nodes) - {"__start__"} == {
        "triage",
        "gather",
        "hypothesize",
        "examine",
        "propose",
        "approve",
        "act",
        "verify",
        "undo",
        "escalate",
        "remember",
    }


def test_nothing_is_done_to_the_world_before_a_decision():
    """Whatever way leads to act comes from propose (the policy decided) or approve (a person did)."""
    assert {edge.source for edge in graph.build(None).get_graph().edges if edge.target == "act"} == {
        "propose",
        "approve",
    }


def test_everything_that_ends_is_remembered():
    assert {edge.source for edge in graph.build(None).get_graph().edges if edge.target == "__end__"} == {"remember"}
