"""Alerts into incidents: at-least-once delivery, any order, and never two incidents of one degradation."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.model.incident import Phase, Resolution
from agent.model.rules import Rules
from agent.model.slo import Severity
from agent.policy.correlate import correlate, service_of, severity
from tests.reasoning.builders import CHECKOUT, ONSET, after, alert

RULES = Rules()
PAYMENTS_LABELS = {"alertname": "Burn", "namespace": "shop", "service": "payments"}
CHECKOUT_LABELS = {"alertname": "Latency", "namespace": "shop", "service": "checkout"}


class Desk:
    """What the daemon does with deliveries: keep incidents by id."""

    def __init__(self) -> None:
        self.incidents = {}

    def deliver(self, *alerts):
        changed = correlate(list(alerts), list(self.incidents.values()), RULES, after(120))
        self.incidents.update({incident.id: incident for incident in changed})
        return changed

    def close(self, incident, resolution=None, seconds=600):
        closed = {"phase": Phase.CLOSED, "closed_at": after(seconds), "resolution": resolution}
        self.incidents[incident.id] = incident.evolve(**closed)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_a_firing_opens_an_incident_of_its_service(desk):
    (opened,) = desk.deliver(alert())
    assert (opened.service, opened.title, opened.phase) == (CHECKOUT, "Burn on shop/checkout", Phase.TRIAGE)
    assert (opened.started_at, opened.opened_at) == (ONSET, after(120))
    assert opened.firing


@pytest.mark.parametrize("times", [2, 3])
def test_the_same_firing_sent_again_changes_nothing(desk, times):
    desk.deliver(alert())
    assert [desk.deliver(alert()) for _ in range(times)] == [[]] * times
    assert len(desk.incidents) == 1


def test_two_copies_in_one_delivery_are_one(desk):
    (opened,) = desk.deliver(alert(), alert())
    assert len(opened.alerts) == 1


def test_another_alert_of_the_service_joins_its_open_incident(desk):
    desk.deliver(alert())
    (joined,) = desk.deliver(alert("f2", 30, **CHECKOUT_LABELS))
    assert len(desk.incidents) == 1
    assert [a.fingerprint for a in joined.alerts] == ["f1", "f2"]


def test_a_storm_in_one_delivery_is_one_incident_a_service(desk):
    storm = [alert(f"f{n}", n, **CHECKOUT_LABELS) for n in range(5)]
    changed = desk.deliver(*storm, alert("p", 2, **PAYMENTS_LABELS))
    assert sorted(str(incident.service) for incident in changed) == ["shop/checkout", "shop/payments"]


def test_an_earlier_start_that_arrives_later_moves_the_start(desk):
    desk.deliver(alert("f2", 30))
    (joined,) = desk.deliver(alert("f1", 0))
    assert joined.started_at == ONSET


def test_a_page_makes_a_ticket_a_page_and_never_the_other_way(desk):
    ticket = {**CHECKOUT_LABELS, "severity": "warning"}
    assert desk.deliver(alert("f1", **ticket))[0].severity is Severity.TICKET
    assert desk.deliver(alert("f2", 10, **CHECKOUT_LABELS))[0].severity is Severity.PAGE
    assert desk.deliver(alert("f3", 20, **ticket))[0].severity is Severity.PAGE


def test_a_resolution_ends_its_alert(desk):
    desk.deliver(alert())
    (resolved,) = desk.deliver(alert(resolved=True))
    assert not resolved.firing
    assert len(resolved.alerts) == 1


def test_an_incident_fires_until_the_last_of_its_alerts_has_resolved(desk):
    desk.deliver(alert(), alert("f2", 10))
    (half,) = desk.deliver(alert(resolved=True))
    assert half.firing
    (done,) = desk.deliver(alert("f2", 10, resolved=True))
    assert not done.firing


def test_a_late_firing_of_what_has_resolved_is_nothing_new(desk):
    desk.deliver(alert())
    desk.deliver(alert(resolved=True))
    assert desk.deliver(alert()) == []
    assert len(desk.incidents) == 1


def test_resolved_before_firing_is_one_incident_that_does_not_fire(desk):
    (opened,) = desk.deliver(alert(resolved=True))
    assert desk.deliver(alert()) == []
    assert list(desk.incidents.values()) == [opened]
    assert not opened.firing


def test_a_resolved_incident_does_not_absorb_a_new_firing(desk):
    desk.deliver(alert())
    desk.deliver(alert(resolved=True))
    (again,) = desk.deliver(alert(seconds=360))
    assert len(desk.incidents) == 2
    assert again.started_at == after(360)
    assert again.id in desk.incidents


def test_a_rule_that_comes_and_goes_is_one_incident_while_somebody_works_on_it(desk):
    (opened,) = desk.deliver(alert())
    for before, seconds in pairwise((0, 90, 200, 310)):
        desk.deliver(alert(seconds=before, resolved=True))
        (again,) = desk.deliver(alert(seconds=seconds))
        assert (again.id, again.firing, again.started_at) == (opened.id, True, ONSET)
    assert len(desk.incidents) == 1


def test_another_rule_is_another_degradation_once_the_first_has_resolved(desk):
    desk.deliver(alert())
    desk.deliver(alert(resolved=True))
    desk.deliver(alert("f2", 90, **CHECKOUT_LABELS))
    assert len(desk.incidents) == 2


def test_what_is_closed_takes_no_rule_back_that_fires_again_at_once(desk):
    (opened,) = desk.deliver(alert())
    desk.deliver(alert(resolved=True))
    desk.close(desk.incidents[opened.id], Resolution.RECOVERED, seconds=70)
    (again,) = desk.deliver(alert(seconds=90))
    assert again.id != opened.id


def test_a_closed_incident_does_not_absorb_a_new_firing_though_its_alert_still_fires(desk):
    (opened,) = desk.deliver(alert())
    desk.close(opened)
    (again,) = desk.deliver(alert("f2", 300, **CHECKOUT_LABELS))
    assert again.id != opened.id


@pytest.mark.parametrize("resolution", [Resolution.HANDED_OVER, Resolution.ADVISED])
def test_another_alert_right_after_the_hand_over_is_the_same_degradation(desk, resolution):
    (opened,) = desk.deliver(alert())
    desk.close(opened, resolution, seconds=90)
    (joined,) = desk.deliver(alert("f2", 100, **CHECKOUT_LABELS))
    assert (joined.id, len(joined.alerts)) == (opened.id, 2)


@pytest.mark.parametrize(
    ("resolution", "closed", "fingerprint"),
    [
        (Resolution.RECOVERED, 90, "f2"),  # what had recovered fails again
        (Resolution.HANDED_OVER, -3600, "f2"),  # long after the hand-over
        (Resolution.HANDED_OVER, 90, "f1"),  # the same rule anew: it had resolved in between
    ],
)
def test_a_closed_incident_takes_in_nothing_else(desk, resolution, closed, fingerprint):
    (opened,) = desk.deliver(alert("f1"))
    desk.close(opened, resolution, seconds=closed)
    (other,) = desk.deliver(alert(fingerprint, 100, **CHECKOUT_LABELS))
    assert other.id != opened.id


def test_a_closed_incidents_own_alert_sent_again_opens_nothing(desk):
    (opened,) = desk.deliver(alert())
    desk.close(opened)
    assert desk.deliver(alert()) == []


def test_the_resolution_of_a_closed_incidents_alert_is_kept_with_it(desk):
    (opened,) = desk.deliver(alert())
    desk.close(opened)
    (resolved,) = desk.deliver(alert(resolved=True))
    assert (resolved.id, resolved.phase, resolved.firing) == (opened.id, Phase.CLOSED, False)


def test_alerts_of_different_services_never_meet(desk):
    desk.deliver(alert(), alert("p", **PAYMENTS_LABELS))
    assert sorted(i.service.name for i in desk.incidents.values()) == ["checkout", "payments"]


def test_alerts_that_name_only_a_namespace_are_one_incident_of_all_of_it(desk):
    (opened,) = desk.deliver(alert("a", alertname="PodCrashLooping", namespace="shop", pod="x-1"))
    desk.deliver(alert("b", alertname="QuotaExceeded", namespace="shop"), alert("c", namespace="other"))
    assert opened.service.whole
    assert opened.title == "PodCrashLooping on shop/*"
    assert sorted(str(i.service) for i in desk.incidents.values()) == ["other/*", "shop/*"]


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        ({"alertname": "Burn", "team": "pay"}, "(alertname, team)"),
        ({"service": "checkout"}, "(service)"),
        ({"namespace": "", "service": "checkout"}, "(namespace, service)"),
    ],
)
def test_without_service_labels_the_incident_says_what_it_looked_for(desk, labels, said):
    (opened,) = desk.deliver(alert(**labels))
    assert opened.service is None
    assert "(service unknown)" in opened.title
    assert said in opened.unresolved
    assert "namespace + service, namespace + deployment" in opened.unresolved


def test_an_alert_without_any_label_is_an_incident_too(desk):
    bare = alert().evolve(labels={})
    (opened,) = desk.deliver(bare)
    assert opened.title == "unnamed alert (service unknown)"
    assert "it has none" in opened.unresolved


def test_alerts_without_a_service_are_not_thrown_together(desk):
    desk.deliver(alert("f1", alertname="A"), alert("f2", alertname="B"))
    assert len(desk.incidents) == 2


@pytest.mark.parametrize(
    ("labels", "service"),
    [
        ({"namespace": "shop", "service": "checkout", "deployment": "other"}, "shop/checkout"),
        ({"namespace": "shop", "deployment": "checkout"}, "shop/checkout"),
        ({"namespace": "shop", "app": "checkout", "job": "j"}, "shop/checkout"),
        ({"namespace": "shop", "job": "checkout"}, "shop/checkout"),
        ({"namespace": "shop"}, "shop/*"),
        ({"service": "checkout"}, None),
        ({"team": "pay"}, None),
    ],
)
def test_label_pairs_are_tried_in_order(labels, service):
    found = service_of(alert(**labels), RULES)
    assert (str(found) if found else None) == service


def test_the_house_may_name_its_own_labels():
    rules = Rules(service_labels=[["k8s_ns", "svc"]])
    assert service_of(alert(k8s_ns="shop", svc="checkout", namespace="x", service="y"), rules) == CHECKOUT


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("page", Severity.PAGE),
        ("critical", Severity.PAGE),
        ("CRITICAL", Severity.PAGE),
        ("error", Severity.PAGE),
        ("warning", Severity.TICKET),
        ("info", Severity.TICKET),
        ("ticket", Severity.TICKET),
    ],
)
def test_severity_follows_the_label(label, expected):
    assert severity(alert(alertname="x", severity=label)) is expected


def test_an_alert_that_says_nothing_of_its_severity_pages():
    assert severity(alert(alertname="x")) is Severity.PAGE


SENT = [alert(), alert(resolved=True), alert("f2", 30, **CHECKOUT_LABELS), alert("p", 10, **PAYMENTS_LABELS)]


@given(st.permutations(SENT + SENT), st.lists(st.integers(1, 4), min_size=8, max_size=8))
def test_however_often_and_in_whatever_order_the_same_alerts_come_each_is_kept_once(order, cuts):
    desk = Desk()
    rest = list(order)
    for size in cuts:
        batch, rest = rest[:size], rest[size:]
        desk.deliver(*batch)
    kept = [one.key for incident in desk.incidents.values() for one in incident.alerts]
    assert sorted(kept) == sorted({one.key for one in SENT})
    by_key = {one.key: one for incident in desk.incidents.values() for one in incident.alerts}
    assert by_key[alert().key].status == "resolved"


@given(st.permutations(SENT))
def test_delivering_again_what_is_known_changes_nothing(order):
    desk = Desk()
    desk.deliver(*order)
    before = dict(desk.incidents)
    assert desk.deliver(*order) == []
    assert desk.incidents == before
