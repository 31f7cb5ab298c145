"""From facts to hypotheses with priors: what is suspected, how much, and what is not."""

from datetime import timedelta

import pytest

from agent.model.change import ChangeKind
from agent.model.cluster import ConfigObject
from agent.model.incident import Resolution
from agent.model.memory import Memory
from agent.model.question import Configs, ConfigsQuestion, GapReason
from agent.reasoning.suspects import KEPT, RECALLED, rank
from tests.reasoning.builders import (
    ANCHOR,
    CHECKOUT,
    ONSET,
    PAYMENTS,
    Load,
    Notebook,
    after,
    config_change,
    container,
    edge,
    named,
    oom,
    pod,
    profile,
    rollout,
)

FAILING = [Load("checkout-a", failing=0.3)]


def ranked(notebook: Notebook):
    return rank(notebook.facts())


def shop(*changes, recalled=(), edges=()) -> Notebook:
    """The onset is known; both services; these changes."""
    profiles = [profile(edges=list(edges)), profile(PAYMENTS)]
    return Notebook(*profiles, recalled=recalled).counted(FAILING).changed(*changes)


def prior(hypotheses, cause: str, change: str = "") -> float:
    return sum(h.prior for h in hypotheses if h.cause == cause and (not change or h.change == change))


def odds(hypotheses, cause: str, change: str = "") -> float:
    """Against the rest class, whose weight never changes."""
    return prior(hypotheses, cause, change) / prior(hypotheses, "nothing-visible")


def referring(notebook: Notebook, *names: str) -> Notebook:
    objects = [
        ConfigObject(entity=config_change(name=name).entity, digest="d", created_at=after(-9000)) for name in names
    ]
    return notebook.answer(ConfigsQuestion(entity=named(CHECKOUT)), Configs(items=objects))


def remembered(cause: str) -> Memory:
    return Memory(
        incident_id="inc-0", service=CHECKOUT, closed_at=after(-90_000), resolution=Resolution.RECOVERED, title="t", cause=cause
    )  # fmt: skip


def test_priors_add_up_to_one_and_come_strongest_first():
    found = ranked(shop(rollout(), rollout(-300, PAYMENTS), edges=[edge()]))
    assert sum(h.prior for h in found) == pytest.approx(1)
    assert [h.prior for h in found] == sorted((h.prior for h in found), reverse=True)
    assert all(h.probability == h.prior for h in found)


def test_nothing_visible_is_always_among_the_rivals():
    assert prior(ranked(shop()), "nothing-visible") > 0
    many = [rollout(-60 - n, id=f"r{n}") for n in range(30)]
    found = ranked(shop(*many))
    assert prior(found, "nothing-visible") > 0
    assert len(found) == KEPT + 1


def test_the_weakest_are_dropped_first():
    many = [rollout(-60 * (n + 1), id=f"r{n}") for n in range(30)]
    blamed = {h.change for h in ranked(shop(*many)) if h.change}
    assert "r0" in blamed
    assert "r29" not in blamed


def test_a_release_shortly_before_the_onset_is_suspected_most():
    found = ranked(shop(rollout(-60)))
    assert found[0].cause == "bad-release"
    assert found[0].claim == "release 7 of checkout is bad"
    assert found[0].evidence == ["E5"]


def test_a_nearer_release_weighs_more():
    assert odds(ranked(shop(rollout(-60))), "bad-release") > odds(ranked(shop(rollout(-1800))), "bad-release")


def test_twenty_minutes_cost_a_factor_of_e():
    near, far = odds(ranked(shop(rollout(0))), "bad-release"), odds(ranked(shop(rollout(-1200))), "bad-release")
    assert near / far == pytest.approx(2.718, rel=0.02)


def test_a_superseded_release_weighs_a_tenth():
    first, second = rollout(-600, id="first"), rollout(-590, id="second")
    found = ranked(shop(first, second))
    assert prior(found, "bad-release", "first") / prior(found, "bad-release", "second") == pytest.approx(0.1, rel=0.05)


def test_a_release_is_not_superseded_by_one_of_another_service_nor_by_one_after_the_onset():
    alone = odds(ranked(shop(rollout(-600))), "bad-release")
    assert odds(ranked(shop(rollout(-600), rollout(-300, PAYMENTS))), "bad-release") == pytest.approx(alone)
    later = ranked(shop(rollout(-600, id="first"), rollout(60, id="fix")))
    assert odds(later, "bad-release", "first") == pytest.approx(alone)


def test_a_rollback_can_be_the_culprit_too():
    back = rollout(-60, kind=ChangeKind.ROLLBACK)
    assert ranked(shop(back))[0].claim == "rollback of checkout (revision 7) is bad"


@pytest.mark.parametrize(("seconds", "suspected"), [(-60, True), (100, True), (150, False), (500, False)])
def test_a_change_after_the_onset_is_not_suspected_but_clocks_are_forgiven_two_minutes(seconds, suspected):
    assert (prior(ranked(shop(rollout(seconds))), "bad-release") > 0) is suspected


def test_a_change_after_the_moment_asked_about_does_not_exist():
    late = rollout(0, at=ANCHOR + timedelta(seconds=1))
    assert shop(late).facts().changes == []


def test_without_a_known_onset_the_alert_dates_the_trouble():
    notebook = Notebook(profile(), started_at=ONSET).changed(rollout(-60, id="before"), rollout(300, id="later"))
    assert [h.change for h in ranked(notebook) if h.cause == "bad-release"] == ["before"]


def test_scaling_and_nodes_are_no_release():
    found = ranked(shop(rollout(kind=ChangeKind.SCALE), rollout(-70, kind=ChangeKind.RESTART)))
    assert prior(found, "bad-release") == 0


def test_a_release_of_somebody_we_do_not_call_is_not_suspected():
    notebook = Notebook(profile()).counted(FAILING).changed(rollout(-60, PAYMENTS))
    assert prior(ranked(notebook), "bad-dependency-release") == 0


def test_a_release_of_a_dependency_is_suspected_of_the_dependency():
    (found,) = [h for h in ranked(shop(rollout(-60, PAYMENTS))) if h.cause == "bad-dependency-release"]
    assert (found.entity.name, found.claim) == ("payments", "release 7 of payments, which checkout calls, is bad")


def test_dependencies_share_one_weight():
    one = odds(ranked(shop(edges=[edge()])), "dependency-down")
    two = ranked(shop(edges=[edge(), edge(PAYMENTS.evolve(name="stock"))]))
    assert odds(two, "dependency-down") == pytest.approx(one)
    assert len([h for h in two if h.cause == "dependency-down"]) == 2


def test_without_dependencies_none_is_down():
    assert prior(ranked(shop()), "dependency-down") == 0


def test_a_configuration_is_suspected_when_the_workload_refers_to_it():
    changes = [config_change(), config_change(name="other-config")]
    found = [h for h in ranked(referring(shop(*changes), "checkout-config")) if h.cause == "config-change"]
    assert [h.change for h in found] == [changes[0].id]
    assert found[0].entity.name == "checkout"


def test_a_configuration_is_not_suspected_when_references_could_not_be_asked():
    notebook = shop(config_change()).gap(ConfigsQuestion(entity=named(CHECKOUT)), GapReason.REFUSED)
    assert prior(ranked(notebook), "config-change") == 0


def test_a_remembered_cause_weighs_more_and_is_tested_all_the_same():
    plain, recalled = shop(rollout()), shop(rollout(), recalled=[remembered("bad-release"), remembered("bad-release")])
    ratio = odds(ranked(recalled), "bad-release") / odds(ranked(plain), "bad-release")
    assert ratio == pytest.approx(RECALLED)
    assert all(h.tests == [] for h in ranked(recalled))


def test_a_memory_of_another_cause_or_of_none_raises_nothing():
    plain = odds(ranked(shop(rollout())), "bad-release")
    for cause in ("config-change", ""):
        assert odds(ranked(shop(rollout(), recalled=[remembered(cause)])), "bad-release") == pytest.approx(plain)


def test_a_container_killed_for_memory_raises_the_suspicion():
    killed = shop().pods(pod("checkout-a", containers=[container(last_ended=oom())]))
    fine = shop().pods(pod("checkout-a"))
    assert odds(ranked(killed), "resource-exhaustion") > 5 * odds(ranked(fine), "resource-exhaustion")


def test_ids_are_stable_and_unique():
    one = [h.id for h in ranked(shop(rollout(), rollout(-300, PAYMENTS), edges=[edge()]))]
    other = [h.id for h in ranked(shop(rollout(), rollout(-300, PAYMENTS), edges=[edge()]))]
    assert one == other
    assert len(set(one)) == len(one)


def test_an_ignored_cause_is_never_suspected():
    facts = Notebook().changed(rollout()).counted([Load("checkout-a", failing=0.3)]).facts()
    assert "bad-release" in {h.cause for h in rank(facts)}
    assert "bad-release" not in {h.cause for h in rank(facts, frozenset({"bad-release"}))}
