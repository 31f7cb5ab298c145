"""Looks again at the place of a confirmed cause before anything is proposed there. Called by agent.steps.propose."""

from agent.model.change import Change, ChangeKind
from agent.model.entity import Entity
from agent.model.hypothesis import Hypothesis
from agent.model.question import Revisions, RevisionsQuestion, WorkloadQuestion, Workloads
from agent.policy.situation import Situation
from agent.reasoning.facts import service_entity
from agent.reasoning.gated import gated
from agent.reasoning.owners import workload_of
from agent.state import IncidentState
from agent.steps.asking import Inquiry

REVISED = ("Deployment", "StatefulSet", "DaemonSet", "Rollout")


async def situation(inquiry: Inquiry, state: IncidentState, hypothesis: Hypothesis) -> Situation:
    """The workload and its revisions as they are now; the namespace around them as the investigation saw it."""
    change = next((c for c in state["changes"] if c.id == hypothesis.change), None)
    estate = inquiry.facts().estate
    flag = _flag(inquiry, change)
    known = Situation(workload=None, change=change, estate=estate, condition=state.get("condition"), flag=flag)
    entity = _workload(inquiry, state, hypothesis)
    if entity is None:
        return known
    inquiry.renew()
    workloads, revisions = await inquiry.ask(
        [WorkloadQuestion(namespace=entity.namespace, name=entity.name), RevisionsQuestion(entity=entity)], fresh=True
    )
    found = workloads.answer.items if isinstance(workloads.answer, Workloads) else []
    return known.evolve(
        workload=next((w for w in found if w.entity == entity), None),
        brought=None if change else brought(state["changes"], entity),
        revisions=revisions.answer.items if isinstance(revisions.answer, Revisions) else [],
    )


def _flag(inquiry: Inquiry, change: Change | None) -> Change | None:
    """The turning of a flag that is blamed itself, or the last one that let the blamed commit run."""
    if change is None or change.kind is ChangeKind.FLAG:
        return change
    facts = inquiry.facts()
    turned = {flag for flag, load in gated(facts) if load.change.id == change.id}
    return max((c for c in facts.changes if c.id in turned), key=lambda c: c.at, default=None)


def _workload(inquiry: Inquiry, state: IncidentState, hypothesis: Hypothesis) -> Entity | None:
    """What runs the blamed service: as its profile has it, else as the namespace's objects show."""
    profile = next((p for p in state["profiles"] if service_entity(p.service) == hypothesis.entity), None)
    if profile and profile.workload:
        return profile.workload.entity
    estate = inquiry.facts().estate
    declared = workload_of(estate, hypothesis.entity) if estate else None
    return declared.entity if declared and declared.entity.kind in REVISED else None


def brought(changes: list[Change], entity: Entity) -> Change | None:
    """The newest rollout of a workload: what is wrong in the template that runs now came with it or was there before."""
    mine = [c for c in changes if c.entity == entity and c.kind is ChangeKind.ROLLOUT and c.from_revision is not None]
    return max(mine, key=lambda change: change.at) if mine else None
