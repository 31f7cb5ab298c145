"""Which test is run next."""

from agent.model.profile import Profile
from agent.reasoning import examination
from agent.reasoning.examination import next_test, subjects, untested
from agent.reasoning.judge import WORTHWHILE, information
from agent.reasoning.probes import probes
from tests.reasoning.builders import (
    CHECKOUT,
    PAYMENTS,
    Load,
    Notebook,
    about,
    config_change,
    deployment,
    edge,
    hypothesis,
    profile,
    rollout,
)

ROLLOUT = rollout()
RELEASE = hypothesis("bad-release", 0.5, change=ROLLOUT.id)
DEPENDENCY = hypothesis("dependency-down", 0.3, service=PAYMENTS)
UNKNOWN = hypothesis("nothing-visible", 0.2)
RIVALS = [RELEASE, DEPENDENCY, UNKNOWN]


def facts(*profiles: Profile):
    notebook = Notebook(*(profiles or (profile(edges=[edge()]), profile(PAYMENTS))))
    return notebook.counted([Load("checkout-a", failing=0.3)]).changed(ROLLOUT).facts()


def order(of, hypotheses) -> list[str]:
    """Keys of tests in the order they would be run if none changed anything."""
    done: list[str] = []
    while test := next_test(of, hypotheses, set(done)):
        done.append(test.key)
    return done


def test_subjects_are_the_blamed_changes_and_the_named_services_each_once():
    found = [subject.key for subject in subjects(facts(), [*RIVALS, RELEASE])]
    assert found == ["Service shop/checkout", ROLLOUT.id, "Service shop/payments"]


def test_a_change_nobody_knows_is_no_subject():
    assert [s.key for s in subjects(facts(), [hypothesis("bad-release", change="gone")])] == ["Service shop/checkout"]


def test_the_most_information_for_its_cost_comes_first():
    known = facts()
    best = next_test(known, RIVALS, set())
    value = information(best.probe, best.subject, RIVALS) / best.probe.cost
    for subject in subjects(known, RIVALS):
        for probe in probes():
            if probe.applies(known, subject):
                assert information(probe, subject, RIVALS) / probe.cost <= value


def test_no_test_is_run_twice():
    keys = order(facts(), RIVALS)
    assert len(keys) == len(set(keys)) > 3


def test_only_tests_that_apply_are_run():
    keys = order(facts(), RIVALS)
    assert "revision split|" + ROLLOUT.id in keys
    assert "failing edge|Service shop/payments" in keys
    assert not any(key.startswith("loaded configuration") for key in keys)
    assert "failing edge|Service shop/checkout" not in keys


def test_a_change_of_configuration_gets_the_tests_of_configuration():
    changed = config_change()
    known = Notebook(profile()).counted([Load("a", failing=0.3)]).changed(changed).facts()
    keys = order(known, [hypothesis("config-change", 0.6, change=changed.id), hypothesis("nothing-visible", 0.4)])
    assert {key.partition("|")[0] for key in keys} >= {"onset", "loaded configuration", "configuration named"}
    assert not any(key.startswith(("revision split", "log novelty")) for key in keys)


def test_what_is_settled_is_not_tested_on():
    settled = [RELEASE.evolve(probability=0.99999), UNKNOWN.evolve(probability=0.00001)]
    assert next_test(facts(), settled, set()) is None


def test_every_test_that_is_run_is_worth_it():
    known = facts()
    done: set[str] = set()
    while test := next_test(known, RIVALS, done):
        assert information(test.probe, test.subject, RIVALS) / test.probe.cost >= WORTHWHILE
        done.add(test.key)


def test_without_hypotheses_there_is_nothing_to_test():
    assert next_test(facts(), [], set()) is None


def test_without_an_indicator_the_clusters_own_tests_are_left():
    blind = Notebook(Profile(service=CHECKOUT, workload=deployment(), unresolved="no SLI")).facts()
    keys = order(blind, [hypothesis("resource-exhaustion", 0.5), UNKNOWN.evolve(probability=0.5)])
    assert {key.partition("|")[0] for key in keys} == {"out of memory", "pods down"}


def test_what_got_no_reading_is_said_as_a_question_about_a_named_thing():
    (probe,) = [probe for probe in probes() if probe.name == "revision split"]
    silent = {examination.Test(probe, about(change=ROLLOUT)).key}
    assert untested(facts(), RIVALS, silent) == [
        "do pods of the old revision fail as well, at the same moment? (release 7 of checkout)"
    ]
    assert untested(facts(), RIVALS, set()) == []
