"""Edits of a ConfigMap: a recorded earlier content put back, a flag in flagd's document turned."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from agent.errors import Refused
from agent.model.action import Action, RestoreConfig, SetFlag
from agent.model.content import Content
from integrations.kubernetes import flagd
from integrations.kubernetes.access import Need
from integrations.kubernetes.actions.edit import Edit
from integrations.kubernetes.configuring import Reader, caveats, content, held, readable, readers, touched
from integrations.kubernetes.doer import Writer
from integrations.kubernetes.fields import Json, flag, texts
from integrations.kubernetes.route import Route

NEEDS = (
    Need("get", "", "configmaps", "no ConfigMap can be restored, no flag of flagd be turned"),
    Need("update", "", "configmaps", "no ConfigMap can be restored, no flag of flagd be turned", write=True),
)


@dataclass(frozen=True)
class Around:
    """The content to put back, the present one as it was recorded, and who reads the ConfigMap."""

    readers: list[Reader] | str
    wanted: Content | None = None
    present: Content | None = None  # None: nothing records contents here


def _route(action: Any) -> Route:
    return Route("v1", "configmaps", action.target.namespace, action.target.name)


async def _read(writer: Writer, action: SetFlag, _found: Json) -> Around:
    return Around(await readers(writer.api, action.target))


async def _recorded(writer: Writer, action: RestoreConfig, found: Json) -> Around:
    """The present content is recorded before it is replaced: the undo takes it from there."""
    known = await readers(writer.api, action.target)
    if writer.contents is None:
        return Around(known)
    present = content(found, datetime.now(UTC), writer.history)
    wanted = await writer.contents.get(action.target, action.version)
    await writer.contents.keep(present)
    return Around(known, wanted, present)


def _restore(action: RestoreConfig, wanted: Json, around: Around, _now: datetime) -> None:
    _writable(action, wanted)
    if around.wanted is None:
        raise Refused(f"cannot {action}: that content is not recorded")
    if around.wanted.unrestorable:
        raise Refused(f"cannot {action}: {around.wanted.unrestorable}")
    for field, values in (("data", around.wanted.data), ("binaryData", around.wanted.binary)):
        wanted.pop(field, None)
        if values:
            wanted[field] = dict(values)


def _writable(action: Action, found: Json) -> None:
    if flag(found, "immutable"):
        raise Refused(f"cannot {action}: {action.target} is immutable")


def _restore_back(action: RestoreConfig, _found: Json, around: Around) -> Action | None:
    present = around.present
    if present is None or present.unrestorable:
        return None
    return RestoreConfig(target=action.target, version=present.digest)


def _restore_warnings(_action: RestoreConfig, _found: Json, around: Around) -> list[str]:
    kept = around.present.unrestorable if around.present else ""
    lost = [f"this cannot be undone, for the present content is not kept: {kept}"] if kept else []
    return [*lost, *caveats(around.readers)]


def _turn(action: SetFlag, wanted: Json, _around: Around, _now: datetime) -> None:
    _writable(action, wanted)
    place = flagd.place(texts(wanted, "data"), action.flag)
    wanted["data"][place.key] = place.turned(action.state)


def _turn_back(action: SetFlag, found: Json, _around: Around) -> Action | None:
    return SetFlag(target=action.target, flag=action.flag, state=flagd.place(texts(found, "data"), action.flag).state)


EDITS = {
    "restore_config": Edit(
        kinds=("ConfigMap",),
        route=_route,
        around=_recorded,
        change=_restore,
        undo=_restore_back,
        needs=NEEDS,
        described=held,
        shown=readable,
        pods=lambda _action, _found, around: touched(around.readers),
        warnings=_restore_warnings,
    ),
    "set_flag": Edit(
        kinds=("ConfigMap",),
        route=_route,
        around=_read,
        change=_turn,
        undo=_turn_back,
        needs=NEEDS,
        described=held,
        shown=readable,
        pods=lambda _action, _found, around: touched(around.readers),
        warnings=lambda _action, _found, around: caveats(around.readers),
    ),
}
