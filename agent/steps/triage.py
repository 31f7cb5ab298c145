"""Who is it, how fast does it burn, and what do we remember?"""

from datetime import datetime

from langgraph.runtime import Runtime

from agent.model.coverage import Coverage
from agent.model.incident import Incident, Phase
from agent.model.journal import Topic
from agent.model.memory import Memory
from agent.model.profile import Profile
from agent.model.question import MetricAnswer
from agent.model.slo import Burn, Slo
from agent.reasoning import plan, profiling
from agent.slo import burn
from agent.state import GRAPH_VERSION, IncidentState
from agent.steps.asking import Inquiry
from agent.steps.work import Work


async def triage(state: IncidentState, runtime: Runtime[Work]) -> IncidentState:
    """Resolve the service, measure the burn, recall its past."""
    work, incident = runtime.context, state["incident"]
    now = work.now()
    await work.enter(state, Phase.TRIAGE)
    await work.say(state, Topic.OPENED, incident.title, incident)
    blank: IncidentState = {
        "version": GRAPH_VERSION,
        "anchor": now,
        "began": now,
        "asked": 0,
        "round": 0,
        "acted": 0,
        "asked_again": 0,
    }
    if incident.service is None:
        return {**blank, "reasons": [incident.unresolved], "coverage": Coverage()}
    inquiry = await Inquiry.open(work, {**state, **blank})
    work.ports.freshness.settle()
    workloads, series = await inquiry.ask(plan.identify(incident.service, now))
    profile = profiling.profile(incident.service, workloads, series, work.rules)
    measured = await _burn(inquiry, profile, now) if profile.slo else None
    if profile.slo:
        profile = profile.evolve(rate_seconds=await _rate_seconds(inquiry, profile.slo, now))
    recalled = await work.ports.store.memory.recall(incident.service)
    await _tell(work, state, profile, measured, recalled)
    return {
        **blank,
        "asked": inquiry.asked,
        "profiles": [profile],
        "burn": measured,
        "recalled": recalled,
        "coverage": Coverage.of(inquiry.evidence),
        "reasons": [profile.unresolved] if profile.unresolved else [],
    }


async def _burn(inquiry: Inquiry, profile: Profile, now: datetime) -> Burn | None:
    if profile.slo is None:
        return None
    questions = plan.burning(profile.slo, now)
    answers = await inquiry.ask([*questions.values()])
    ratios = {window: last_value(e.answer) for window, e in zip(questions, answers, strict=True)}
    return burn.burn(profile.slo, ratios, now)


async def _rate_seconds(inquiry: Inquiry, slo: Slo, now: datetime) -> int:
    answers = await inquiry.ask([*plan.resolution(slo, now)])
    found = [w for w, e in zip(plan.RATE_WINDOWS, answers, strict=True) if last_value(e.answer) is not None]
    return min(found, default=plan.RATE_WINDOWS[0])


def last_value(answer: object) -> float | None:
    """The newest value of a single series; None for a gap, several series or NaN."""
    if not isinstance(answer, MetricAnswer) or len(answer.series) != 1 or not answer.series[0].values:
        return None
    value = answer.series[0].values[-1]
    return value if value == value else None  # noqa: PLR0124 - NaN is not equal to itself


async def _tell(
    work: Work, state: IncidentState, profile: Profile, measured: Burn | None, recalled: list[Memory]
) -> None:
    if profile.slo and measured:
        how = "no objective configured, assumed" if profile.slo.assumed else "objective"
        told = f"{how} {profile.slo.objective:.3%} over {profile.slo.period_days} days; indicator {profile.slo.sli.why}"
        await work.say(state, Topic.BURN, told, measured)
    if profile.unresolved:
        await work.say(state, Topic.TROUBLE, profile.unresolved, key="unresolved")
    if recalled:
        await work.say(
            state,
            Topic.RECALLED,
            f"{len(recalled)} earlier incident{'' if len(recalled) == 1 else 's'} of {profile.service}",
            [*recalled],
        )


def is_noise(state: IncidentState, incident: Incident) -> bool:
    """Nothing fires any more, and the burn is within budget, or cannot be measured and every alert has resolved."""
    measured = state.get("burn")
    if incident.firing:
        return False
    if measured is None or measured.worst is None:
        return bool(incident.alerts)
    return measured.worst <= 1 and measured.severity is None
