"""Do only the alerting service's calls to this one fail, or everybody's? What others get at the same moment tells whose fault it is."""

from agent.model.picture import Side
from agent.model.question import Question
from agent.reasoning.callers import Caller, callers, edge_to, questions
from agent.reasoning.counting import Tally
from agent.reasoning.facts import Facts
from agent.reasoning.probes import Probe, Reading, Subject

MOST = 0.5
"""The share of the other callers that must fail too for it to be everybody's trouble."""


def _applies(facts: Facts, subject: Subject) -> bool:
    if subject.change is not None or subject.entity.kind != "Service":
        return False
    measured = facts.coarse_onset is not None and edge_to(facts, subject.entity) is not None
    return measured or len(callers(facts, subject.entity)[0]) > 1


def _needs(facts: Facts, subject: Subject) -> list[Question]:
    return [*questions(facts, subject.entity)]


def _read(facts: Facts, subject: Subject) -> Reading | None:
    known, evidence = callers(facts, subject.entity)
    ours = _ours(facts, known)
    others = [caller for caller in known if caller not in ours]
    if not ours or not others:
        return None
    outcome = _outcome(any(caller.failing for caller in ours), others)
    if outcome is None:
        return None
    mine, theirs = _together(ours), _together(others)
    failing = [caller.name for caller in others if caller.failing]
    fine = f"the {len(others)} other callers are fine" if len(others) > 1 else "the 1 other caller is fine"
    told = f"{len(failing)} of {len(others)} other callers fail too" if failing else fine
    return Reading(
        outcome=outcome,
        statement=(
            f"since {facts.began:%H:%M:%S} {mine.bad:.0f} of {mine.total:.0f} calls of {ours[0].name} to {subject.entity.name} "
            f"failed ({mine.ratio:.1%}); {told} ({theirs.ratio:.1%} of {theirs.total:.0f} calls: {_names(others)})"
        ),
        evidence=evidence,
        sides=[
            Side.counted(f"calls of {ours[0].name}", mine.bad, mine.total, "calls"),
            Side.counted("calls of others", theirs.bad, theirs.total, "calls"),
        ],
    )


def _ours(facts: Facts, known: list[Caller]) -> list[Caller]:
    """The alerting service; where nobody could name one, the caller whose calls fail most."""
    if not facts.profile.service.whole:
        return [caller for caller in known if caller.ours]
    return [max(known, key=lambda caller: caller.since.ratio)] if known else []


def _outcome(mine: bool, others: list[Caller]) -> str | None:
    """None where some of the others fail and most do not: that is neither."""
    share = sum(caller.failing for caller in others) / len(others)
    if mine and share == 0:
        return "alone"
    if mine:
        return "everybody" if share >= MOST else None
    return "only others" if share else "nobody"


def _together(some: list[Caller]) -> Tally:
    return Tally(total=sum(c.since.total for c in some), bad=sum(c.since.bad for c in some))


def _names(some: list[Caller]) -> str:
    return ", ".join(caller.name for caller in some[:3]) + (", …" if len(some) > 3 else "")  # noqa: PLR2004 - a few


PROBE = Probe(
    name="other callers",
    question="do the calls of others to it fail as well?",
    # of a service that is not to blame nobody's calls fail, or one caller's do by that caller's own doing
    otherwise={"everybody": 0.04, "alone": 0.10, "only others": 0.03, "nobody": 0.83},
    cost=0.6,
    applies=_applies,
    needs=_needs,
    read=_read,
)
