"""Actions that are an edit of one object: preview by the server's own dry run, one guarded write, and looking back.

The write is a PUT of the object just read and verified, with its resourceVersion: whatever happens in
between makes the server refuse it. The action's key travels in the same PUT, as an annotation, so an
attempt that was interrupted can be told from one that never arrived.
"""

import asyncio
import copy
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from agent.errors import Refused, Temporary
from agent.model.action import Action, Applied, Observation, Observed, Preview, TargetState
from agent.model.record import digest
from integrations.kubernetes.access import Need
from integrations.kubernetes.doer import Writer, not_started, not_written
from integrations.kubernetes.failure import Failure, Trouble
from integrations.kubernetes.fields import Json, name_of, number, section, text
from integrations.kubernetes.managed import newest, writers
from integrations.kubernetes.masking import as_yaml, unified
from integrations.kubernetes.ownership import steering
from integrations.kubernetes.route import Route

KEY = "steadyhand.io/action"
"""The annotation that carries the key of the last action on an object."""

CONTROLLERS = "kube-controller-manager"
"""Writes what it must beside us."""

_TRIES = 5  # against an object that others (its status above all) keep updating


async def _nothing(_writer: Writer, _action: Action, _found: Json) -> Any:
    return None


def _no_pods(_action: Any, _found: Json, _around: Any) -> int:
    return 0


def _no_warnings(_action: Any, _found: Json, _around: Any) -> list[str]:
    return []


def _same(described: Json) -> Json:
    return described


def spec(found: Json) -> Json:
    """The part most objects are described by."""
    return section(found, "spec")


@dataclass(frozen=True)
class Edit:
    """One kind of edit, as functions of the action, the object as found, and what had to be read around it."""

    kinds: tuple[str, ...]  # of targets
    route: Callable[[Any], Route]
    change: Callable[[Any, Json, Any, datetime], None]  # alters the copy it is given; raises Refused where it cannot
    undo: Callable[[Any, Json, Any], Action | None]
    needs: tuple[Need, ...]
    around: Callable[[Writer, Any, Json], Awaitable[Any]] = _nothing
    described: Callable[[Json], Json] = spec  # the part an approval is bound to, and that the diff shows
    shown: Callable[[Json], Json] = _same  # of that part, in a form that makes a readable diff and shows no secret
    status: bool = False  # it is the status that is written, where no key can be left: looked at again by what it says
    ignoring: tuple[str, ...] = ()  # keys of that part which may move meanwhile without being another object
    pods: Callable[[Any, Json, Any], int] = _no_pods  # how many are replaced, added or removed
    revision: Callable[[Any], int | None] = lambda _around: None
    warnings: Callable[[Any, Json, Any], list[str]] = _no_warnings

    def digest(self, found: Json) -> str:
        """Of the part an approval is bound to."""
        return digest({key: value for key, value in self.described(found).items() if key not in self.ignoring})

    def words(self, found: Json) -> str:
        """The same part for people."""
        return as_yaml(self.shown(self.described(found)))


class Editor:
    """Implements `Doer` for any edit."""

    def __init__(self, edit: Edit) -> None:
        self._edit = edit

    @property
    def needs(self) -> tuple[Need, ...]:
        """The rights it takes to act, beyond those of reading."""
        return self._edit.needs

    async def preview(self, writer: Writer, action: Any) -> Preview:
        """What the server would make of it. Raises Failure, or Refused where it has no effect or no meaning here."""
        edit = self._edit
        found = await self._found(writer, action)
        around = await edit.around(writer, action, found)
        after = await self._tried(writer, action, self._wanted(action, found, around))
        if edit.described(after) == edit.described(found):
            raise Refused(f"nothing to do: {action} would leave {action.target} as it is")
        return Preview(
            before=TargetState(
                entity=action.target,
                uid=text(found, "metadata", "uid"),
                generation=number(found, "metadata", "generation"),
                spec_hash=edit.digest(found),
                replicas=number(found, "spec", "replicas"),
                revision=edit.revision(around),
            ),
            after_spec_hash=edit.digest(after),
            diff=unified(edit.words(found), edit.words(after), "now", "after"),
            pods=edit.pods(action, found, around),
            undo=edit.undo(action, found, around),
            warnings=[*steering(found), *edit.warnings(action, found, around)],
        )

    async def apply(self, writer: Writer, action: Any, expected: TargetState, key: str) -> Applied:
        """Do it once if the target is as expected. Raises Refused, Temporary or Uncertain as the port says."""
        for _ in range(_TRIES):
            try:
                found = await self._found(writer, action)
                if _key(found) == key:
                    return self._applied(writer, found)
                around = await self._edit.around(writer, action, found)
                if self._there(action, found, around):
                    return self._applied(writer, found)
                self._verify(writer, found, expected)
            except Failure as failure:
                raise not_started(action, failure) from failure
            wanted = marked(self._wanted(action, found, around), key)
            try:
                written = await writer.api.put(self._written(action), wanted, writer.parameters)
                return self._applied(writer, _same_object(found, written))
            except Failure as failure:
                if failure.trouble is not Trouble.CONFLICT:
                    raise not_written(action, failure) from failure
            await asyncio.sleep(0.05)  # whoever was faster is most likely the controller, and about to be done
        raise Temporary(
            f"{action.target} was changed by others {_TRIES} times while we tried to {action}; nothing was changed by us"
        )

    async def observe(self, writer: Writer, action: Any, expected: TargetState, key: str) -> Observed:
        """Whether the attempt with this key reached the target. Raises Failure where it cannot be read."""
        found = await self._found(writer, action)
        if _key(found) == key:
            detail = f"{action.target} carries the key of this action"
            if others := self._later(writer, found):
                detail += f", and {others} wrote to it later: what our action made of it cannot be told any more"
                return Observed(observation=Observation.CANNOT_TELL, detail=detail)
            return Observed(observation=Observation.DONE, detail=detail, applied=self._applied(writer, found))
        if self._edit.status and self._there(action, found, await self._edit.around(writer, action, found)):
            detail = f"{action.target} says in its status what the action was to make of it"
            return Observed(observation=Observation.DONE, detail=detail, applied=self._applied(writer, found))
        if changes := self._differences(found, expected):
            detail = f"{action.target} does not carry the key, and somebody else changed it: {'; '.join(changes)}"
            return Observed(observation=Observation.CANNOT_TELL, detail=detail)
        detail = f"{action.target} does not carry the key and is as it was before"
        return Observed(observation=Observation.NOT_DONE, detail=detail)

    async def _found(self, writer: Writer, action: Any) -> Json:
        if action.target.kind not in self._edit.kinds:
            raise Failure(Trouble.EMPTY, f"{action.target} is no {' or '.join(self._edit.kinds)}: cannot {action}")
        return await writer.api.get(self._edit.route(action))

    async def _tried(self, writer: Writer, action: Any, wanted: Json) -> Json:
        """The dry run. A status update in between is no reason to fail it; extensions take no update without a version, though."""
        route, parameters = self._written(action), {**writer.parameters, "dryRun": "All"}
        if not route.extension:
            wanted["metadata"].pop("resourceVersion", None)
            return await writer.api.put(route, wanted, parameters)
        for _ in range(_TRIES - 1):
            try:
                return await writer.api.put(route, wanted, parameters)
            except Failure as failure:
                if failure.trouble is not Trouble.CONFLICT:
                    raise
            newest = await self._found(writer, action)
            wanted["metadata"]["resourceVersion"] = text(newest, "metadata", "resourceVersion")
        return await writer.api.put(route, wanted, parameters)

    def _later(self, writer: Writer, found: Json) -> str:
        """Who owns part of the spec and wrote after our own write; "" where nobody did, controllers' own writing apart."""
        ours = max(
            (w.at for w in writers(found) if w.manager == writer.manager and not w.subresource and w.at), default=None
        )
        if ours is None:
            return ""
        hands = (w for w in writers(found, "spec") if w.at and w.at > ours and not w.subresource)
        return next((w.manager for w in hands if w.manager not in (writer.manager, CONTROLLERS)), "")

    def _written(self, action: Any) -> Route:
        route = self._edit.route(action)
        return replace(route, subresource="status") if self._edit.status else route

    def _there(self, action: Any, found: Json, around: Any) -> bool:
        """A status already says what the action would make it say."""
        if not self._edit.status:
            return False
        return self._edit.described(self._wanted(action, found, around)) == self._edit.described(found)

    def _wanted(self, action: Any, found: Json, around: Any) -> Json:
        wanted = copy.deepcopy(found)  # with its status: an extension without a status subresource would lose it
        self._edit.change(action, wanted, around, datetime.now(UTC))
        return wanted

    def _applied(self, writer: Writer, found: Json) -> Applied:
        ours = [
            each.at for each in writers(found) if each.manager == writer.manager and each.subresource == "" and each.at
        ]
        return Applied(
            generation=number(found, "metadata", "generation"),
            spec_hash=self._edit.digest(found),
            at=max(ours, default=datetime.now(UTC)),
        )

    def _differences(self, found: Json, expected: TargetState) -> list[str]:
        """What is not as it was when the action was previewed, old → new; empty when all of it is."""
        pairs = {
            "uid": (expected.uid, text(found, "metadata", "uid")),
            "spec hash": (expected.spec_hash, self._edit.digest(found)),
            "replicas": (expected.replicas, number(found, "spec", "replicas")),
        }
        return [f"{what} {old} → {new}" for what, (old, new) in pairs.items() if old != new]

    def _ours_since(self, writer: Writer, found: Json, expected: TargetState) -> bool:
        last = newest(found, "spec")
        ours = last is not None and last.manager == writer.manager and not last.subresource
        return ours and number(found, "metadata", "generation") != expected.generation

    def _verify(self, writer: Writer, found: Json, expected: TargetState) -> None:
        changes = self._differences(found, expected)
        if not changes and self._ours_since(writer, found, expected):
            changes = ["an action of ours was done since, and taken back"]
        if changes:
            generations = f"generation {expected.generation} → {number(found, 'metadata', 'generation')}"
            raise Refused(
                f"{expected.entity} is no longer what was approved: {'; '.join(changes)} ({generations}); nothing was changed"
            )


def marked(wanted: Json, key: str) -> Json:
    """The same with the action's key on it: how an interrupted attempt is recognised later."""
    metadata = {**section(wanted, "metadata"), "annotations": {**section(wanted, "metadata", "annotations"), KEY: key}}
    return {**wanted, "metadata": metadata}


def _same_object(found: Json, written: Json) -> Json:
    """What the server says it made of the object, if that is what it speaks of. Raises Failure: it may have been written."""
    if text(written, "metadata", "uid") != text(found, "metadata", "uid"):
        raise Failure(Trouble.GARBLED, f"the answer to the write of {name_of(found)} is not about it")
    return written


def _key(found: Json) -> str:
    return text(found, "metadata", "annotations", KEY)
