"""Spares requests: lists that cannot tell anything, and objects that a list of the same round has already told.

Called by the readers of questions. The lists that say so are under way at the same moment or a moment old (sharing.py).
"""

from collections.abc import Sequence
from dataclasses import replace

from integrations.kubernetes.api import Api
from integrations.kubernetes.failure import Failure, Trouble, outcomes
from integrations.kubernetes.fields import Json, name_of
from integrations.kubernetes.route import Route


async def listed(api: Api, route: Route, accept: str, only_with: Sequence[Route] = ()) -> list[Json]:
    """The list; [] where none of the others holds anything. What cannot be read of the others might."""
    if only_with and not any(await outcomes(*(api.recent(each) for each in only_with))):
        return []
    return await api.recent(route, accept)


async def named(api: Api, kind: Route, name: str) -> Json:
    """One object by its name: out of its kind's list where a round of questions needs that anyway. Raises Failure."""
    if api.kept.keeping:
        (found,) = await outcomes(api.recent(kind))
        if isinstance(found, list):
            return _among(found, kind, name)
    return await api.get(replace(kind, name=name))


def _among(found: list[Json], kind: Route, name: str) -> Json:
    for each in found:
        if name_of(each) == name:
            return each
    raise Failure(Trouble.EMPTY, f"there is no {replace(kind, name=name)}")
