"""Bayes over a closed set of hypotheses, the choice of the next test, and the verdict.

confirmed needs four things at once: probability (capped by coverage) of CONFIRM, MARGIN over the
runner-up, at least one discriminating test, one that could have come out the other way, and no test of its
own that it failed: the best of a bad lot is still a bad one.
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

LIVE = 0.1
"""A rival this probable is worth telling apart by itself, however many others there are."""

TINY = 1e-9
"""What is left for rivals below this is rounding."""

SURPRISE, EXPECTED = 0.03, 0.5
"""What a cause itself gives to an outcome that it hardly allows, and to the one that it expected."""

UNSEEN = 0.5
"""The ceiling when metrics do not show the errors that are to be explained."""

WORTHWHILE = 0.01
"""Expected information (bits per unit of cost) below which no further test is run."""


def likelihoods(probe: Probe, subject: Subject, hypothesis: Hypothesis) -> dict[str, float]:
    """The probability of each outcome if the hypothesis were true."""
    return _table(probe, named(hypothesis.cause), own=probe.whole or subject.concerns(hypothesis))


@cache
def _table(probe: Probe, cause: Cause, *, own: bool) -> dict[str, float]:
    table = (cause.own if own else cause.elsewhere).get(probe.name, probe.otherwise)
    return {outcome: max(table.get(outcome, 0.0), FLOOR) for outcome in probe.otherwise}


def separates(probe: Probe, subject: Subject, hypotheses: list[Hypothesis]) -> bool:
    """Whether any hypothesis says something of this test that a bystander would not: else it can move nobody."""
    return any(
        probe.name in (cause.own if probe.whole or subject.concerns(h) else cause.elsewhere)
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
    everyone = _mixture(hypotheses, tables)
    pairs = list(zip(hypotheses, tables, strict=True))
    updated = []
    for (h, table), j in zip(pairs, joint, strict=True):
        friends = [(other, t) for other, t in pairs if other is h or _kin(h, other)]
        ours = {other.id for other, _ in friends}
        own = _mixture([friend for friend, _ in friends], [t for _, t in friends])
        left = 1 - sum(friend.probability for friend, _ in friends)
        rivals = {o: max((everyone[o] - own[o]) / left, FLOOR) if left > TINY else table[o] for o in probe.otherwise}
        live = [t for other, t in pairs if other.probability >= LIVE and other.id not in ours]
        outcome = _outcome(h, table, rivals, live=live, about=(probe, subject, reading), after=j / total)
        evidence = sorted({*h.evidence, *reading.evidence}, key=_number)
        updated.append(h.evolve(probability=j / total, tests=[*h.tests, outcome], evidence=evidence))
    return sorted(updated, key=lambda h: -h.probability)


def _favours(table: dict[str, float], rival: dict[str, float], seen: str) -> bool:
    """What was seen speaks clearly for the one against the other, and something else would have spoken against it."""
    ratio = {outcome: table[outcome] / rival[outcome] for outcome in table}
    return ratio[seen] >= TELLING and min(ratio.values()) <= 1 / 2


def _mixture(hypotheses: list[Hypothesis], tables: list[dict[str, float]]) -> dict[str, float]:
    """What hypotheses together give to each outcome, each by its probability."""
    return {
        outcome: sum(h.probability * table[outcome] for h, table in zip(hypotheses, tables, strict=True))
        for outcome in (tables[0] if tables else {})
    }


def _number(evidence_id: str) -> int:
    return int(evidence_id.lstrip("E"))


def _outcome(
    hypothesis: Hypothesis,
    table: dict[str, float],
    rivals: dict[str, float],
    *,
    live: list[dict[str, float]],
    about: tuple[Probe, Subject, Reading],
    after: float,
) -> TestOutcome:
    """One row of the table.

    `rivals` is what those give to each outcome that cannot be true together with this one, `live` what each
    of them gives that is probable enough to be worth telling apart by itself.
    """
    probe, subject, reading = about
    against = _favours(rivals, table, reading.outcome)
    telling = against or any(_favours(table, rival, reading.outcome) for rival in [rivals, *live])
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
        own=subject.concerns(hypothesis) and not probe.whole,
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
    """Verdicts for all; probabilities stay. `cap` is the ceiling of the strongest: no other can be confirmed.

    Only where no single mechanism stands, the broad claim that they are all kinds of does, with their joint probability.
    """
    ranked = sorted(hypotheses, key=lambda h: -h.probability)
    if not ranked:
        return []
    kin = [h for h in ranked[1:] if _kin(ranked[0], h)]
    second = max((h.probability for h in ranked[1:] if h not in kin), default=0.0)
    first = _first(ranked[0], cap=cap, second=second)
    others = [_other(h) for h in ranked[1:]]
    broad = next((h for h in [ranked[0], *kin] if named(h.cause).broad), None)
    if first.verdict is Verdict.CONFIRMED or broad is None or not kin:
        return [first, *others]
    joint = min(ranked[0].probability + sum(h.probability for h in kin), 1.0)
    together = _first(broad.evolve(probability=joint), cap=cap, second=second)
    if together.verdict is not Verdict.CONFIRMED:
        return [first, *others]
    return [together, *(h for h in [_other(ranked[0]), *others] if h.id != together.id)]


def _kin(one: Hypothesis, other: Hypothesis) -> bool:
    """One is a broad claim about an entity, the other a mechanism there that no change brought."""
    if one.entity != other.entity or not named(one.cause).testable or not named(other.cause).testable:
        return False
    broad, fine = (one, other) if named(one.cause).broad else (other, one)
    return named(broad.cause).broad and not fine.change


def _refuted(hypothesis: Hypothesis) -> Hypothesis | None:
    against = _against(hypothesis)
    if hypothesis.probability >= REFUTE or not against:
        return None
    worst = min(against, key=lambda t: (not t.own, t.predicted / t.rivals))  # its own test tells a person more
    return hypothesis.evolve(verdict=Verdict.REFUTED, why=f"{worst.probe}: {worst.statement}")


def _against(hypothesis: Hypothesis) -> list[TestOutcome]:
    return [t for t in hypothesis.tests if t.predicted * TELLING <= t.rivals]


def _failed(hypothesis: Hypothesis) -> TestOutcome | None:
    """A test of what it blames that came out as it hardly can if the cause is true."""
    tables = named(hypothesis.cause).own
    return next(
        (
            test
            for test in hypothesis.tests
            if test.own
            and test.predicted <= SURPRISE
            and max(tables.get(test.probe, {}).values(), default=0.0) >= EXPECTED
        ),
        None,
    )


def _first(hypothesis: Hypothesis, *, cap: float, second: float) -> Hypothesis:
    if refuted := _refuted(hypothesis):
        return refuted
    if not named(hypothesis.cause).testable:
        return _open(hypothesis, "it is what is left: no suspect that can be tested stands")
    deciding = [t for t in hypothesis.tests if t.discriminating and t.predicted > t.rivals]
    ahead = hypothesis.probability - second >= MARGIN
    if failed := _failed(hypothesis):
        return _open(hypothesis, f"it expected something else of its own test, {failed.probe}: {failed.statement}")
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
