"""A ConfigMap's earlier content and a flag: what exactly is put back or turned off, and why nothing is."""

import pytest

from agent.model.action import RestoreConfig, SetFlag
from agent.model.change import ChangeKind
from agent.model.content import Version
from agent.model.entity import Entity
from agent.model.inventory import Estate
from agent.playbooks import default_folder, load_playbooks
from agent.policy.choose import choose
from agent.policy.situation import Situation
from agent.reasoning.causes import catalogue
from tests.reasoning.builders import after, deployment, hypothesis, rollout

SHIPPED = load_playbooks(default_folder(), {cause.name for cause in catalogue()})
BOOK = {each.name: each for each in SHIPPED}
SETTINGS = Entity(kind="ConfigMap", namespace="shop", name="settings")
FLAGS = Entity(kind="ConfigMap", namespace="shop", name="flags")
EDIT = rollout(0, kind=ChangeKind.CONFIG, entity=SETTINGS, id="edit", keys=["url"])
TURNED = rollout(0, kind=ChangeKind.FLAG, entity=FLAGS, id="flag", keys=["new-basket"], version="on")
SERVICES = [Entity(kind="External", name="house-flags"), Entity(kind="External", name="other")]


def seen(digest: str, seconds: float, entity: Entity = SETTINGS, unrestorable: str = "") -> Version:
    at = after(seconds)
    return Version(entity=entity, digest=digest, since=at, seen_at=at, unrestorable=unrestorable)


def situation(**known) -> Situation:
    return Situation(**{"workload": deployment(), "change": EDIT, "estate": Estate(namespace="shop"), **known})


def restored(*versions: Version, change=EDIT):
    choice = choose(hypothesis("config-change"), situation(versions=versions, change=change), [BOOK["restore-config"]])
    return (choice.actions or [None])[0] or choice.reasons


def test_the_last_content_seen_before_the_change_is_put_back():
    found = restored(seen("oldest", -900), seen("before", -300), seen("bad", 20), seen("worse", 80))
    assert found == RestoreConfig(target=SETTINGS, version="before")


def test_a_content_that_came_back_before_the_change_is_the_one_that_counts():
    found = restored(seen("a", -900), seen("b", -600), seen("a", -300), seen("bad", 20))
    assert found == RestoreConfig(target=SETTINGS, version="a")


@pytest.mark.parametrize(
    ("versions", "reason"),
    {
        "nothing recorded": ([], "nothing of what ConfigMap shop/settings held is recorded"),
        "recorded only since": ([seen("bad", 20)], "no content from before the change is recorded"),
        "another object's": ([seen("before", -300, FLAGS)], "nothing of what ConfigMap shop/settings held"),
        "it is back already": ([seen("a", -300), seen("bad", 20), seen("a", 60)], "no content from before the change"),
        "it looked secret": ([seen("a", -300, unrestorable="the values of password"), seen("b", 20)], "of password"),
    }.values(),
)
def test_without_an_earlier_content_the_reason_is_said(versions, reason):
    (said,) = restored(*versions)
    assert said.startswith("restore-config: ")
    assert reason in said


def test_a_secret_is_never_restored():
    secret = EDIT.evolve(entity=Entity(kind="Secret", namespace="shop", name="login"))
    assert restored(change=secret) == ["restore-config: what Secret shop/login held is never recorded"]


@pytest.mark.parametrize("change", [None, rollout()], ids=["none", "a release"])
def test_what_is_no_change_of_configuration_is_not_treated_so(change):
    assert restored(seen("a", -300), change=change) == ["restore-config: no change of a ConfigMap is blamed"]


def turned(flag, *services: Entity):
    choice = choose(hypothesis("flag-turned"), situation(flag=flag, flag_services=services), [BOOK["turn-flag-off"]])
    return (choice.actions or [None])[0] or choice.reasons


def test_a_flag_of_flagd_is_turned_off_where_it_stands():
    assert turned(TURNED, *SERVICES) == SetFlag(target=FLAGS, flag="new-basket", state="DISABLED")


def test_a_flag_of_a_flag_service_is_turned_off_there():
    there = TURNED.evolve(entity=SERVICES[1])
    assert turned(there, *SERVICES) == SetFlag(target=SERVICES[1], flag="new-basket", state="DISABLED")


def test_a_flag_of_unknown_place_is_turned_off_at_the_only_service_there_is():
    nowhere = TURNED.evolve(entity=Entity(kind="Service", namespace="shop", name="checkout"))
    assert turned(nowhere, SERVICES[0]) == SetFlag(target=SERVICES[0], flag="new-basket", state="DISABLED")
    assert turned(nowhere, *SERVICES) == [
        "turn-flag-off: which flag service holds new-basket is not known (house-flags, other)"
    ]
    assert turned(nowhere) == ["turn-flag-off: which flag service holds new-basket is not known (none is configured)"]


@pytest.mark.parametrize("value", ["off", "OFF", "false", "DISABLED", "none", " 0 "])
def test_a_flag_that_was_turned_off_is_left_to_a_person(value):
    (said,) = turned(TURNED.evolve(version=value))
    assert "turned off" in said
    assert "a person" in said


def test_without_a_known_flag_nothing_is_turned():
    assert turned(None) == ["turn-flag-off: no flag is known that was turned"]
    assert turned(TURNED.evolve(keys=[])) == ["turn-flag-off: no flag is known that was turned"]
