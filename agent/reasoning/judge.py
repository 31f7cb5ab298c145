"""Bayes over a closed set of hypotheses, the choice of the next test, and the verdict.

confirmed needs three things at once: probability (capped by coverage) of CONFIRM, MARGIN over the
runner-up, and at least one discriminating test, one that could have come out the other way.
"""

from functools import cache

import numpy as np

from agent.model.coverage import Coverage
from agent.model.hypothesis import Hypothesis, TestOutcome, Verdict
from agent.reasoning.causes import Cause, named
from agent.reasoning.probes import Probe, Reading, Subject

CONFIRM = 0.80
MARGIN = 0.50
REFUTE = 0.05
TELLING = 3.0
"""A likelihood ratio from which a test counts as discriminating: 'substantial' on Jeffreys' scale (1961) is 3.2."""

FLOOR = 0.01
"""No outcome is impossible: nothing is ruled out for ever by one test."""

TINY = 1e-9
"""What is left for rivals below this is rounding."""

UNSEEN = 0.5
"""The ceiling when metrics do not show the errors that are to be explained."""

WORTHWHILE = 0.01
"""Expected information (bits per unit of cost) below which no further test is run."""


def likelihoods(probe: Probe, subject: Subject, hypothesis: Hypothesis) -> dict[str, float]:
    """The probability of each outcome if the hypothesis were true."""
    return _table(probe, named(hypothesis.cause), own=subject.concerns(hypothesis))


@cache
def _table(probe: Probe, cause: Cause, *, own: bool) -> dict[str, float]:
    table = (cause.own if own else cause.elsewhere).get(probe.name, probe.otherwise)
    return {outcome: max(table.get(outcome, 0.0), FLOOR) for outcome in probe.otherwise}


def separates(probe: Probe, subject: Subject, hypotheses: list[Hypothesis]) -> bool:
    """Whether any hypothesis says something of this test that a bystander would not: else it can move nobody."""
    return any(
        probe.name in (cause.own if subject.concerns(h) else cause.elsewhere)
        for h in hypotheses
        for cause in [named(h.cause)]
    )


def information(probe: Probe, subject: Subject, hypotheses: list[Hypothesis]) -> float:
    """Expected drop of entropy over the hypotheses, in bits, if this test were run."""
    tables = np.array([[*likelihoods(probe, subject, h).values()] for h in hypotheses])
    joint = np.array([h.probability for h in hypotheses])[:, None] * tables
    chances = joint.sum(axis=0)
    now = _entropy(np.array([h.probability for h in hypotheses]))
    expected = sum(
        chance * _entropy(column / chance) for chance, column in zip(chances, joint.T, strict=True) if chance
    )
    return max(float(now - expected), 0.0)


def _entropy(probabilities: np.ndarray) -> float:
    some = probabilities[probabilities > 0]
    return float(-(some * np.log2(some)).sum())


def update(hypotheses: list[Hypothesis], probe: Probe, subject: Subject, reading: Reading) -> list[Hypothesis]:
    """Every hypothesis after one reading, with the outcome written into its record, strongest first."""
    tables = [likelihoods(probe, subject, h) for h in hypotheses]
    joint = [h.probability * table[reading.outcome] for h, table in zip(hypotheses, tables, strict=True)]
    total = sum(joint)
    everyone = {
        outcome: sum(h.probability * table[outcome] for h, table in zip(hypotheses, tables, strict=True))
        for outcome in probe.otherwise
    }
    updated = [
        h.evolve(
            probability=j / total,
            tests=[*h.tests, _outcome(h, table, everyone, about=(probe, subject, reading), after=j / total)],
            evidence=sorted({*h.evidence, *reading.evidence}, key=_number),
        )
        for h, j, table in zip(hypotheses, joint, tables, strict=True)
    ]
    return sorted(updated, key=lambda h: -h.probability)


def _number(evidence_id: str) -> int:
    return int(evidence_id.lstrip("E"))


def _outcome(
    hypothesis: Hypothesis,
    table: dict[str, float],
    everyone: dict[str, float],
    *,
    about: tuple[Probe, Subject, Reading],
    after: float,
) -> TestOutcome:
    """One row of the table; `everyone` is what all hypotheses together gave to each outcome."""
    probe, subject, reading = about
    mine, others = hypothesis.probability, 1 - hypothesis.probability
    rivals = {
        outcome: max((everyone[outcome] - mine * table[outcome]) / others, FLOOR) if others > TINY else table[outcome]
        for outcome in probe.otherwise
    }
    ratio = {outcome: table[outcome] / rivals[outcome] for outcome in probe.otherwise}
    seen = ratio[reading.outcome]
    telling = (seen >= TELLING and min(ratio.values()) <= 1 / 2) or (seen <= 1 / TELLING and max(ratio.values()) >= 2)  # noqa: PLR2004 - "the other way"
    return TestOutcome(
        probe=probe.name,
        question=probe.question,
        subject=str(subject),
        seen=reading.outcome,
        statement=reading.statement,
        predicted=table[reading.outcome],
        rivals=round(rivals[reading.outcome], 4),
        before=hypothesis.probability,
        after=after,
        discriminating=telling,
        own=subject.concerns(hypothesis),
        sides=reading.sides if subject.concerns(hypothesis) else [],  # once is enough in a checkpoint
        evidence=reading.evidence,
    )


def ceiling(hypothesis: Hypothesis, coverage: Coverage, *, onset: bool) -> float:
    """The highest confidence allowed: without the errors themselves in sight, too little for any confirmation.

    A cause that other sources settle alone is capped by those.
    """
    sources = named(hypothesis.cause).settled_by
    if sources is not None:
        return coverage.cap_for(sources)
    return coverage.cap if onset else min(coverage.cap, UNSEEN)


def confidence(hypothesis: Hypothesis, coverage: Coverage, *, onset: bool) -> float:
    """What a person is told: the probability, no higher than what was seen allows."""
    return min(hypothesis.probability, ceiling(hypothesis, coverage, onset=onset))


def settle(hypotheses: list[Hypothesis], cap: float) -> list[Hypothesis]:
    """Verdicts for all; probabilities stay. `cap` is the ceiling of the strongest: no other can be confirmed."""
    ranked = sorted(hypotheses, key=lambda h: -h.probability)
    second = ranked[1].probability if len(ranked) > 1 else 0.0
    return [_first(h, cap=cap, second=second) if number == 0 else _other(h) for number, h in enumerate(ranked)]


def _refuted(hypothesis: Hypothesis) -> Hypothesis | None:
    against = _against(hypothesis)
    if hypothesis.probability >= REFUTE or not against:
        return None
    worst = min(against, key=lambda t: (not t.own, t.predicted / t.rivals))  # its own test tells a person more
    return hypothesis.evolve(verdict=Verdict.REFUTED, why=f"{worst.probe}: {worst.statement}")


def _against(hypothesis: Hypothesis) -> list[TestOutcome]:
    return [t for t in hypothesis.tests if t.predicted * TELLING <= t.rivals]


def _first(hypothesis: Hypothesis, *, cap: float, second: float) -> Hypothesis:
    if refuted := _refuted(hypothesis):
        return refuted
    if not named(hypothesis.cause).testable:
        return _open(hypothesis, "it is what is left: no suspect that can be tested stands")
    deciding = [t for t in hypothesis.tests if t.discriminating and t.predicted > t.rivals]
    ahead = hypothesis.probability - second >= MARGIN
    if deciding and min(hypothesis.probability, cap) >= CONFIRM and ahead:
        best = max(deciding, key=lambda t: t.predicted / t.rivals)
        return hypothesis.evolve(verdict=Verdict.CONFIRMED, why=f"{best.probe}: {best.statement}")
    if hypothesis.probability >= CONFIRM > cap:
        return _open(hypothesis, f"too little could be seen (confidence capped at {cap:.0%})")
    return _open(hypothesis, "not far enough ahead of its rivals")


def _other(hypothesis: Hypothesis) -> Hypothesis:
    if refuted := _refuted(hypothesis):
        return refuted
    return _open(hypothesis, "weakened, not refuted" if _against(hypothesis) else "no test spoke clearly against it")


def _open(hypothesis: Hypothesis, why: str) -> Hypothesis:
    return hypothesis.evolve(verdict=Verdict.INCONCLUSIVE, why=why)


def confirmed(hypotheses: list[Hypothesis]) -> Hypothesis | None:
    """The one that stands, if any."""
    return next((h for h in hypotheses if h.verdict is Verdict.CONFIRMED), None)
