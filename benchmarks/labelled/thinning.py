"""Thinning: evidence that is dropped at random on its way from a case to the graph. Less seen must mean less claimed."""

import random
from dataclasses import replace
from typing import Any

from agent.model.inventory import PLACES_OF_COMPONENTS
from agent.model.question import Gap, GapReason, Inventory, MetricAnswer
from agent.model.record import Record
from benchmarks.labelled.case import Case

SOURCES = {"messages": "logs", "logs": "logs", "spans": "traces", "changes": "changes", "events": "events"}

KINDS = {
    "pods": ["Pod"],
    "events": ["Event"],
    "routes": ["Service"],
    "machines": ["Node"],
    "components": [*PLACES_OF_COMPONENTS],
    "claims": ["PersistentVolumeClaim"],
    "disks": ["PersistentVolume"],
    "quotas": ["ResourceQuota"],
    "holders": ["ConfigMap", "Secret"],
}
"""The lists of an inventory that are thinned, and the kinds they hold."""


class Thinned:
    """A port some of whose answers are incomplete, or missing: each source is gone with `share`, each item with half of it.

    Deterministic: what is dropped depends on the seed and the item alone, not on the order of the questions.
    """

    def __init__(self, source: Any, share: float, seed: str, *, silent: bool = False) -> None:
        """`share` from 0 (all is there) to 1; `silent`: lists of objects that lost some still claim to be whole.

        No API server does that: it gives a list, or says why not. It is the harder test.
        """
        self._source, self._share, self._seed, self._silent = source, share, seed, silent

    async def ask(self, question: Any) -> Any:
        """The source's answer, less what was dropped."""
        if self._drawn(SOURCES.get(question.kind, question.kind)) < self._share * 0.5 and question.kind in SOURCES:
            return Gap(reason=GapReason.FAILED, detail="dropped to see what happens")
        answer = await self._source.ask(question)
        if isinstance(answer, Gap):
            return answer
        return self._thin(answer)

    def _thin(self, answer: Any) -> Any:
        if isinstance(answer, MetricAnswer):
            return self._listed(answer, "series", "no series is left")
        if isinstance(answer, Inventory):
            estate = answer.estate
            kept = {name: self._kept(getattr(estate, name)) for name in KINDS if name != "pods"}
            kept["pods"] = [running for running in estate.pods if self._stays(running.pod.name)]
            lost = [name for name, items in kept.items() if len(items) < len(getattr(estate, name))]
            told = [] if self._silent else [kind for name in lost for kind in KINDS[name]]
            unseen = [*answer.unseen, "part of it was dropped to see what happens"] if self._share else answer.unseen
            return answer.evolve(estate=estate.evolve(**kept, unread=[*estate.unread, *told]), unseen=unseen)
        if hasattr(answer, "items") and isinstance(answer.items, list):
            return self._listed(answer, "items", "nothing is left")
        return answer

    def _listed(self, answer: Any, name: str, detail: str) -> Any:
        kept = self._kept(getattr(answer, name))
        return answer.evolve(**{name: kept}) if kept else Gap(reason=GapReason.EMPTY, detail=detail)

    def _kept(self, items: list[Any]) -> list[Any]:
        return [item for item in items if self._stays(_identity(item))]

    def _stays(self, identity: str) -> bool:
        return self._drawn(identity) >= self._share * 0.5

    def _drawn(self, identity: str) -> float:
        return random.Random(f"{self._seed}|{identity}").random()


def _identity(item: Any) -> str:
    if isinstance(item, Record):
        return item.model_dump_json(exclude={"times", "values"})[:400]
    return str(item)


def thinned(case: Case, share: float, seed: int, *, silent: bool = False) -> Case:
    """The same case, seen through sources with holes."""
    key = f"{case.id}|{seed}"
    return replace(
        case,
        metrics=Thinned(case.metrics, share, key, silent=silent),
        cluster=Thinned(case.cluster, share, key, silent=silent),
    )
