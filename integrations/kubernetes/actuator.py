"""`Actuator` over a real API server: preview by the server's own dry run, one guarded write, and looking back.

A write is a PUT of the object just read and verified, with its resourceVersion: whatever happens in
between makes the server refuse it. The action's key travels in the same PUT, as an annotation, so an
attempt that was interrupted can be told from one that never arrived.
"""

import asyncio
from datetime import UTC, datetime

from agent.errors import Refused, Temporary, Uncertain
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
from agent.model.question import Gap, GapReason
from integrations.kubernetes.api import Api
from integrations.kubernetes.failure import Failure, Trouble
from integrations.kubernetes.fields import Json, number, section, text
from integrations.kubernetes.managed import writers
from integrations.kubernetes.masking import as_yaml, unified
from integrations.kubernetes.ownership import autoscalers, steering
from integrations.kubernetes.revisions import Kept, kept_revisions
from integrations.kubernetes.rewrite import KEY, marked, rewritten
from integrations.kubernetes.route import Route, deployment
from integrations.kubernetes.workloads import spec_hash

_TRIES = 5  # against an object that others (its status above all) keep updating


class KubernetesActuator:
    """Rolls back, restarts and scales Deployments; `field_manager` is the name our writes carry."""

    def __init__(self, api: Api, field_manager: str = "steadyhand") -> None:
        self._api = api
        self._manager = field_manager

    async def preview(self, action: Action) -> Preview | Gap:
        """What the server would make of the action; nothing is changed. An action without effect is Gap(EMPTY)."""
        try:
            found = await self._found(action)
            kept = await kept_revisions(self._api, action.target, found)
            wanted = rewritten(action, found, kept, datetime.now(UTC))
            wanted["metadata"].pop("resourceVersion", None)  # a status update in between is no reason to fail a dry run
            after = await self._api.put(_route(action), wanted, {**self._parameters, "dryRun": "All"})
            autoscaled = await autoscalers(self._api, found) if isinstance(action, Scale) else []
        except Failure as failure:
            return failure.gap()
        except Refused as refusal:
            return Gap(reason=GapReason.EMPTY, detail=str(refusal))
        if section(after, "spec") == section(found, "spec"):
            return Gap(reason=GapReason.EMPTY, detail=f"nothing to do: {action} would leave {action.target} as it is")
        return _preview(action, found, after, kept, steering(found) + autoscaled)

    async def apply(self, action: Action, expected: TargetState, key: str) -> Applied:
        """Do it once if the target is as expected. Raises Refused, Temporary or Uncertain as the port says."""
        for _ in range(_TRIES):
            found = await self._before(action)
            if _key(found) == key:
                return self._applied(found)
            _verify(found, expected)
            try:
                kept = await kept_revisions(self._api, action.target, found) if isinstance(action, Rollback) else []
            except Failure as failure:
                raise _not_started(action, failure) from failure
            wanted = marked(rewritten(action, found, kept, datetime.now(UTC)), key)
            try:
                return self._applied(await self._api.put(_route(action), wanted, self._parameters))
            except Failure as failure:
                if failure.trouble is not Trouble.CONFLICT:
                    raise _not_written(action, failure) from failure
            await asyncio.sleep(0.05)  # whoever was faster is most likely the controller, and about to be done
        raise Temporary(
            f"{action.target} was changed by others {_TRIES} times while we tried to {action}; nothing was changed by us"
        )

    async def observe(self, action: Action, expected: TargetState, key: str) -> Observed:
        """Whether the attempt with this key reached the target."""
        try:
            found = await self._found(action)
        except Failure as failure:
            return Observed(observation=Observation.CANNOT_TELL, detail=str(failure))
        if _key(found) == key:
            detail = f"{action.target} carries the key of this action"
            return Observed(observation=Observation.DONE, detail=detail, applied=self._applied(found))
        changes = differences(found, expected)
        if changes:
            detail = f"{action.target} does not carry the key, and somebody else changed it: {'; '.join(changes)}"
            return Observed(observation=Observation.CANNOT_TELL, detail=detail)
        detail = f"{action.target} does not carry the key and is as it was before"
        return Observed(observation=Observation.NOT_DONE, detail=detail)

    @property
    def _parameters(self) -> dict[str, str]:
        return {"fieldManager": self._manager}

    async def _found(self, action: Action) -> Json:
        return await self._api.get(_route(action))

    async def _before(self, action: Action) -> Json:
        try:
            return await self._found(action)
        except Failure as failure:
            raise _not_started(action, failure) from failure

    def _applied(self, found: Json) -> Applied:
        ours = [
            each.at for each in writers(found) if each.manager == self._manager and each.subresource == "" and each.at
        ]
        return Applied(
            generation=number(found, "metadata", "generation"),
            spec_hash=spec_hash(found),
            at=max(ours, default=datetime.now(UTC)),
        )


def _route(action: Action) -> Route:
    target = action.target
    if target.kind != "Deployment":
        raise Failure(Trouble.EMPTY, f"{target} is no Deployment: only Deployments can be acted on")
    return deployment(target.namespace, target.name)


def _key(found: Json) -> str:
    return text(found, "metadata", "annotations", KEY)


def differences(found: Json, expected: TargetState) -> list[str]:
    """What is not as it was when the action was previewed, old → new; empty when all of it is."""
    pairs = {
        "uid": (expected.uid, text(found, "metadata", "uid")),
        "spec hash": (expected.spec_hash, spec_hash(found)),
        "replicas": (expected.replicas, number(found, "spec", "replicas")),
    }
    return [f"{what} {old} → {new}" for what, (old, new) in pairs.items() if old != new]


def _verify(found: Json, expected: TargetState) -> None:
    changes = differences(found, expected)
    if changes:
        generations = f"generation {expected.generation} → {number(found, 'metadata', 'generation')}"
        raise Refused(
            f"{expected.entity} is no longer what was approved: {'; '.join(changes)} ({generations}); nothing was changed"
        )


def _not_started(action: Action, failure: Failure) -> Refused | Temporary:
    said = f"did not {action}, nothing was changed: {failure}"
    return Refused(said) if failure.denied else Temporary(said)


def _not_written(action: Action, failure: Failure) -> Refused | Temporary | Uncertain:
    if failure.may_have_arrived:
        return Uncertain(f"may or may not have managed to {action}: {failure}")
    return _not_started(action, failure)


def _preview(action: Action, found: Json, after: Json, kept: list[Kept], warnings: list[str]) -> Preview:
    current = next((each for each in kept if each.revision.current), None)
    replicas = number(found, "spec", "replicas")
    undo = _undo(action, current, replicas)
    if undo is None and isinstance(action, Rollback):
        warnings = [*warnings, "the revision running now has no ReplicaSet yet: there is nothing to undo to"]
    return Preview(
        before=TargetState(
            entity=action.target,
            uid=text(found, "metadata", "uid"),
            generation=number(found, "metadata", "generation"),
            spec_hash=spec_hash(found),
            replicas=replicas,
            revision=current.revision.number if current else None,
        ),
        after_spec_hash=spec_hash(after),
        diff=unified(as_yaml(section(found, "spec")), as_yaml(section(after, "spec")), "now", "after"),
        pods=abs(action.replicas - replicas) if isinstance(action, Scale) else replicas,
        undo=undo,
        warnings=warnings,
    )


def _undo(action: Action, current: Kept | None, replicas: int) -> Action | None:
    if isinstance(action, Restart):
        return None
    if isinstance(action, Scale):
        return Scale(target=action.target, replicas=replicas) if replicas > 0 else None
    if current is None:
        return None
    revision = current.revision
    return Rollback(target=action.target, to_revision=revision.number, template_hash=revision.template_hash)
