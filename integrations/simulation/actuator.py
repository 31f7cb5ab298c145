"""The simulated world as an actuator: the same contract as the Kubernetes adapter's, against the same preconditions."""

from typing import Any

from agent.errors import Refused
from agent.history import Contents
from agent.model.action import (
    Action,
    Applied,
    Observation,
    Observed,
    Preview,
    Restart,
    RestoreConfig,
    Rollback,
    Scale,
    TargetState,
)
from agent.model.company import Company, kept_away
from agent.model.entity import Entity
from agent.model.question import Gap, GapReason
from integrations.simulation.configuring import Restorer
from integrations.simulation.deployment import Deployment
from integrations.simulation.template import Template, unified_diff, with_restart
from integrations.simulation.world import World

MANAGER = "steadyhand"
KEY_ANNOTATION = "steadyhand.io/action"
"""Carries the key of the last action applied to a Deployment."""


class SimulatedActuator:
    """Implements `agent.ports.Actuator`."""

    def __init__(self, world: World, contents: Contents | None = None) -> None:
        """`contents` is what was recorded of ConfigMaps; None: nothing can be put back."""
        self._world = world
        self._configs = Restorer(world, contents) if contents else None

    async def preview(self, action: Action) -> Preview | Gap:
        """What the action would do; changes nothing. An action without effect is Gap(EMPTY)."""
        self._world.advance()
        if isinstance(action, RestoreConfig) and self._configs:
            try:
                return await self._configs.preview(action)
            except Refused as refused:
                return _empty(str(refused))
        deployment = self._find(action.target)
        if deployment is None:
            return _empty(f"there is no {action.target}")
        try:
            after = self._after(deployment, action)
        except Refused as refused:
            return _empty(str(refused))
        if after == deployment.spec():
            return _empty(f"nothing to do: {action} would leave it as it is")
        return Preview(
            before=deployment.state(),
            after_spec_hash=deployment.spec_hash(after["template"]),
            diff=unified_diff(deployment.spec(), after, "now", "after"),
            pods=_touched(deployment, action),
            undo=_undo(deployment, action),
            warnings=_warnings(deployment),
            company=Company(
                marked=[str(deployment.entity)] if kept_away(deployment.annotations) else [],
                managers=deployment.managers,
            ),
        )

    async def apply(self, action: Action, expected: TargetState, key: str) -> Applied:
        """Do it once. Raises Refused, naming what differs; nothing is changed then."""
        self._world.advance()
        if isinstance(action, RestoreConfig) and self._configs:
            return await self._configs.apply(action, expected, key)
        deployment = self._find(action.target)
        if deployment is None:
            raise Refused(f"there is no {action.target} any more")
        if deployment.annotations.get(KEY_ANNOTATION) == key:
            return _applied(deployment)
        if differing := _differences(deployment.state(), expected) or _ours_since(deployment, expected):
            raise Refused(f"{action.target} is not what was previewed: {differing}")
        self._write(deployment, action)
        deployment.annotations[KEY_ANNOTATION] = key
        return _applied(deployment)

    async def observe(self, action: Action, expected: TargetState, key: str) -> Observed:
        """Whether an earlier `apply` with this key reached the target."""
        self._world.advance()
        if isinstance(action, RestoreConfig) and self._configs:
            return await self._configs.observe(action, expected, key)
        deployment = self._find(action.target)
        if deployment is None:
            return Observed(observation=Observation.CANNOT_TELL, detail=f"there is no {action.target} any more")
        if deployment.annotations.get(KEY_ANNOTATION) == key:
            detail, done = f"our key is on {action.target}", _applied(deployment)
            return Observed(observation=Observation.DONE, detail=detail, applied=done)
        if differing := _differences(deployment.state(), expected):
            detail = f"our key is not on {action.target}, but somebody changed it: {differing}"
            return Observed(observation=Observation.CANNOT_TELL, detail=detail)
        return Observed(observation=Observation.NOT_DONE, detail=f"{action.target} is unchanged")

    def _find(self, target: Entity) -> Deployment | None:
        if target.kind != "Deployment" or target.namespace != self._world.namespace:
            return None
        return self._world.deployments.get(target.name)

    def _after(self, deployment: Deployment, action: Action) -> dict[str, Any]:
        """The spec as it would be. Raises Refused where the action has no meaning for the target."""
        match action:
            case Rollback():
                return deployment.spec(template=_rollback_template(deployment, action))
            case Restart():
                stamp = self._world.advance().isoformat()
                return deployment.spec(template=with_restart(deployment.current.template, stamp))
            case Scale():
                return deployment.spec(replicas=action.replicas)
            case _:
                raise Refused(f"the simulated cluster cannot {action}")

    def _write(self, deployment: Deployment, action: Action) -> None:
        after = self._after(deployment, action)
        if after == deployment.spec():
            return
        if isinstance(action, Scale):
            self._world.scale(deployment.name, action.replicas, actor=MANAGER)
        else:
            self._world.put_template(deployment, after["template"], actor=MANAGER)


def _empty(detail: str) -> Gap:
    return Gap(reason=GapReason.EMPTY, detail=detail)


def _applied(deployment: Deployment) -> Applied:
    ours = [entry.at for entry in deployment.managers if entry.manager == MANAGER and entry.at]
    at = max(ours, default=deployment.created_at)
    return Applied(generation=deployment.generation, spec_hash=deployment.spec_hash(), at=at)


def _rollback_template(deployment: Deployment, action: Rollback) -> Template:
    found = deployment.revision(action.to_revision, action.template_hash)
    if found is None:
        there = ", ".join(f"{s.number} ({s.template_hash})" for s in deployment.sets)
        raise Refused(
            f"{action.target} has no revision {action.to_revision} ({action.template_hash}); these exist: {there}"
        )
    return found.template


def _touched(deployment: Deployment, action: Action) -> int:
    return abs(action.replicas - deployment.replicas) if isinstance(action, Scale) else deployment.replicas


def _undo(deployment: Deployment, action: Action) -> Action | None:
    match action:
        case Rollback():
            now = deployment.current
            return Rollback(target=action.target, to_revision=now.number, template_hash=now.template_hash)
        case Scale():
            return Scale(target=action.target, replicas=deployment.replicas) if deployment.replicas else None
        case _:
            return None


def _warnings(deployment: Deployment) -> list[str]:
    if deployment.progressing_since is None:
        return []
    return [f"a rollout of {deployment.entity} is in progress since {deployment.progressing_since:%H:%M:%S}"]


def _differences(state: TargetState, expected: TargetState) -> str:
    pairs = {
        "uid": (expected.uid, state.uid),
        "spec hash": (expected.spec_hash, state.spec_hash),
        "replicas": (expected.replicas, state.replicas),
    }
    return "; ".join(f"{name} {before} → {now}" for name, (before, now) in pairs.items() if before != now)


def _ours_since(deployment: Deployment, expected: TargetState) -> str:
    """It looks as it did because what we did since was taken back: a late one of ours is not the next."""
    last = max((m for m in deployment.managers if m.at), key=lambda m: m.at or deployment.created_at, default=None)
    ours = last is not None and last.manager == MANAGER and not last.subresource
    return (
        "an action of ours was done since, and taken back"
        if ours and deployment.generation != expected.generation
        else ""
    )
