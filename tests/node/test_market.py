"""Incidents of a market of real pods, from the fault to the verified repair, by the agent as people install it.

The order is part of it: first it may only read, then it may act after approval. The first story of each kind is
told in every run of tier 3; the others by `make e2e-node` alone.
"""

import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tests.node.fair import Fair, told
from tests.node.market import Market

pytestmark = pytest.mark.tier3
WRITES = re.compile(r"\b(create|update|patch|delete|deletecollection|bind|escalate|impersonate)\b|\*")
SELF_REVIEWS = ("selfsubjectaccessreviews", "selfsubjectrulesreviews", "selfsubjectreviews")
"""What every account may create: questions about itself."""


@dataclass(frozen=True)
class Story:
    """What befalls a market, what must be found, and what is asked for; `action` "" means that nothing may be."""

    fault: Callable[[Market], None]
    causes: tuple[str, ...]
    at: str
    action: str = ""
    target: str = ""


STORIES = {
    "surcharge": Story(
        fault=lambda market: market.release("till", "surcharge"),
        causes=("bad-release",),
        at="till",
        action="rollback",
        target="till",
    ),
    "ledgerless": Story(
        fault=lambda market: market.release("shelf", "ledgerless"),
        causes=("bad-dependency-release",),
        at="shelf",
        action="rollback",
        target="shelf",
    ),
    "remember": Story(
        fault=lambda market: market.release("shelf", "remember"),
        causes=("resource-exhaustion", "bad-dependency-release"),
        at="shelf",
        action="rollback",
        target="shelf",
    ),
    "missing key": Story(
        fault=lambda market: market.asks_for_a_setting_that_is_not_there("shelf"),
        causes=("reference-missing",),
        at="shelf",
        action="rollback",
        target="shelf",
    ),
    "wrong tag": Story(
        fault=lambda market: market.asks_for_an_image_that_is_not_there("shelf"),
        causes=("image-not-found", "registry-unresolved", "registry-denied"),
        at="shelf",
        action="rollback",
        target="shelf",
    ),
    "wrong port": Story(
        fault=lambda market: market.is_probed_on_a_wrong_port("shelf"),
        causes=("readiness-wrong-port",),
        at="shelf",
        action="rollback",
        target="shelf",
    ),
}
"""A tag that is not there: what the registry answers, if there is one, is the cluster's to say."""


@pytest.mark.market("readonly")
def test_as_installed_it_investigates_and_has_no_verb_to_write(fair: Fair) -> None:
    market = fair.market("readonly")
    fair.tally.begin("read only")
    market.release("till", "surcharge")
    case = fair.case(market)
    case.is_confirmed_as("bad-release", of="till").asked_nothing().did_nothing()
    fair.tally.end(cause="bad-release", conclusion="confirmed")
    assert "observe" in told(case), case.report["next_steps"]
    assert _writes(fair) == []
    assert market.running("till") == "surcharge"
    market.close()


@pytest.mark.parametrize("name", [pytest.param(name, marks=pytest.mark.market(name)) for name in STORIES])
def test_a_fault_is_found_and_taken_back(name: str, fair: Fair) -> None:
    story, market = STORIES[name], fair.market(name)
    fair.let_act()
    fair.tally.begin(name)
    story.fault(market)
    case = fair.case(market)
    fair.tally.mark("alert")
    report = case.reaches("waiting", "closed")
    fair.tally.mark("verdict")
    top = report["hypotheses"][0]
    fair.tally.end(cause=top["cause"], conclusion=report["conclusion"], confidence=report["confidence"])
    assert report["conclusion"] == "confirmed", fair.account(case)
    assert top["cause"] in story.causes, fair.account(case)
    assert top["entity"]["name"] == story.at, fair.account(case)
    if not story.action:
        case.ends_as("handed_over").asked_nothing().did_nothing()
        return
    asked = fair.agent.proposal(case.id)
    assert asked, fair.account(case)
    action = asked["proposal"]["action"]
    assert (action["kind"], action["target"]["name"]) == (story.action, story.target)
    answer = fair.agent.decide(case.id, asked["digest"], "approved", "go ahead")
    assert answer.is_success, answer.text
    report = case.reaches("closed")
    assert report["verification"]["kind"] == "recovered", fair.account(case)
    case.acted_once().ends_as("mitigated")
    fair.quiet_again(market)
    market.close()


def _writes(fair: Fair) -> list[str]:
    """Lines of `kubectl auth can-i --list` in which the agent's account has a verb that changes something."""
    kubectl = shutil.which("kubectl")
    if not kubectl:
        pytest.skip("no kubectl")
    account = f"system:serviceaccount:{fair.agent.namespace}:steadyhand"
    command = [kubectl, "--kubeconfig", str(fair.node.kubeconfig), "auth", "can-i", "--list", "--as", account]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[1:]
    return [line for line in lines if WRITES.search(line.rpartition("[")[2]) and not line.startswith(SELF_REVIEWS)]
