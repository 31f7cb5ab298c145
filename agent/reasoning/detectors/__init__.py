"""Detectors: facts in, findings out, one family a file. Each module defines `detect`; `findings()` runs them all."""

from importlib import import_module
from pkgutil import iter_modules

from agent.model.finding import Finding
from agent.reasoning.facts import Facts
from agent.reasoning.once import once


@once
def findings(facts: Facts) -> list[Finding]:
    """Everything every detector states, in file-name order."""
    names = sorted(module.name for module in iter_modules(__path__))
    return [finding for name in names for finding in import_module(f"{__name__}.{name}").detect(facts)]
