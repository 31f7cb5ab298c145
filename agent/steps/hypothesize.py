"""Findings become suspects with priors."""

from langgraph.runtime import Runtime

from agent.model.finding import Finding
from agent.model.hypothesis import Hypothesis
from agent.model.incident import Phase
from agent.model.journal import Topic
from agent.reasoning import suspects
from agent.reasoning.detectors import findings
from agent.state import IncidentState
from agent.steps.asking import Inquiry
from agent.steps.work import Work


async def hypothesize(state: IncidentState, runtime: Runtime[Work]) -> IncidentState:
    """Run the detectors, rank the suspects; what was tried and did not help is no suspect any more."""
    work = runtime.context
    await work.enter(state, Phase.HYPOTHESIZE)
    facts = (await Inquiry.open(work, state)).facts()
    found = findings(facts)
    ranked = _without(suspects.rank(facts, frozenset(work.rules.ignored_causes)), state.get("tried", []))
    for position, finding in enumerate(found):
        await work.say(state, Topic.FINDING, _told(finding), finding, key=str(position))
    await work.say(state, Topic.HYPOTHESES, f"{len(ranked)} hypotheses", [*ranked])
    return {
        "onset": facts.onset.at if facts.onset else None,
        "findings": found,
        "hypotheses": ranked,
    }


def _told(finding: Finding) -> str:
    normal = f" (normal: {finding.normal})" if finding.normal else ""
    return f"{finding.entity}: {finding.statement}{normal}"


def _without(hypotheses: list[Hypothesis], tried: list[str]) -> list[Hypothesis]:
    left = [h for h in hypotheses if h.id not in tried]
    total = sum(h.prior for h in left)
    return [h.evolve(prior=h.prior / total, probability=h.prior / total) for h in left]
