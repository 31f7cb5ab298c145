"""Tests the suspects: the most informative affordable test first, until nothing worthwhile is left."""

from datetime import timedelta

from langgraph.runtime import Runtime

from agent.model.coverage import Coverage
from agent.model.hypothesis import Hypothesis
from agent.model.incident import Phase
from agent.model.journal import Topic
from agent.reasoning import judge
from agent.reasoning.examination import Test, next_test, untested
from agent.reasoning.pin import pin
from agent.reasoning.pin import questions as pinning
from agent.reasoning.probes import Reading
from agent.state import IncidentState
from agent.steps.asking import Inquiry
from agent.steps.work import Work

STAGES = 2
"""A probe may need the answer to one question to know the next (which pods, then their logs)."""


async def examine(state: IncidentState, runtime: Runtime[Work]) -> IncidentState:
    """Run tests, weigh them, settle the verdicts, pin the condition."""
    work = runtime.context
    await work.enter(state, Phase.EXAMINE)
    inquiry = await Inquiry.open(work, state)
    hypotheses, done, silent = state["hypotheses"], set[str](), set[str]()
    while _affordable(work, state) and (test := next_test(inquiry.facts(), hypotheses, done)):
        done.add(test.key)
        reading = await _run(inquiry, test)
        if reading is None:
            silent.add(test.key)
            continue
        hypotheses = judge.update(hypotheses, test.probe, test.subject, reading)
        await work.say(state, Topic.TEST, f"{test.probe.question} {reading.statement}", [*hypotheses], key=test.key)
    facts, coverage = inquiry.facts(), Coverage.of(inquiry.evidence)
    seen = facts.onset is not None
    cap = judge.ceiling(hypotheses[0], coverage, onset=seen) if hypotheses else 0.0
    settled = judge.settle(hypotheses, cap)
    stands = judge.confirmed(settled)
    if stands:
        await inquiry.ask(pinning(facts, stands))
        facts, coverage = inquiry.facts(), Coverage.of(inquiry.evidence)
    await work.say(state, Topic.VERDICT, _verdict(settled, coverage, seen=seen), [*settled])
    return {
        "asked": inquiry.asked,
        "onset": facts.onset.at if facts.onset else None,
        "coverage": coverage,
        "hypotheses": settled,
        "condition": pin(facts, stands) if stands else None,
        "unsettled": (unsettled := untested(facts, settled, silent)),
        "again": stands is None and _worth_another_round(work, state, coverage, unsettled),
    }


def _affordable(work: Work, state: IncidentState) -> bool:
    return work.now() - state["began"] < timedelta(seconds=work.rules.budget.seconds)


async def _run(inquiry: Inquiry, test: Test) -> Reading | None:
    for _ in range(STAGES):
        await inquiry.ask(test.probe.needs(inquiry.facts(), test.subject))
    return test.probe.read(inquiry.facts(), test.subject)


def _verdict(hypotheses: list[Hypothesis], coverage: Coverage, *, seen: bool) -> str:
    if not hypotheses:
        return "nothing to examine"
    best = judge.confirmed(hypotheses) or hypotheses[0]
    confidence = judge.confidence(best, coverage, onset=seen)
    if judge.confirmed(hypotheses):
        return f"confirmed ({confidence:.0%}): {best.claim}"
    return f"nothing confirmed; strongest is {best.claim} ({confidence:.0%})"


def _worth_another_round(work: Work, state: IncidentState, coverage: Coverage, unsettled: list[str]) -> bool:
    """Late data may still come: something had no answer, and there is budget left."""
    gaps = any(item.missing > 0 for item in coverage.items)
    return state["round"] < work.rules.budget.rounds and _affordable(work, state) and (gaps or bool(unsettled))
