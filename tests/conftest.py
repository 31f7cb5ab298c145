"""Sorts the suite into its four tiers and makes sure that none is skipped silently.

A test of tier N carries `pytest.mark.tierN`, once for every kind of real part that it needs; without a mark it is tier 0;
`pytest.mark.tier3("image")` needs a builder of images, not a node. Tests run in the order of their highest tier. A tier
whose parts are missing is skipped with the reason, and said again before pytest's last line; where STEADYHAND_REQUIRE_TIERS
names it (CI does, for what it could install), its tests fail instead. Where processes share the work (`make test`), one of
them has all that needs real parts, and what it lacks is said by the one that prints.
"""

import functools
import os
import re
from collections import Counter
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from xdist.scheduler import LoadScopeScheduling

from tests import tiers

_TIERS = range(4)
_MARKED = re.compile(r"\bmark\.tier[1-3]\b")
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


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    return _ByFile(config, log)


def pytest_sessionfinish(session: pytest.Session) -> None:
    shared = getattr(session.config, "workeroutput", None)
    if shared is not None:
        shared["lacking"] = list(session.config.stash[_LACKING].items())


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    told = {tuple(need): count for need, count in getattr(node, "workeroutput", {}).get("lacking", [])}
    node.config.stash[_LACKING] = Counter(told) or node.config.stash[_LACKING]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    for (tier, part), tests in sorted(config.stash[_LACKING].items()):
        fate = "FAILED" if part in config.stash[_REQUIRED] else "skipped"
        count = f"{tests} test{'s' * (tests > 1)}"
        terminalreporter.write_line(f"tier {tier} {fate} ({count}): {tiers.missing(part)}", yellow=True)


class _ByFile(LoadScopeScheduling):
    """One process has all files that need real parts: each part would be started by every process that asks for it."""

    def _split_scope(self, nodeid: str) -> str:
        path = nodeid.partition("::")[0]
        return "real parts" if _is_real(self.config.rootpath / path) else path


@functools.cache
def _is_real(path: Path) -> bool:
    return bool(_MARKED.search(path.read_text()))


def _needs(item: pytest.Item) -> list[tuple[int, str]]:
    """Each tier with the part of it: the mark's argument, or the tier's own."""
    marks = [(tier, mark) for tier in _TIERS for mark in item.iter_markers(f"tier{tier}")]
    return list(dict.fromkeys((tier, str(mark.args[0] if mark.args else tier)) for tier, mark in marks))


def _highest(item: pytest.Item) -> int:
    return max((tier for tier, _ in _needs(item)), default=0)
