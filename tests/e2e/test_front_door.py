"""The webhook as the internet's worst senders use it: a running daemon, no Alertmanager in between."""

import json
from typing import Any

import httpx
import pytest

from tests.cluster.api import until
from tests.e2e.case import PATIENCE_SECONDS, Case
from tests.e2e.daemon import Daemon
from tests.e2e.shop import SECRET
from tests.e2e.story import Given, Then, When
from tests.e2e.theatre import Tell, Theatre

pytestmark = [pytest.mark.tier1, pytest.mark.tier2]

REFUSED = [
    ("not JSON at all", b"alerts: []", 400, "JSON"),
    ("cut off in the middle", b'{"version": "4", "alerts": [', 400, "JSON"),
    ("another version", json.dumps({"version": "9", "alerts": []}).encode(), 400, "version"),
    ("no alerts field", json.dumps({"version": "4"}).encode(), 400, "alerts"),
    ("a status nobody knows", json.dumps({"version": "4", "alerts": [{"status": "odd"}]}).encode(), 400, "alerts[0]"),
    ("over the limit", b" " * 1_100_000, 413, "larger"),
]


def what_is_no_webhook_is_refused_with_a_sentence_and_leaves_no_trace(given: Given, when: When, then: Then) -> None:
    given.steadyhand_at_once()
    daemon = then.the_daemon()
    for name, body, status, word in REFUSED:
        answer = daemon.post_alerts(body)
        assert (answer.status_code, word in answer.json()["error"]) == (status, True), f"{name}: {answer.text}"
    stranger = httpx.post(f"{daemon.url}/api/v1/alerts/alertmanager", content=b"{}")
    assert stranger.status_code == 401
    assert httpx.get(f"{daemon.url}/api/v1/incidents").status_code == 401
    assert daemon.incidents() == []
    assert 'outcome="malformed"} 5.0' in daemon.metrics()
    assert 'outcome="too large"} 1.0' in daemon.metrics()
    assert "Traceback" not in daemon.log()


def what_cannot_be_resolved_is_said_and_never_guessed(given: Given, when: When, then: Then) -> None:
    given.steadyhand_at_once()
    daemon = then.the_daemon()
    nameless = deliver(daemon, alert("nameless", {"severity": "page", "team": "shop"}))
    assert nameless.report["incident"]["service"] is None
    assert "service" in nameless.report["incident"]["unresolved"]
    stranger = deliver(daemon, alert("stranger", {"namespace": "nowhere", "service": "nothing"}))
    for case in (nameless, stranger):
        case.is_not_confirmed().asked_nothing().did_nothing().ends_as("handed_over")
    assert "nothing" in stranger.report["summary"]


def an_alert_sent_again_or_out_of_order_is_still_one_incident(given: Given, when: When, then: Then) -> None:
    given.steadyhand_at_once()
    daemon = then.the_daemon()
    labels = {"namespace": "nowhere", "service": "twice"}
    first = alert("a", labels)
    cases = [deliver(daemon, first, alert("b", labels)), *(deliver(daemon, first) for _ in range(3))]
    assert len({case.id for case in cases}) == 1
    cases[0].reaches("closed")
    over = [{**each, "status": "resolved", "endsAt": "2026-01-01T00:10:00Z"} for each in (first, alert("b", labels))]
    assert deliver(daemon, *over).id == cases[0].id
    later = deliver(daemon, alert("a", labels, starts="2026-01-02T00:00:00Z"))
    assert later.id != cases[0].id, "a resolved incident took in a new firing"
    early = alert("early", {"namespace": "nowhere", "service": "over"}, status="resolved")
    daemon.post_alerts(body(early)).raise_for_status()
    late = deliver(daemon, {**early, "status": "firing", "endsAt": "0001-01-01T00:00:00Z"})
    late.reaches("closed")
    assert len([each for each in daemon.incidents() if each["service"]["name"] == "over"]) == 1


def alert(
    fingerprint: str, labels: dict[str, str], status: str = "firing", starts: str = "2026-01-01T00:00:00Z"
) -> Any:
    """One alert, with secrets where people put them."""
    return {
        "status": status,
        "labels": {"alertname": "ErrorBudgetBurnFast", **labels},
        "annotations": {"summary": f"log in with password={SECRET}-a", "api_token": f"{SECRET}-b"},
        "startsAt": starts,
        "endsAt": "2026-01-01T00:10:00Z" if status == "resolved" else "0001-01-01T00:00:00Z",
        "generatorURL": "",
        "fingerprint": fingerprint,
    }


def body(*alerts: Any) -> bytes:
    """Alertmanager's version 4 around these."""
    return json.dumps({"version": "4", "truncatedAlerts": 0, "status": "firing", "alerts": alerts}).encode()


def deliver(daemon: Daemon, *alerts: Any) -> Case:
    """Post them; the one incident they belong to."""
    answer = daemon.post_alerts(body(*alerts)).raise_for_status()
    (incident,) = answer.json()["incidents"]
    until(lambda: any(each["id"] == incident for each in daemon.incidents()), "the incident", PATIENCE_SECONDS)
    return Case(daemon, incident)


SCENARIOS = [
    what_is_no_webhook_is_refused_with_a_sentence_and_leaves_no_trace,
    what_cannot_be_resolved_is_said_and_never_guessed,
    an_alert_sent_again_or_out_of_order_is_still_one_incident,
]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.__name__)
def test_it_holds_that(scenario: Tell, theatre: Theatre) -> None:
    theatre.tell(scenario)
