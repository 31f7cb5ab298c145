"""Detectors: facts in, findings out, one family a file. Each module defines `detect`; `findings()` runs them all."""

from importlib import import_module
from pkgutil import iter_modules
from weakref import WeakKeyDictionary

from agent.model.finding import Finding
from agent.reasoning.facts import Facts

_FOUND: WeakKeyDictionary[Facts, list[Finding]] = WeakKeyDictionary()
"""Facts do not change, and every cause asks what was found: it is worked out once for as long as they live."""


def findings(facts: Facts) -> list[Finding]:
    """Everything every detector states, in file-name order."""
    if facts not in _FOUND:
        names = sorted(module.name for module in iter_modules(__path__))
        _FOUND[facts] = [finding for name in names for finding in import_module(f"{__name__}.{name}").detect(facts)]
    return _FOUND[facts]
