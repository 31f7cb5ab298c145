"""How other SLOs nearby fare since the action: measured before and after, once, when verification concludes."""

from dataclasses import dataclass, field
from datetime import datetime

from agent.model.entity import ServiceRef
from agent.model.evidence import Evidence
from agent.model.question import InstantQuestion, Question
from agent.model.slo import Slo
from agent.model.verification import Neighbour
from agent.policy.neighbourhood import neighbourhood
from agent.slo.burn import burn_rate
from agent.state import IncidentState
from agent.steps.asking import Inquiry
from agent.steps.triage import last_value
from agent.steps.work import Work


@dataclass(frozen=True)
class Around:
    """What was seen, the evidence of it, and the number of questions so far."""

    neighbours: list[Neighbour] = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)
    asked: int = 0


async def look_around(work: Work, state: IncidentState, since: datetime, at: datetime) -> Around:
    """Each neighbour's error ratio and traffic in the verified window, and in one as long that ended at the action."""
    action = state["action"]
    near = neighbourhood(state["profiles"], work.rules.slos)
    inquiry = await Inquiry.open(work, state, budgeted=False)
    if action is None or not near:
        return Around(asked=inquiry.asked)
    seconds = max(int((at - since).total_seconds()), 1)
    moments = (action.at, at)
    found = await inquiry.ask([q for slo in near for moment in moments for q in _questions(slo, seconds, moment)])
    rows = [found[i : i + 4] for i in range(0, len(found), 4)]
    seen = [item for row in rows for item in row if not item.gap]
    return Around(
        [_neighbour(s.service, s, row, seconds) for s, row in zip(near, rows, strict=True)], seen, inquiry.asked
    )


def _questions(slo: Slo, seconds: int, moment: datetime) -> list[Question]:
    return [InstantQuestion(query=q, at=moment) for q in (slo.sli.error_ratio(seconds), slo.sli.traffic(seconds))]


def _neighbour(service: ServiceRef, slo: Slo, row: list[Evidence], seconds: int) -> Neighbour:
    before, traffic_before, after, traffic_after = (last_value(item.answer) for item in row)

    def burn(ratio: float | None) -> float | None:
        return None if ratio is None else burn_rate(ratio, slo.objective)

    def events(rate: float | None) -> float | None:
        return None if rate is None else rate * seconds

    return Neighbour(
        service=service,
        burn_before=burn(before),
        burn_after=burn(after),
        events_before=events(traffic_before),
        events_after=events(traffic_after),
        objective=slo.objective,
    )
