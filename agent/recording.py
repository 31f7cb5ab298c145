"""Takes the recording of an investigation from what the state and the store hold. Called by `agent.daemon`.

Nothing extra is kept while an incident is worked: evidence holds every question and answer, the state
the moments and the rest. So every incident can be recorded, also afterwards.
"""

from datetime import timedelta

from agent.errors import Refused
from agent.model.action import LedgerEntry, LedgerState, Restart
from agent.model.entity import Entity
from agent.model.evidence import Evidence
from agent.model.incident import Incident
from agent.model.proposal import DecisionKind, Proposal
from agent.model.report import Report
from agent.model.rules import Rules
from agent.model.silence import NONE_KNOWN
from agent.model.snapshot import Afterwards, Moment, Snapshot
from agent.redacted import redacted
from agent.state import IncidentState

ACTING = ("approve", "act", "verify", "undo")
"""A replay ends before these by itself."""

HOUR = timedelta(hours=1)


def take(
    state: IncidentState,
    report: Report,
    *,
    evidence: list[Evidence],
    ledger: list[LedgerEntry],
    rules: Rules,
    following: str,
) -> Snapshot:
    """The snapshot, redacted. Raises Refused for what could not be replayed: not begun, or begun anew after an undo."""
    incident = report.incident
    if "began" not in state:
        raise Refused(f"nothing of {incident.id} was investigated yet; record it when its report says more")
    if _anew(state):
        raise Refused(f"{incident.id} was investigated anew after an action was undone; only its report can be kept")
    if len(state.get("anchors", [])) != state["round"]:
        raise Refused(f"{incident.id} was begun by an earlier version, which did not keep what a recording needs")
    snapshot = Snapshot(
        begun=state["incident"],
        incident=incident,
        rules=rules.evolve(approvers=[]),  # people's addresses are nobody's business elsewhere
        moments=_moments(state, incident),
        evidence=evidence,
        recalled=state.get("recalled", []),
        failed=state.get("failed", []),
        previews=[p for p in (state.get("previewed"), *state.get("previewed_then", [])) if p],
        calendars=state.get("calendars", []),
        versions=state.get("versions", []),
        silences=state.get("silences", NONE_KNOWN),
        ledger=_elsewhere(state, ledger),
        denied=decision if (decision := state.get("decision")) and decision.kind is not DecisionKind.APPROVED else None,
        afterwards=_afterwards(state),
        stopped="" if following in ("", *ACTING) else visit(following, state),
        report=report,
    )
    return redacted(snapshot)


def visit(step: str, state: IncidentState) -> str:
    """A step about to be taken, with which time it is: "examine:2"."""
    rounds = state.get("round", 0)
    counted = {"gather": rounds + 1, "hypothesize": rounds, "examine": rounds}
    return f"{step}:{counted.get(step, 1)}"


def _anew(state: IncidentState) -> bool:
    """Whether there was another investigation after an action: its world was made by us, which no replay repeats."""
    proposal, decision = state.get("proposal"), state.get("decision")
    if not state.get("tried"):
        return False
    first = proposal is not None and state["tried"] == [proposal.hypothesis]
    return not first or decision is None or state["anchors"][-1] > decision.at


def _moments(state: IncidentState, incident: Incident) -> list[Moment]:
    """Other readings of the clock only bound budgets: those follow from when each question was answered."""
    proposal = state.get("proposal")
    return [
        Moment(step="triage", at=state["began"]),
        *(Moment(step="gather", at=at) for at in state.get("anchors", [])),
        *([Moment(step="propose", at=proposal.asked_at)] if proposal else []),
        *([Moment(step="remember", at=incident.closed_at)] if incident.closed_at else []),
    ]


def _afterwards(state: IncidentState) -> Afterwards | None:
    decision = state.get("decision")
    if decision is None or decision.kind is not DecisionKind.APPROVED:
        return None
    return Afterwards(
        decision=decision,
        verification=state.get("verification"),
        setbacks=state.get("setbacks", []),
        reasons=state.get("reasons", []),
    )


def _elsewhere(state: IncidentState, ledger: list[LedgerEntry]) -> list[LedgerEntry]:
    """What made the guard count or wait: other incidents' actions in the hour before, and the one that held the target."""
    proposal, permission, mine = state.get("proposal"), state.get("permission"), state["incident"].id
    if proposal is None:
        return []
    others = [e for e in ledger if e.incident_id != mine and e.state not in (LedgerState.REFUSED, LedgerState.HELD)]
    counted = [e.evolve(state=LedgerState.DONE) for e in others if timedelta(0) <= proposal.asked_at - e.at < HOUR]
    if permission is None or permission.rule != "lock":
        return counted
    return [*counted, _holder(proposal, permission.reason)]


def _holder(proposal: Proposal, reason: str) -> LedgerEntry:
    """An action that the lock says the same of: on the target, on what is one place with it, or where nobody can tell."""
    target = proposal.action.target
    unknown = Entity(kind="Pod", name="of another incident")  # no estate has it, so nobody can tell what it is part of
    beside = [each for each in proposal.place if each != target] or [unknown]
    itself, untold = reason == f"another incident is acting on {target}", reason.startswith("whether another incident")
    return LedgerEntry(
        key="held",
        incident_id="another-incident",
        action=proposal.action if itself else Restart(target=unknown),
        place=[] if itself or untold else beside,
        state=LedgerState.EXECUTING,
        at=proposal.asked_at - 2 * HOUR,
    )
