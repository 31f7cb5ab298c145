"""The state machine: every node and every edge. Routers are pure and return node names.

Node names are a persistent format: renaming one drops waiting threads silently (LangGraph), so bump
state.GRAPH_VERSION and keep tests/golden loading.
"""

from typing import Any, Literal

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.types import RetryPolicy

from agent.errors import Temporary
from agent.model.action import LedgerState
from agent.model.proposal import DecisionKind, PermissionKind
from agent.model.verification import VerificationKind
from agent.reasoning.judge import confirmed
from agent.state import IncidentState
from agent.steps.act import ASK_AGAIN, act
from agent.steps.approve import approve
from agent.steps.escalate import escalate
from agent.steps.examine import examine
from agent.steps.gather import gather
from agent.steps.hypothesize import hypothesize
from agent.steps.propose import propose
from agent.steps.remember import remember
from agent.steps.triage import is_noise, triage
from agent.steps.undo import undo
from agent.steps.verify import verify
from agent.steps.work import Work

Machine = CompiledStateGraph[IncidentState, Work, IncidentState, IncidentState]

RETRY = RetryPolicy(retry_on=Temporary)


def build(checkpointer: BaseCheckpointSaver[Any] | None) -> Machine:
    """The machine, ready to run incidents; Temporary errors are retried, everything else reaches the daemon."""
    graph = StateGraph(IncidentState, context_schema=Work)
    graph.add_node("triage", triage, retry_policy=RETRY)
    graph.add_node("gather", gather, retry_policy=RETRY)
    graph.add_node("hypothesize", hypothesize, retry_policy=RETRY)
    graph.add_node("examine", examine, retry_policy=RETRY)
    graph.add_node("propose", propose, retry_policy=RETRY)
    graph.add_node("approve", approve, retry_policy=RETRY)
    graph.add_node("act", act, retry_policy=RETRY)
    graph.add_node("verify", verify, retry_policy=RETRY)
    graph.add_node("undo", undo, retry_policy=RETRY)
    graph.add_node("escalate", escalate, retry_policy=RETRY)
    graph.add_node("remember", remember, retry_policy=RETRY)
    graph.add_edge(START, "triage")
    graph.add_conditional_edges("triage", after_triage)
    graph.add_edge("gather", "hypothesize")
    graph.add_edge("hypothesize", "examine")
    graph.add_conditional_edges("examine", after_examine)
    graph.add_conditional_edges("propose", after_propose)
    graph.add_conditional_edges("approve", after_approve)
    graph.add_conditional_edges("act", after_act)
    graph.add_conditional_edges("verify", after_verify)
    graph.add_conditional_edges("undo", after_undo)
    graph.add_edge("escalate", "remember")
    graph.add_edge("remember", END)
    return graph.compile(checkpointer=checkpointer)


def after_triage(state: IncidentState) -> Literal["gather", "escalate", "remember"]:
    """Nothing to look at → a person; nothing burning any more → remember; else investigate."""
    if is_noise(state, state["incident"]):
        return "remember"
    profile = state["profiles"][0] if state.get("profiles") else None
    known = profile and (profile.slo or profile.workload or profile.service.whole or profile.edges)
    return "gather" if known else "escalate"


def after_examine(state: IncidentState) -> Literal["propose", "gather", "escalate"]:
    """Confirmed → propose; late data may settle it → another round; else a person."""
    if confirmed(state["hypotheses"]):
        return "propose"
    return "gather" if state.get("again") else "escalate"


def after_propose(state: IncidentState) -> Literal["approve", "act", "escalate"]:
    """As the guard said."""
    permission = state.get("permission")
    if state.get("proposal") is None or permission is None or permission.kind is PermissionKind.REFUSED:
        return "escalate"
    return "act" if permission.kind is PermissionKind.ALLOWED else "approve"


def after_approve(state: IncidentState) -> Literal["act", "escalate"]:
    """Approved → act; denied or expired → a person."""
    decision = state["decision"]
    return "act" if decision and decision.kind is DecisionKind.APPROVED else "escalate"


def after_act(state: IncidentState) -> Literal["verify", "undo", "propose", "escalate"]:
    """Done → verify; half done → take that back; refused because the target changed → ask again; else a person."""
    action, proposal = state["action"], state.get("proposal")
    if action and action.state is LedgerState.DONE:
        whole = all(entry.state is LedgerState.DONE for entry in state.get("followed", []))
        if whole:
            return "verify"
        return "undo" if proposal and proposal.undo_on_failure else "escalate"
    changed = action is not None and action.state is LedgerState.REFUSED
    return "propose" if changed and state.get("asked_again", 0) < ASK_AGAIN else "escalate"


def after_verify(state: IncidentState) -> Literal["verify", "undo", "escalate", "remember"]:
    """Still watching → look again; recovered → remember; not → undo; cannot tell → a person."""
    verification, proposal = state["verification"], state["proposal"]
    match verification.kind if verification else VerificationKind.CANNOT_TELL:
        case VerificationKind.WATCHING:
            return "verify"
        case VerificationKind.RECOVERED:
            return "remember"
        case VerificationKind.NOT_RECOVERED:
            return "undo" if proposal and proposal.undo_on_failure else "escalate"
        case VerificationKind.CANNOT_TELL:
            return "escalate"


def after_undo(state: IncidentState) -> Literal["gather", "escalate"]:
    """Another hypothesis may be left to test with fresh evidence, within the budget of rounds."""
    return "gather" if state.get("again") else "escalate"
