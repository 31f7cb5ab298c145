"""Sorts the suite into its four tiers and makes sure that none is skipped silently.

A test of tier N carries `pytest.mark.tierN`, once for every kind of real part that it needs; without
a mark it is tier 0; `pytest.mark.tier3("image")` needs a builder of images, not a node. Tests run in the order of their highest tier. A tier whose parts are missing is
skipped with the reason, and said again before pytest's last line; where STEADYHAND_REQUIRE_TIERS
names it (CI does, for what it could install), its tests fail instead.
"""

import os
from collections import Counter

import hypothesis
import pytest

from tests import tiers

_TIERS = range(4)
_LACKING = pytest.StashKey[Counter[tuple[int, str]]]()
_REQUIRED = pytest.StashKey[set[str]]()

hypothesis.settings.register_profile("ci", deadline=None, max_examples=60, print_blob=True, derandomize=False)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--tier",
        action="append",
        type=int,
        choices=list(_TIERS),
        metavar="N",
        help="only tests whose highest tier is N: 0 unit, 1 Prometheus, 2 control plane, 3 node (repeatable)",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_LACKING] = Counter()
    try:
        config.stash[_REQUIRED] = tiers.required(os.environ.get(tiers.REQUIRED, ""))
    except ValueError as error:
        raise pytest.UsageError(str(error)) from error


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    chosen = config.getoption("tier")
    if chosen:
        config.hook.pytest_deselected(items=[item for item in items if _highest(item) not in chosen])
    items[:] = sorted((item for item in items if not chosen or _highest(item) in chosen), key=_highest)
    config.stash[_LACKING].update(need for item in items for need in _needs(item) if tiers.missing(need[1]))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    for tier, part in _needs(item):
        reason = tiers.missing(part)
        if reason and part in item.config.stash[_REQUIRED]:
            pytest.fail(f"tier {tier} must run here ({tiers.REQUIRED}), but {reason}", pytrace=False)
        if reason:
            pytest.skip(f"tier {tier}: {reason}")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    for (tier, part), tests in sorted(config.stash[_LACKING].items()):
        fate = "FAILED" if part in config.stash[_REQUIRED] else "skipped"
        count = f"{tests} test{'s' * (tests > 1)}"
        terminalreporter.write_line(f"tier {tier} {fate} ({count}): {tiers.missing(part)}", yellow=True)


def _needs(item: pytest.Item) -> list[tuple[int, str]]:
    """Each tier with the part of it: the mark's argument, or the tier's own."""
    marks = [(tier, mark) for tier in _TIERS for mark in item.iter_markers(f"tier{tier}")]
    return list(dict.fromkeys((tier, str(mark.args[0] if mark.args else tier)) for tier, mark in marks))


def _highest(item: pytest.Item) -> int:
    return max((tier for tier, _ in _needs(item)), default=0)
