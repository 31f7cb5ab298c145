"""The catalogue as data: names, tables, playbooks. A new cause or probe is checked here without a new line."""

from string import Formatter

import pytest

from agent.playbooks import CAUSES, default_folder, load_playbooks
from agent.reasoning.causes import catalogue
from agent.reasoning.facts import service_entity
from agent.reasoning.probes import probes
from tests.reasoning.builders import (
    CHECKOUT,
    PAYMENTS,
    Notebook,
    config_change,
    container,
    edge,
    oom,
    pod,
    profile,
    rollout,
)

PROBES = {probe.name: probe for probe in probes()}
TABLES = [
    pytest.param(table, PROBES.get(name), id=f"{cause.name}-{side}-{name}")
    for cause in catalogue()
    for side in ("own", "elsewhere")
    for name, table in getattr(cause, side).items()
]


def test_the_catalogue_holds_the_causes_that_playbooks_and_memories_name():
    assert {cause.name for cause in catalogue()} >= {
        "bad-release",
        "bad-dependency-release",
        "config-change",
        "dependency-down",
        "resource-exhaustion",
        "nothing-visible",
    }


def test_names_of_causes_and_of_probes_are_unique():
    causes = [cause.name for cause in catalogue()]
    assert len(causes) == len(set(causes))
    assert len(PROBES) == len(probes())


@pytest.mark.parametrize(("table", "probe"), TABLES)
def test_a_table_is_of_a_probe_that_exists_and_names_exactly_its_outcomes(table, probe):
    assert probe is not None
    assert {str(outcome) for outcome in table} == {str(outcome) for outcome in probe.otherwise}


@pytest.mark.parametrize(("table", "probe"), TABLES)
def test_a_table_is_a_distribution(table, probe):
    assert all(0 < share <= 1 for share in table.values())
    assert sum(table.values()) == pytest.approx(1)


@pytest.mark.parametrize("probe", probes(), ids=lambda probe: probe.name)
def test_what_a_probe_expects_otherwise_is_a_distribution_of_at_least_two_outcomes(probe):
    assert len(probe.otherwise) >= 2
    assert all(0 < share <= 1 for share in probe.otherwise.values())
    assert sum(probe.otherwise.values()) == pytest.approx(1)
    assert probe.cost > 0


@pytest.mark.parametrize("cause", [c for c in catalogue() if c.testable], ids=lambda cause: cause.name)
def test_a_testable_cause_has_a_test_that_could_confirm_it_and_one_that_could_refute_it(cause):
    """Against a rival that says nothing: a likelihood ratio of three one way, a third the other."""
    ratios = [
        table[outcome] / share for name, table in cause.own.items() for outcome, share in PROBES[name].otherwise.items()
    ]
    assert max(ratios) >= 3
    assert min(ratios) <= 1 / 3


def test_exactly_one_cause_is_the_rest_class_and_it_predicts_nothing():
    (rest,) = [cause for cause in catalogue() if not cause.testable]
    assert (rest.name, rest.own, rest.elsewhere) == ("nothing-visible", {}, {})


@pytest.mark.parametrize("cause", catalogue(), ids=lambda cause: cause.name)
def test_advice_asks_for_names_that_can_be_filled_in(cause):
    assert {field for _, field, _, _ in Formatter().parse(cause.advice) if field} <= {"service", "change"}
    assert cause.title
    assert cause.advice


def test_playbooks_treat_only_causes_that_exist_and_can_be_confirmed():
    testable = {cause.name for cause in catalogue() if cause.testable}
    treated = {name for playbook in load_playbooks(default_folder(), testable) for name in playbook.treats}
    assert treated <= testable


def test_where_nobody_hands_in_the_catalogue_playbooks_are_checked_against_the_same_names():
    assert {cause.name for cause in catalogue()} == CAUSES


FACTS = (
    Notebook(profile(edges=[edge()]), profile(PAYMENTS))
    .changed(rollout(), rollout(-90, PAYMENTS), config_change())
    .pods(pod("checkout-a", containers=[container(last_ended=oom())]))
    .facts()
)


@pytest.mark.parametrize("cause", catalogue(), ids=lambda cause: cause.name)
def test_a_suspicion_is_of_a_known_service_with_a_known_change_and_a_claim(cause):
    changes = {change.id for change in FACTS.changes}
    for suspicion in cause.suspect(FACTS):
        assert suspicion.entity in (service_entity(CHECKOUT), service_entity(PAYMENTS))
        assert not suspicion.change or suspicion.change in changes
        assert suspicion.claim
        assert 0 <= suspicion.weight <= 1
