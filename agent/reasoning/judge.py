"""Bayes over a closed set of hypotheses, the choice of the next test, and the verdict.

confirmed needs three things at once: probability (capped by coverage) of CONFIRM, MARGIN over the
runner-up, and at least one discriminating test, one that could have come out the other way.
"""

from math import log2

from agent.model.coverage import Coverage
from agent.model.hypothesis import Hypothesis, TestOutcome, Verdict
from agent.reasoning.causes import catalogue, named
from agent.reasoning.probes import Probe, Reading, Subject

CONFIRM = 0.80
MARGIN = 0.50
REFUTE = 0.05
TELLING = 3.0
"""A likelihood ratio from which a test counts as discriminating: 'substantial' on Jeffreys' scale (1961) is 3.2."""

FLOOR = 0.01
"""No outcome is impossible: nothing is ruled out for ever by one test."""

UNSEEN = 0.5
"""The ceiling when metrics do not show the errors that are to be explained."""

WORTHWHILE = 0.01
"""Expected information (bits per unit of cost) below which no further test is run."""


def likelihoods(probe: Probe, subject: Subject, hypothesis: Hypothesis) -> dict[str, float]:
    """The probability of each outcome if the hypothesis were true."""
    cause = named(hypothesis.cause)
    table = (cause.own if subject.concerns(hypothesis) else cause.elsewhere).get(probe.name, probe.otherwise)
    return {outcome: max(table.get(outcome, 0.0), FLOOR) for outcome in probe.otherwise}


def information(probe: Probe, subject: Subject, hypotheses: list[Hypothesis]) -> float:
    """Expected drop of entropy over the hypotheses, in bits, if this test were run."""
    tables = [likelihoods(probe, subject, h) for h in hypotheses]
    now = _entropy([h.probability for h in hypotheses])
    expected = 0.0
    for outcome in probe.otherwise:
        joint = [h.probability * table[outcome] for h, table in zip(hypotheses, tables, strict=True)]
        chance = sum(joint)
        expected += chance * _entropy([j / chance for j in joint])
    return max(now - expected, 0.0)


def _entropy(probabilities: list[float]) -> float:
    return -sum(p * log2(p) for p in probabilities if p > 0)


def update(hypotheses: list[Hypothesis], probe: Probe, subject: Subject, reading: Reading) -> list[Hypothesis]:
    """Every hypothesis after one reading, with the outcome written into its record, strongest first."""
    tables = [likelihoods(probe, subject, h) for h in hypotheses]
    joint = [h.probability * table[reading.outcome] for h, table in zip(hypotheses, tables, strict=True)]
    total = sum(joint)
    updated = [
        h.evolve(
            probability=j / total,
            tests=[*h.tests, _outcome(h, table, probe, subject, reading, hypotheses=hypotheses, after=j / total)],
            evidence=sorted({*h.evidence, *reading.evidence}, key=_number),
        )
        for h, j, table in zip(hypotheses, joint, tables, strict=True)
    ]
    return sorted(updated, key=lambda h: -h.probability)


def _number(evidence_id: str) -> int:
    return int(evidence_id.lstrip("E"))


def _outcome(  # noqa: PLR0913 - one row of the table needs all of its columns
    hypothesis: Hypothesis,
    table: dict[str, float],
    probe: Probe,
    subject: Subject,
    reading: Reading,
    *,
    hypotheses: list[Hypothesis],
    after: float,
) -> TestOutcome:
    others = [h for h in hypotheses if h.id != hypothesis.id]
    weight = sum(h.probability for h in others)
    rivals = {
        outcome: sum(h.probability * likelihoods(probe, subject, h)[outcome] for h in others) / weight
        if weight
        else table[outcome]
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


def ceiling(coverage: Coverage, *, onset: bool) -> float:
    """The highest confidence allowed: without the errors themselves in sight, too little for any confirmation."""
    return coverage.cap if onset else min(coverage.cap, UNSEEN)


def settle(hypotheses: list[Hypothesis], cap: float) -> list[Hypothesis]:
    """Verdicts for all; probabilities stay, confidence in a report is min(probability, cap)."""
    untestable = {cause.name for cause in catalogue() if not cause.testable}
    ranked = sorted(hypotheses, key=lambda h: -h.probability)
    second = ranked[1].probability if len(ranked) > 1 else 0.0
    return [
        _settled(h, cap=cap, second=second, first=h is ranked[0], testable=h.cause not in untestable) for h in ranked
    ]


def _settled(hypothesis: Hypothesis, *, cap: float, second: float, first: bool, testable: bool) -> Hypothesis:
    against = [t for t in hypothesis.tests if t.predicted * TELLING <= t.rivals]
    if hypothesis.probability < REFUTE and against:
        worst = min(against, key=lambda t: (not t.own, t.predicted / t.rivals))  # its own test tells a person more
        return hypothesis.evolve(verdict=Verdict.REFUTED, why=f"{worst.probe}: {worst.statement}")
    deciding = [t for t in hypothesis.tests if t.discriminating and t.predicted > t.rivals]
    confidence = min(hypothesis.probability, cap)
    if first and testable and deciding and confidence >= CONFIRM and hypothesis.probability - second >= MARGIN:
        best = max(deciding, key=lambda t: t.predicted / t.rivals)
        return hypothesis.evolve(verdict=Verdict.CONFIRMED, why=f"{best.probe}: {best.statement}")
    if first and testable and hypothesis.probability >= CONFIRM > cap:
        return hypothesis.evolve(
            verdict=Verdict.INCONCLUSIVE, why=f"too little could be seen (confidence capped at {cap:.0%})"
        )
    if first and not testable:
        return hypothesis.evolve(
            verdict=Verdict.INCONCLUSIVE, why="it is what is left: no suspect that can be tested stands"
        )
    if not first and not against:
        return hypothesis.evolve(verdict=Verdict.INCONCLUSIVE, why="no test spoke clearly against it")
    return hypothesis.evolve(
        verdict=Verdict.INCONCLUSIVE, why="not far enough ahead of its rivals" if first else "weakened, not refuted"
    )


def confirmed(hypotheses: list[Hypothesis]) -> Hypothesis | None:
    """The one that stands, if any."""
    return next((h for h in hypotheses if h.verdict is Verdict.CONFIRMED), None)
