"""Reads STEADYHAND_… variables as settings: nested keys with `__`, lists and mappings as JSON.

Called by `agent.settings.load`. pydantic-settings does the reading; what it would silently skip,
a misspelt variable, is an error here.
"""

import difflib
import itertools
import re
from collections.abc import Mapping
from typing import Any, cast

from pydantic import BaseModel

from agent.complaints import Place, nearest
from agent.errors import Unusable

PREFIX = "STEADYHAND_"
DELIMITER = "__"
_MEANT = 0.8
"""How alike (difflib) a foreign variable must be to one of ours to count as a misspelling of it."""

_SERVICE_LINK = re.compile(r"(^|_)(SERVICE_(HOST|PORT\w*)|PORT(_\d+_(TCP|UDP|SCTP)\w*)?)$")
"""What a kubelet sets for Services whose names begin with steadyhand: none of it is meant for us."""


def variable(place: Place) -> str:
    """The variable that sets a key; what stands in a list is set with the whole list."""
    keys = itertools.takewhile(lambda part: isinstance(part, str), place)
    return PREFIX + DELIMITER.join(map(str, keys)).upper()


def read(model: type[BaseModel], environment: Mapping[str, str]) -> dict[str, Any]:
    """The part of the settings that the environment gives. Raises Unusable with the variable's name."""
    mine = {name.upper(): text for name, text in environment.items() if name.upper().startswith(PREFIX) and text}
    for name in mine:
        _known(name, model)
    # pydantic-settings costs 150 ms to import, which a command that loads nothing should not pay
    from pydantic_settings import BaseSettings, EnvSettingsSource, SettingsError  # noqa: PLC0415

    class FromMapping(EnvSettingsSource):
        def _load_env_vars(self) -> Mapping[str, str | None]:
            return {name.lower(): text for name, text in mine.items()}

    source = FromMapping(
        cast("type[BaseSettings]", model), env_prefix=PREFIX, env_nested_delimiter=DELIMITER, case_sensitive=False
    )
    try:
        return source()
    except SettingsError as error:
        field = re.search(r'"(\w+)"', str(error))
        begins = variable((field[1],)) if field else PREFIX
        name = " or ".join(sorted(given for given in mine if given.startswith(begins))) or begins
        raise Unusable(f'{name}: not JSON; lists and mappings are written as JSON, as in \'["a", "b"]\'') from None


def _known(name: str, model: type[BaseModel]) -> None:
    """STEADYHAND_URL and the like belong to other parts of us; a nested or a nearly right name was meant for here."""
    key = name.removeprefix(PREFIX)
    head = key.split(DELIMITER)[0].lower()
    if head in model.model_fields or _SERVICE_LINK.search(key):
        return
    if DELIMITER in key or difflib.get_close_matches(head, model.model_fields, n=1, cutoff=_MEANT):
        raise Unusable(f"{name}: unknown setting; {nearest(head, list(model.model_fields))}")
