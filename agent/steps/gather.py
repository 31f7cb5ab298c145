"""Asks metrics, cluster and changes at once; a gap is recorded, never raised."""

from datetime import datetime, timedelta

from langgraph.runtime import Runtime

from agent.model.coverage import Coverage
from agent.model.incident import Phase
from agent.model.journal import Topic
from agent.model.profile import Profile
from agent.reasoning import plan, profiling
from agent.state import IncidentState
from agent.steps.asking import Inquiry
from agent.steps.work import Work

NEIGHBOURS = 8
"""Dependencies profiled; measured edges come first."""


async def gather(state: IncidentState, runtime: Runtime[Work]) -> IncidentState:
    """One round of evidence about the service and whom it calls, all about the same moment."""
    work = runtime.context
    await work.enter(state, Phase.GATHER)
    rounds = state.get("round", 0) + 1
    if rounds > 1:
        await work.rest(work.rules.budget.pause_seconds)
        work.ports.freshness.settle()
    anchor, lookback = work.now(), timedelta(minutes=work.rules.budget.lookback_minutes)
    profile = state["profiles"][0]
    inquiry = await Inquiry.open(work, {**state, "anchor": anchor})
    await inquiry.ask(plan.survey(profile, anchor, lookback), fresh=True)
    neighbours = await _neighbours(inquiry, work, profile, anchor)
    await inquiry.ask(plan.neighbours(neighbours, profile.service, anchor, lookback), fresh=True)
    gathered: IncidentState = {**state, "anchor": anchor, "round": rounds, "profiles": [profile, *neighbours]}
    facts = Inquiry(work, gathered, inquiry.evidence).facts()
    await inquiry.ask(plan.around_onset(facts))
    coverage = Coverage.of(inquiry.evidence)
    await work.say(gathered, Topic.TIMELINE, _timeline(len(facts.changes)), [*facts.changes])
    await work.say(gathered, Topic.COVERAGE, f"confidence capped at {coverage.cap:.0%} by what could be seen", coverage)
    return {
        "anchor": anchor,
        "anchors": [*state.get("anchors", []), anchor],
        "round": rounds,
        "asked": inquiry.asked,
        "profiles": gathered["profiles"],
        "changes": facts.changes,
        "coverage": coverage,
    }


async def _neighbours(inquiry: Inquiry, work: Work, profile: Profile, anchor: datetime) -> list[Profile]:
    """Whom the service calls, as far as they are services of this cluster."""
    called = [edge.callee for edge in profile.edges if not edge.external][:NEIGHBOURS]
    answers = await inquiry.ask([question for service in called for question in plan.identify(service, anchor)])
    pairs = zip(answers[::2], answers[1::2], strict=True)
    return [
        profiling.profile(s, workloads, series, work.rules)
        for s, (workloads, series) in zip(called, pairs, strict=True)
    ]


def _timeline(count: int) -> str:
    return f"{count} change{'' if count == 1 else 's'} in the window" if count else "no change at all in the window"
