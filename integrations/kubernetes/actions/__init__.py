"""How each typed action is done on a real cluster: one file a family, each with a table of what it can do.

Most actions are an edit of one object (edit.py does the rest); one that is not brings a `Doer` of its own.
`doers()` finds the modules: adding an action is adding its record, its fit and its edit.
"""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from integrations.kubernetes.actions.edit import Edit, Editor
from integrations.kubernetes.doer import Doer


@cache
def doers() -> dict[str, Doer]:
    """By the action's kind, or "KIND TARGET" where one kind of target needs its own way: who does it."""
    names = sorted(module.name for module in iter_modules(__path__))
    modules = [import_module(f"{__name__}.{name}") for name in names]
    edits: dict[str, Edit] = {kind: edit for module in modules for kind, edit in getattr(module, "EDITS", {}).items()}
    others: dict[str, Doer] = {kind: doer for module in modules for kind, doer in getattr(module, "DOERS", {}).items()}
    return {**{kind: Editor(edit) for kind, edit in edits.items()}, **others}
