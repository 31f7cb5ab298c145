"""Incidents of a market of real pods, from the fault to the verified repair, by the agent as people install it.

The order is part of it: first it may only read, then it may act after approval. Read only, one approved in Slack and the
upgrade from the commit before are told in every run of tier 3; the others by `make e2e-node` alone.
"""

import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from tests.node.fair import Fair
from tests.node.installed import Version
from tests.node.market import Market

pytestmark = pytest.mark.tier3
WRITES = re.compile(r"\b(create|update|patch|delete|deletecollection|bind|escalate|impersonate)\b|\*")
SELF_REVIEWS = ("selfsubjectaccessreviews", "selfsubjectrulesreviews", "selfsubjectreviews")
"""What every account may create: questions about itself."""


@dataclass(frozen=True)
class Story:
    """What befalls a market, what must be found where, and the action on what that is asked for; "": none may be."""

    fault: Callable[[Market], None]
    causes: tuple[str, ...]
    at: str
    action: str = "rollback"
    heals: bool = True  # else it only buys time, and a person says no
    in_slack: bool = False  # approved by a button there, not over the API


STORIES = {
    "surcharge": Story(lambda market: market.release("till", "surcharge"), ("bad-release",), "till"),
    "ledgerless": Story(lambda market: market.release("shelf", "ledgerless"), ("bad-dependency-release",), "shelf"),
    "memory": Story(
        lambda market: market.release("shelf", "remember"), ("resource-exhaustion",), "shelf", "restart", heals=False
    ),
    "missing-key": Story(
        lambda market: market.asks_for_a_setting_that_is_not_there("shelf"),
        ("reference-missing",),
        "shelf",
        in_slack=True,
    ),
    "wrong-tag": Story(
        lambda market: market.asks_for_an_image_that_is_not_there("shelf"),
        (
            "image-not-found",
            "registry-unresolved",
            "registry-denied",
            "registry-unreachable",
        ),  # as the registry answers
        "shelf",
    ),
    "wrong-port": Story(lambda market: market.is_probed_on_a_wrong_port("shelf"), ("readiness-wrong-port",), "shelf"),
    "selector": Story(lambda market: market.loses_its_pods("shelf"), ("service-selector-wrong",), "shelf", ""),
    "drained": Story(lambda market: market.is_drained("shelf"), ("node-cordoned",), "shelf", "uncordon"),
}
SHORT, LAST = "missing-key", "drained"
"""Told in every run, for it does not hang on how fast pods are exchanged; and told when no other market has to be opened any more, for the node is closed meanwhile."""


@pytest.mark.market("readonly")
def test_as_installed_it_investigates_and_has_no_verb_to_write(fair: Fair) -> None:
    market = fair.market("readonly")
    fair.agent.tested()
    fair.tally.idle()
    market.asks_for_a_setting_that_is_not_there("shelf")
    case = fair.case(market)
    case.is_confirmed_as("reference-missing", of="shelf").asked_nothing().did_nothing()
    steps = case.report["next_steps"]
    assert any("for want of the right to do it" in step for step in steps), steps
    assert _writes(fair) == []
    assert market.running("shelf") == "warehouses"
    market.close()


def _told(name: str) -> Any:
    marks = [pytest.mark.market(name), *([] if name == SHORT else [pytest.mark.long])]
    return pytest.param(name, marks=marks)


@pytest.mark.parametrize("name", [_told(name) for name in STORIES if name != LAST])
def test_a_fault_is_found_and_what_is_asked_for_heals_it_where_anything_does(name: str, fair: Fair) -> None:
    _tell(name, fair)


def _tell(name: str, fair: Fair) -> None:
    story, market = STORIES[name], fair.market(name)
    fair.let_act()
    fair.tally.begin(name)
    story.fault(market)
    case = fair.case(market)
    fair.tally.mark("alert")
    report = case.reaches("waiting", "closed")
    fair.tally.mark("verdict")
    fair.tally.end(report)
    top = report["hypotheses"][0]
    assert report["conclusion"] == "confirmed", fair.account(case)
    assert (top["cause"] in story.causes, top["entity"]["name"]) == (True, story.at), fair.account(case)
    if not story.action:
        case.ends_as("advised").asked_nothing().did_nothing()
        return market.close()
    asked = fair.agent.proposal(case.id)
    assert asked, fair.account(case)
    assert asked["proposal"]["action"]["kind"] == story.action
    if not story.heals:
        assert fair.agent.decide(case.id, asked["digest"], "denied", "it would come back").is_success
        case.was_decided("denied", "it would come back").did_nothing()
        return market.close()
    if story.in_slack:
        fair.approved_in_slack(case)
    else:
        fair.approved(case, asked["digest"])
    report = case.reaches("closed")
    assert report["decision"]["channel"] == ("slack" if story.in_slack else "http")
    assert report["verification"]["kind"] == "recovered", fair.account(case)
    case.acted_once().ends_as("recovered")
    fair.quiet_again(market)
    return market.close()


@pytest.mark.long
@pytest.mark.market("slow")
def test_a_dependency_that_became_slow_is_what_is_looked_at_and_not_who_waits_for_it(fair: Fair) -> None:
    market = fair.market("slow")
    fair.let_act()
    fair.tally.begin("slow")
    market.release("purse", "thorough")
    case = fair.case(market)
    fair.tally.mark("alert")
    report = case.reaches("waiting", "closed")
    fair.tally.mark("verdict")
    fair.tally.end(report)
    likely = [each["entity"]["name"] for each in report["hypotheses"][:2]]
    assert "purse" in likely, fair.account(case)
    blamed = [each for each in report["hypotheses"] if each["verdict"] == "confirmed"]
    assert all(each["entity"]["name"] == "purse" for each in blamed), fair.account(case)
    market.close()


@pytest.mark.long
@pytest.mark.market("innocent")
def test_a_release_beside_a_fault_elsewhere_is_not_blamed(fair: Fair) -> None:
    market = fair.market("innocent")
    fair.let_act()
    fair.tally.begin("innocent")
    market.changes_nothing_that_matters("till", elsewhere="bank")
    case = fair.case(market)
    fair.tally.mark("alert")
    report = case.reaches("waiting", "closed")
    fair.tally.mark("verdict")
    fair.tally.end(report)
    blamed = [each for each in report["hypotheses"] if each["verdict"] == "confirmed"]
    assert not [each for each in blamed if "release" in each["cause"] and each["entity"]["name"] == "till"]
    case.ends_as(report["incident"]["resolution"]).asked_nothing().did_nothing()
    assert market.running("till") == "second"
    market.close()


@pytest.mark.market("upheaval")
def test_an_agent_that_vanishes_and_is_upgraded_loses_nothing_and_acts_once(fair: Fair, before: Version) -> None:
    market = fair.market("upheaval")
    fair.installs_instead(before)
    fair.let_act()
    market.asks_for_a_setting_that_is_not_there("shelf")
    generation = market.generation("shelf")
    case = fair.case(market)
    fair.agent.vanishes()
    assert case.reaches("waiting", "closed")["incident"]["phase"] == "waiting", fair.account(case)
    asked = fair.agent.proposal(case.id)
    assert asked
    fair.let_act(Version.ours())
    assert fair.agent.proposal(case.id) == asked, "upgraded while it asked"
    fair.approved(case, asked["digest"])
    fair.agent.vanishes()
    report = case.reaches("closed")
    assert report["verification"]["kind"] == "recovered", fair.account(case)
    case.acted_once().ends_as("recovered")
    assert market.generation("shelf") == generation + 1
    market.close()


@pytest.mark.long
@pytest.mark.market(LAST)
def test_a_node_that_was_cordoned_and_forgotten_is_found_and_opened_again(fair: Fair) -> None:
    _tell(LAST, fair)


def test_uninstalled_it_leaves_nothing(fair: Fair) -> None:
    assert fair.agent.left(), "it is there"
    fair.agent.uninstall()
    assert fair.agent.left() == []


def _writes(fair: Fair) -> list[str]:
    """Lines of `kubectl auth can-i --list` in which the agent's account has a verb that changes something."""
    kubectl = shutil.which("kubectl")
    if not kubectl:
        pytest.skip("no kubectl")
    account = f"system:serviceaccount:{fair.agent.namespace}:steadyhand"
    command = [kubectl, "--kubeconfig", str(fair.node.kubeconfig), "auth", "can-i", "--list", "--as", account]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[1:]
    return [line for line in lines if WRITES.search(line.rpartition("[")[2]) and not line.startswith(SELF_REVIEWS)]
