"""Honest in-memory stand-ins for every port: no mocks, no patching. The store's is in tests/memory_store.py."""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from agent.errors import Refused
from agent.model.action import (
    Action,
    Applied,
    Observation,
    Observed,
    Preview,
    Restart,
    Rollback,
    Scale,
    TargetState,
)
from agent.model.company import Company
from agent.model.entity import Entity
from agent.model.question import Gap, GapReason
from agent.model.record import digest
from tests.memory_store import memory_store

__all__ = [
    "FakeDeployment",
    "Fault",
    "ManualClock",
    "MemoryActuator",
    "ScriptedCluster",
    "ScriptedMetrics",
    "memory_store",
]


class ManualClock:
    """Time that passes only when somebody sleeps or advances it."""

    def __init__(self, start: datetime) -> None:
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        return self._now

    async def sleep(self, seconds: float) -> None:
        self.advance(seconds)
        await asyncio.sleep(0)

    def advance(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)


Answers = Mapping[str, Any] | Callable[[Any], Any]


class _Scripted:
    """Answers by the question's kind from a mapping (values: answers, or callables of the question), or by one callable.

    None, or a kind that is not in the mapping, is Gap(NOT_CONFIGURED). `asked` is every question, in order.
    """

    def __init__(self, answers: Answers | None = None) -> None:
        self.answers: Answers = {} if answers is None else answers
        self.asked: list[Any] = []

    async def ask(self, question: Any) -> Any:
        self.asked.append(question)
        await asyncio.sleep(0)
        answer = self.answers.get(question.kind) if isinstance(self.answers, Mapping) else self.answers
        answer = answer(question) if callable(answer) else answer
        if answer is None:
            return Gap(reason=GapReason.NOT_CONFIGURED, detail=f"the script has no answer to {question.kind}")
        return answer


class ScriptedMetrics(_Scripted):
    """MetricSource: kinds instant, range, series."""


class ScriptedCluster(_Scripted):
    """ClusterSource: kinds workload, revisions, pods, configs, events, services, nodes, logs, changes."""


@dataclass
class FakeDeployment:
    """What rollback, restart and scale need of a Deployment; `templates` are its revisions by number, with gaps allowed."""

    entity: Entity
    templates: dict[int, str]
    replicas: int = 3
    uid: str = "uid-1"
    generation: int = 1
    restarts: int = 0
    keys: list[str] = field(default_factory=list)

    @property
    def revision(self) -> int:
        return max(self.templates)

    def spec_hash(self, template: str | None = None, restarts: int | None = None) -> str:
        restarts = self.restarts if restarts is None else restarts
        return digest(template or self.templates[self.revision], restarts)

    def template_hash(self, revision: int) -> str:
        return digest(self.templates[revision])

    def state(self) -> TargetState:
        return TargetState(
            entity=self.entity,
            uid=self.uid,
            generation=self.generation,
            spec_hash=self.spec_hash(),
            replicas=self.replicas,
            revision=self.revision,
        )

    def edit(self, template: str) -> None:
        """Somebody else rolls out another template."""
        self.templates[self.revision + 1] = template
        self.generation += 1


@dataclass
class Fault:
    """What the next `apply` runs into: raised before anything changed, or after the change was made."""

    when: Literal["before", "after"]
    error: Exception


class MemoryActuator:
    """Actuator over FakeDeployments: real preconditions, a key on the target, faults to inject.

    `applied` is every key whose change was really made; `unreadable` makes `observe` and `preview` blind.
    """

    def __init__(self, clock: ManualClock, *deployments: FakeDeployment) -> None:
        self.clock = clock
        self.deployments = {str(deployment.entity): deployment for deployment in deployments}
        self.faults: deque[Fault] = deque()
        self.applied: list[str] = []
        self.previews: list[Action] = []
        self.unreadable = False

    async def preview(self, action: Action) -> Preview | Gap:
        self.previews.append(action)
        await asyncio.sleep(0)
        if self.unreadable:
            return Gap(reason=GapReason.FAILED, detail="the API server does not answer")
        deployment = self.deployments.get(str(action.target))
        if deployment is None:
            return Gap(reason=GapReason.EMPTY, detail=f"there is no {action.target}")
        if reason := _impossible(deployment, action):
            return Gap(reason=GapReason.EMPTY, detail=reason)
        template, restarts, replicas = _after(deployment, action)
        before = deployment.state()
        return Preview(
            before=before,
            after_spec_hash=deployment.spec_hash(template, restarts),
            diff=_diff(deployment, template, restarts, replicas),
            pods=abs(replicas - before.replicas) or replicas,
            undo=_undo(deployment, action),
            company=Company(marked=[], managers=[]),
        )

    async def apply(self, action: Action, expected: TargetState, key: str) -> Applied:
        await asyncio.sleep(0)
        fault = self.faults.popleft() if self.faults else None
        if fault and fault.when == "before":
            raise fault.error
        deployment = self.deployments.get(str(action.target))
        if deployment is None:
            raise Refused(f"there is no {action.target}")
        if reason := _differs(deployment.state(), expected) or _impossible(deployment, action):
            raise Refused(reason)
        applied = self._change(deployment, action, key)
        if fault:
            raise fault.error
        return applied

    async def observe(self, action: Action, expected: TargetState, key: str) -> Observed:
        await asyncio.sleep(0)
        deployment = self.deployments.get(str(action.target))
        if self.unreadable or deployment is None:
            return Observed(observation=Observation.CANNOT_TELL, detail=f"{action.target} cannot be read")
        if key in deployment.keys[-1:]:
            return Observed(observation=Observation.DONE, detail="our key is on it", applied=self._applied(deployment))
        if reason := _differs(deployment.state(), expected):
            return Observed(observation=Observation.CANNOT_TELL, detail=reason)
        return Observed(observation=Observation.NOT_DONE, detail="it is as it was before")

    def _change(self, deployment: FakeDeployment, action: Action, key: str) -> Applied:
        template, deployment.restarts, deployment.replicas = _after(deployment, action)
        if isinstance(action, Rollback):  # as the deployment controller: the old revision moves up, its number is free
            del deployment.templates[action.to_revision]
            deployment.templates[deployment.revision + 1] = template
        elif isinstance(action, Restart):
            deployment.templates[deployment.revision + 1] = template
        deployment.generation += 1
        deployment.keys.append(key)
        self.applied.append(key)
        return self._applied(deployment)

    def _applied(self, deployment: FakeDeployment) -> Applied:
        return Applied(generation=deployment.generation, spec_hash=deployment.spec_hash(), at=self.clock.now())


def _after(deployment: FakeDeployment, action: Action) -> tuple[str, int, int]:
    template = deployment.templates[deployment.revision]
    match action:
        case Rollback():
            return deployment.templates[action.to_revision], deployment.restarts, deployment.replicas
        case Restart():
            return template, deployment.restarts + 1, deployment.replicas
        case Scale():
            return template, deployment.restarts, action.replicas


def _undo(deployment: FakeDeployment, action: Action) -> Action | None:
    match action:
        case Rollback():
            current = deployment.revision
            return Rollback(target=action.target, to_revision=current, template_hash=deployment.template_hash(current))
        case Restart():
            return None
        case Scale():
            return Scale(target=action.target, replicas=deployment.replicas)


def _impossible(deployment: FakeDeployment, action: Action) -> str:
    if not isinstance(action, Rollback):
        return ""
    if action.to_revision not in deployment.templates:
        return f"{action.target} has no revision {action.to_revision}, only {sorted(deployment.templates)}"
    if deployment.template_hash(action.to_revision) != action.template_hash:
        return f"revision {action.to_revision} of {action.target} is another template than the one named"
    return "" if action.to_revision != deployment.revision else f"revision {action.to_revision} is the current one"


def _differs(found: TargetState, expected: TargetState) -> str:
    for name in ("uid", "spec_hash", "replicas"):
        if getattr(found, name) != getattr(expected, name):
            return f"{found.entity} changed: {name} is {getattr(found, name)}, not {getattr(expected, name)}"
    return ""


def _diff(deployment: FakeDeployment, template: str, restarts: int, replicas: int) -> str:
    before = (deployment.templates[deployment.revision], deployment.restarts, deployment.replicas)
    after = (template, restarts, replicas)
    names = ("template", "restarts", "replicas")
    changed = [row for row in zip(names, before, after, strict=True) if row[1] != row[2]]
    return "".join(f"-{name}: {old}\n+{name}: {new}\n" for name, old, new in changed)
