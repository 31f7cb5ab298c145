"""Sources whose answers hold strangers' texts wherever strangers can write: what test_hostile.py tells incidents with.

Each stands before the simulated source and adds to what it says. Text passes the door that the real adapter has
(valid UTF-8, secrets masked); where that cuts after some hundred characters, this cuts after thousands.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from agent.loglines import entry
from agent.model.change import Change, ChangeKind
from agent.model.cluster import KubeEvent, LogLine
from agent.model.entity import Entity
from agent.model.message import Message
from agent.model.question import (
    Changes,
    Configs,
    Events,
    Gap,
    Inventory,
    Logs,
    Messages,
    MetricAnswer,
    Pods,
    Revisions,
    SeriesQuestion,
    Workloads,
)
from agent.redact import redact
from integrations.simulation.actuator import SimulatedActuator

LONGEST = 5_000
SCATTERED = timedelta(minutes=12)
"""How long before the end of the window strangers' commits were merged."""


def door(text: str) -> str:
    """What an adapter lets in."""
    return redact(text[: 4 * LONGEST].encode("utf-8", "replace").decode())[:LONGEST]


@dataclass
class Planting:
    """These texts, in turn where there is room for one, all of them where there is room for all; `places` counts."""

    texts: Sequence[str]
    places: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._turn = itertools.cycle(self.texts)

    def one(self, place: str) -> str:
        """The next text, for a place that holds one."""
        self.places[place] = self.places.get(place, 0) + 1
        return door(next(self._turn))

    def all(self, place: str) -> list[str]:
        """Every text, for a place that holds many."""
        self.places[place] = self.places.get(place, 0) + len(self.texts)
        return [door(text) for text in self.texts]

    def marks(self, place: str) -> dict[str, str]:
        """Every text under a key that a stranger may choose."""
        return {f"note.example/{number}": text for number, text in enumerate(self.all(place))}

    def alert(self, body: dict[str, Any]) -> None:
        """A webhook's body with the texts as Alertmanager can send them: the door behind is the real one."""
        texts = [text.encode("utf-8", "replace").decode() for text in self.texts]
        for alert in body["alerts"]:
            alert["annotations"] |= {f"note{number}": text for number, text in enumerate(texts)}
            alert["annotations"] |= {"summary": texts[0], "description": texts[-1]}
            alert["labels"] |= {f"label{number}": text for number, text in enumerate(texts)}
        for place in ("alert annotation", "alert label"):
            self.places[place] = self.places.get(place, 0) + len(texts) * len(body["alerts"])


class PlantedMetrics:
    """A MetricSource whose series have a label that clients fill."""

    def __init__(self, source: Any, planting: Planting) -> None:
        self._source, self._planting = source, planting

    async def ask(self, question: Any) -> MetricAnswer | Gap:
        """The answer, with the texts as values of a label."""
        answer = await self._source.ask(question)
        if not isinstance(answer, MetricAnswer) or not isinstance(question, SeriesQuestion):
            return answer
        told = [
            one.evolve(labels={**one.labels, "user_agent": self._planting.one("label value")}) for one in answer.series
        ]
        return answer.evolve(series=told, warnings=[*answer.warnings, self._planting.one("warning")])


class PlantedActuator(SimulatedActuator):
    """An Actuator whose preview shows values that somebody else wrote."""

    planting: Planting

    async def preview(self, action: Any) -> Any:
        """The diff, with the texts in values around the change."""
        seen = await super().preview(action)
        if isinstance(seen, Gap):
            return seen
        rows = [f" {row}" for text in self.planting.all("diff") for row in text.splitlines()[:20]]
        return seen.evolve(diff="\n".join([seen.diff, *rows]))


class PlantedCluster:
    """A ClusterSource that holds the texts in logs, events, marks, messages, names of managers, commits and diffs."""

    def __init__(self, source: Any, planting: Planting) -> None:
        self._source, self._planting = source, planting

    async def ask(self, question: Any) -> Any:
        """The answer, planted."""
        answer = await self._source.ask(question)
        dress = _DRESS.get(type(answer))
        return dress(answer, self._planting, question) if dress else answer


def _logs(found: Logs, planting: Planting, _question: Any) -> Logs:
    last = found.excerpt.lines[-1].at
    lines = [*found.excerpt.lines, *(LogLine(at=last, text=text) for text in planting.all("log"))]
    return found.evolve(excerpt=found.excerpt.evolve(lines=lines))


def _messages(found: Messages, planting: Planting, _question: Any) -> Messages:
    last = found.items[-1]
    said = [entry(text) for text in planting.all("log of several")]
    more = [
        Message(service=last.service, at=last.at, level=one.level, text=one.text, fields=one.fields, pod=last.pod)
        for one in said
    ]
    return found.evolve(items=[*found.items, *more])


def _noted(entity: Entity, planting: Planting, at: Any) -> list[KubeEvent]:
    return [
        KubeEvent(entity=entity, type="Warning", reason="Noted", message=text, first_at=at, last_at=at)
        for text in planting.all("event")
    ]


def _events(found: Events, planting: Planting, _question: Any) -> Events:
    last = found.items[-1]
    return found.evolve(items=[*found.items, *_noted(last.entity, planting, last.last_at)])


def _workloads(found: Workloads, planting: Planting, _question: Any) -> Workloads:
    items = [
        one.evolve(
            annotations={**one.annotations, **planting.marks("annotation")},
            conditions={**one.conditions, "Noted": f"True: Noted: {planting.one('condition')}"},
        )
        for one in found.items
    ]
    return found.evolve(items=items)


def _revisions(found: Revisions, planting: Planting, _question: Any) -> Revisions:
    return found.evolve(items=[one.evolve(change_cause=planting.one("change cause")) for one in found.items])


def _pods(found: Pods, planting: Planting, _question: Any) -> Pods:
    items = [
        one.evolve(
            conditions={**one.conditions, "Noted": planting.one("pod condition")},
            containers=[each.evolve(message=planting.one("container message")) for each in one.containers],
        )
        for one in found.items
    ]
    return found.evolve(items=items)


def _configs(found: Configs, planting: Planting, _question: Any) -> Configs:
    return found.evolve(items=[one.evolve(changed_by=planting.one("field manager")) for one in found.items])


def _changes(found: Changes, planting: Planting, question: Any) -> Changes:
    at, target = question.window.end - SCATTERED, found.items[-1].entity
    commits = [
        Change(
            id=f"commit-{number}",
            kind=ChangeKind.COMMIT,
            entity=target,
            at=at,
            actor=text[:100],
            summary=text,
            diff=text,
            files=[text[:200]],
            commit="0123456789abcdef",
        )
        for number, text in enumerate(planting.all("commit"))
    ]
    seen = [
        one.evolve(
            actor=one.actor if one.actor == "steadyhand" else planting.one("actor"),
            diff=f"{one.diff}\n {planting.one('change')}",
        )
        for one in found.items
    ]
    return found.evolve(items=[*commits, *seen])


def _inventory(found: Inventory, planting: Planting, _question: Any) -> Inventory:
    estate = found.estate
    declared = [one.evolve(annotations={**one.annotations, **planting.marks("annotation")}) for one in estate.workloads]
    noted = _noted(estate.workloads[0].entity, planting, estate.at)
    return found.evolve(estate=estate.evolve(workloads=declared, events=[*estate.events, *noted]))


_DRESS: dict[type, Any] = {
    Logs: _logs,
    Messages: _messages,
    Events: _events,
    Workloads: _workloads,
    Revisions: _revisions,
    Pods: _pods,
    Configs: _configs,
    Changes: _changes,
    Inventory: _inventory,
}
