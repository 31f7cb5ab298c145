"""What was asked and what came back; the only place where missing evidence becomes a cap on confidence."""

from agent.model.evidence import Evidence
from agent.model.question import GapReason, SeriesQuestion
from agent.model.record import Record

WEIGHTS = {"metrics": 0.6, "changes": 0.4, "cluster": 0.25, "logs": 0.04, "events": 0.03, "traces": 0.02}
"""How much of the confidence is lost when a whole source is missing: a judgement, not yet fitted to labelled incidents."""

PART = 1 / 12
"""The share of a source that one unreadable part of an answer is taken for: an inventory of a namespace has twelve topics."""

OPTIONAL = {"logs", "events", "traces"}
"""Asked only when a test needs them."""

DECIDING, BESIDE = 0.8, 0.1
"""For a claim that a source alone can settle: what is lost without that source, and the share of another source's weight."""

CEILING = 0.99
"""No investigation is ever certain."""


class CoverageItem(Record):
    """One source's tally, with the reasons for what is missing (repeated reasons once)."""

    source: str
    asked: int
    answered: int
    partial: int = 0  # parts of answers that could not be read, each in `gaps`
    empty: int = 0  # asked, and there is no such data: for events and logs that is an answer
    gaps: list[str] = []

    @property
    def missing(self) -> float:
        """The share of questions without an answer; optional sources that no test needed to ask are not missing."""
        if not self.asked:
            return 0.0 if self.source in OPTIONAL else 1.0
        answered = self.answered + (
            self.empty if self.source in ("logs", "events", "changes", "cluster", "traces") else 0
        )
        return min(1 - answered / self.asked + PART * self.partial, 1.0)


def _nothing_there(evidence: Evidence) -> bool:
    """Asked only to see whether there is such a thing, and there is none: that is known now."""
    exploring = isinstance(evidence.question, SeriesQuestion) or getattr(evidence.question, "exploring", False)
    return exploring and evidence.gap is not None and evidence.gap.reason is GapReason.EMPTY


class Coverage(Record):
    """The ledger of what could be seen."""

    items: list[CoverageItem] = []

    @classmethod
    def of(cls, evidence: list[Evidence]) -> "Coverage":
        """Tally evidence by source."""
        items = []
        for source in WEIGHTS:
            mine = [e for e in evidence if e.source == source]
            gaps = [e.gap for e in mine if e.gap and not _nothing_there(e)]
            empty = sum(gap.reason is GapReason.EMPTY for gap in gaps)
            unseen = {part for e in mine for part in getattr(e.answer, "unseen", [])}  # an answer with holes in it
            reasons = {f"{gap.reason}: {gap.detail}" for gap in gaps if gap.reason is not GapReason.EMPTY}
            items.append(
                CoverageItem(
                    source=source,
                    asked=len(mine),
                    answered=len(mine) - len(gaps),
                    empty=empty,
                    partial=len(unseen),
                    gaps=sorted(reasons | unseen),
                )
            )
        return cls(items=items)

    @property
    def cap(self) -> float:
        """The highest confidence this coverage allows: 0.99 when everything asked was answered."""
        ceiling = CEILING
        for item in self.items:
            ceiling *= 1 - WEIGHTS[item.source] * item.missing
        return round(ceiling, 3)

    def cap_for(self, sources: frozenset[str]) -> float:
        """The same for a claim that is settled by some sources alone: they count in full, the others for what rivals they may hide."""
        ceiling = CEILING
        for item in self.items:
            weight = DECIDING if item.source in sources else BESIDE * WEIGHTS[item.source]
            ceiling *= 1 - weight * item.missing
        return round(ceiling, 3)

    @property
    def blind(self) -> bool:
        """Too little was visible to say anything: no metrics at all, or no change source and no cluster."""
        missing = {item.source: item.missing for item in self.items}
        unseen = {source for source in WEIGHTS if missing.get(source, 1.0) >= 1}
        return "metrics" in unseen or {"changes", "cluster"} <= unseen
