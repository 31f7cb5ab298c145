"""From a playbook's step to the exact action here: one file a family, each with a table FITS of step names.

A fit is a pure function of the confirmed hypothesis and the situation; where the step has nothing to act on it
says why in words. Called by agent.policy.choose.
"""

from collections.abc import Callable
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from agent.model.action import Action
from agent.model.hypothesis import Hypothesis
from agent.model.playbook import Playbook, PlaybookStep, Precondition
from agent.policy.keeping import put_back
from agent.policy.situation import Situation

Fit = Callable[[PlaybookStep, Playbook, Hypothesis, Situation], Action | str]


@cache
def fits() -> dict[str, Fit]:
    """By the step's name: how it is fitted."""
    names = sorted(module.name for module in iter_modules(__path__))
    return {step: _ours(fit) for name in names for step, fit in import_module(f"{__name__}.{name}").FITS.items()}


def _ours(fit: Fit) -> Fit:
    """The same, but a reason instead of an action on what its keeper would put back, where the playbook cares."""

    def fitted(step: PlaybookStep, playbook: Playbook, why: Hypothesis, situation: Situation) -> Action | str:
        found = fit(step, playbook, why, situation)
        if isinstance(found, str) or Precondition.NOT_GITOPS_MANAGED not in playbook.preconditions:
            return found
        return put_back(found, situation) or found

    return fitted
