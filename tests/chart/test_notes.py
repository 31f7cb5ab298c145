"""What the chart says after an install: nothing that is not so."""

from typing import Any

import pytest

from tests.chart.cases import CASES

pytestmark = pytest.mark.tier2
ALONE = "after a person approved, or alone where config.policy says so, in shop"

SAID: list[tuple[dict[str, Any], list[str], list[str]]] = [
    ({}, ["nothing: it says what it found. It has no right to write"], ["approved"]),
    (
        {"actions": {"namespaces": ["shop"], "playbooks": ["restart"]}},
        ["after a person approved, in shop: restart - nothing anywhere else"],
        ["nodes:", "cordon-node"],
    ),
    (
        {"actions": {"namespaces": ["shop"], "playbooks": ["restart"], "nodes": True}},
        ["after a person approved, in shop: restart - nothing anywhere else"],
        ["cordon"],
    ),
    (
        {"actions": {"namespaces": ["shop"], "playbooks": ["cordon-node"], "nodes": True}},
        ["after a person approved: cordon-node - nothing anywhere else"],
        ["in shop"],
    ),
    (
        {"actions": {"namespaces": ["shop"], "playbooks": ["cordon-node"]}},
        ["nothing: no enabled playbook fits what `actions` allows"],
        ["approved", "anywhere else"],
    ),
    (CASES["acting"], ["after a person approved, in shop, store: abort-rollout", ": cordon-node, uncordon-node"], []),
    (
        {"actions": {"namespaces": ["shop"]}, "config": {"policy": {"autonomy": "observe"}}},
        ["config.policy.autonomy is observe, so what it has rights for is not used"],
        ["approved", "no right to write"],
    ),
    (CASES["configured"], [ALONE, "nothing anywhere else, but for config.policy.autonomy_rules"], []),
    (
        {"config": {"policy": {"autonomy": "propose"}}},
        ["what config.policy lets it; but the chart gave it no right to write"],
        ["nothing: it says"],
    ),
    (
        CASES["bare"],
        ["The chart gave no rights (rbac.create: false)", "the account default was given"],
        ["It has no right to write"],
    ),
    (
        {"config": {"prometheus": {"url": "http://p:9090"}}},
        ["metrics: http://p:9090"],
        ["without metrics nothing can be confirmed"],
    ),
    ({}, ["POST http://sh-steadyhand.sre.svc:8484/api/v1/alerts/alertmanager"], []),
]


@pytest.mark.parametrize(("values", "said", "unsaid"), SAID, ids=[said[0][:50] for _, said, _ in SAID])
def test_the_notes_say_what_it_may_do_and_no_more(helm, values, said, unsaid):
    text = helm.notes(values)
    assert [each for each in said if each not in text] == [], text
    assert [each for each in unsaid if each in text] == [], text
