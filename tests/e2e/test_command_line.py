"""`steadyhand investigate` as CI or an engineer with a laptop uses it: on the same real parts, without a daemon."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.e2e.story import Given, Then, When
from tests.e2e.theatre import Tell, Theatre
from tests.servers import free_port

pytestmark = [pytest.mark.tier1, pytest.mark.tier2]

CONFIRMED, INCONCLUSIVE, BLIND, HEALTHY = 0, 3, 4, 6
"""Exit statuses as the documentation gives them."""


def an_investigation_only_reads_and_its_exit_status_says_what_it_came_to(given: Given, when: When, then: Then) -> None:
    given.a_shop("v1", "v2")
    given.calm()
    given.rights()
    calm = datetime.now(UTC)
    assert when.investigated().returncode == HEALTHY
    when.released("checkout", "bad-v3")
    alerts = when.alerts()
    then.the_bad_release_shows_in_metrics()

    found = when.investigated("--json")
    assert found.returncode == CONFIRMED, found.stderr
    report = json.loads(found.stdout)
    assert report["schema_version"] == "steadyhand.report/v1"
    assert report["conclusion"] == "confirmed"
    (top,) = [each for each in report["hypotheses"] if each["verdict"] == "confirmed"]
    assert (top["cause"], top["entity"]["name"]) == ("bad-release", "checkout")
    assert set(top["evidence"]) <= {each["id"] for each in report["evidence"]}

    told = when.investigated("--alert", "-", stdin=json.dumps(webhook(alerts)))
    assert told.returncode == CONFIRMED, told.stderr
    assert "bad-v3" in told.stdout

    assert when.investigated("--at", calm.isoformat()).returncode == HEALTHY
    blind = when.investigated("--prometheus", f"http://127.0.0.1:{free_port()}", "--json")
    assert blind.returncode == BLIND, blind.stderr
    assert json.loads(blind.stdout)["conclusion"] == "blind"
    unknown = when.investigated("--service", "nowhere/nothing")
    assert unknown.returncode in (INCONCLUSIVE, BLIND), unknown.stdout
    then.steadyhand_wrote(times=0)


def webhook(alerts: list[dict[str, Any]]) -> dict[str, Any]:
    """A body as Alertmanager sends it, of alerts as Prometheus tells them."""
    return {
        "version": "4",
        "groupKey": "{}",
        "truncatedAlerts": 0,
        "status": "firing",
        "receiver": "laptop",
        "groupLabels": {},
        "commonLabels": {},
        "commonAnnotations": {},
        "externalURL": "",
        "alerts": [
            {
                "status": "firing",
                "labels": alert["labels"],
                "annotations": alert["annotations"],
                "startsAt": alert["activeAt"],
                "endsAt": "0001-01-01T00:00:00Z",
                "generatorURL": "",
                "fingerprint": f"{number:016x}",
            }
            for number, alert in enumerate(alerts)
        ],
    }


SCENARIOS = [an_investigation_only_reads_and_its_exit_status_says_what_it_came_to]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.__name__)
def test_it_holds_that(scenario: Tell, theatre: Theatre) -> None:
    theatre.tell(scenario)
