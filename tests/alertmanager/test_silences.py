"""Alertmanager's list of silences: what strangers wrote into it, what is wrong with it, and what is not said in time."""

import json

import pytest

from agent.errors import Unusable
from agent.reality import silences_of
from agent.redact import MASK
from agent.settings import Settings
from integrations.alertmanager.malformed import Malformed
from integrations.alertmanager.muting import over
from integrations.alertmanager.silences import MAX_BYTES, AlertmanagerSilences
from tests.prometheus.stage import breaks_off, drips, hangs_up, raised, says
from tests.story import an_alert

ALERT = an_alert(service="checkout")


def silence(state: str = "active", value: str = "checkout", **changes: object) -> dict[str, object]:
    return {
        "id": "4ac4",
        "status": {"state": state},
        "createdBy": "kim",
        "comment": "on it",
        "startsAt": "2026-11-23T10:00:00.000Z",
        "endsAt": "2026-11-23T12:00:00.000Z",
        "matchers": [{"name": "service", "value": value, "isRegex": False}],
        "annotations": {},
        **changes,
    }


def told(*silences: dict[str, object], alert=ALERT) -> list[str]:
    return over(json.dumps(silences).encode(), [alert])


def test_it_says_who_why_and_until_when():
    assert told(silence()) == ["kim: on it (until 2026-11-23 12:00 UTC, silence 4ac4)"]


@pytest.mark.parametrize("state", ["expired", "pending"])
def test_only_an_active_one_counts(state):
    assert told(silence(state)) == []


def test_a_strangers_text_is_one_short_line_without_secrets():
    (line,) = told(silence(createdBy="k\u202eim\x1b[2J\n", comment="password=hunter2hunter2 " + "x" * 5000))
    assert line.isprintable()
    assert len(line) < 400
    assert "hunter2" not in line
    assert told(silence(createdBy="", comment=""))[0].startswith("somebody: no comment")


def test_a_label_that_was_masked_or_cut_may_be_what_is_silenced():
    assert told(silence(), alert=an_alert(service=MASK))
    assert told(silence(), alert=an_alert(service="c…"))


def test_a_pattern_that_cannot_be_told_counts_as_a_silence():
    one = {"name": "service", "value": r"\p{Greek}", "isRegex": True, "isEqual": False}
    assert told(silence(matchers=[one]))


BROKEN = {
    "no JSON": b"<html>",
    "no list": b"{}",
    "no matchers": json.dumps([silence(matchers=[])]).encode(),
    "an unknown state": json.dumps([silence("suppressed")]).encode(),
    "no end": json.dumps([silence(endsAt=None)]).encode(),
    "no moment": json.dumps([silence(startsAt="2026-11-23T10:00:00")]).encode(),
}


@pytest.mark.parametrize("name", BROKEN)
def test_another_kind_of_answer_is_no_answer(name):
    with pytest.raises(Malformed, match="not Alertmanager's list of silences"):
        over(BROKEN[name], [ALERT])


FAULTS = {
    "nothing but a closed door": (lambda _stage: hangs_up, "could not be reached"),
    "a body that breaks off": (lambda _stage: breaks_off, "could not be reached"),
    "a body that never ends": (drips, "did not answer in time"),
    "not for us": (lambda _stage: says(401, {"message": "no"}), "answered HTTP 401"),
    "somewhere else": (lambda _stage: says(302, b"", Location="http://127.0.0.1:9/"), "answered HTTP 302"),
    "something else": (lambda _stage: says(200, {"status": "success"}), "not Alertmanager's list"),
    "too much": (lambda _stage: says(200, b" " * (MAX_BYTES + 1)), "larger than 8 MiB"),
}


@pytest.mark.parametrize("name", FAULTS)
async def test_whatever_goes_wrong_it_cannot_be_told(name):
    play, problem = FAULTS[name]
    with raised() as stage:
        stage.plays = [play(stage)]
        asked = AlertmanagerSilences(stage.url, timeout_seconds=0.5)
        reading = await asked.over([ALERT])
        await asked.aclose()
    assert reading.silences is None
    assert problem in reading.problem


async def test_the_token_is_read_anew_each_time_and_sent_below_the_configured_path(tmp_path):
    file = tmp_path / "token"
    settings = Settings.model_validate({"alertmanager": {"url": "http://x", "bearer_token_file": str(file)}})
    with raised() as stage:
        stage.plays = [says(200, [silence()])]
        section = settings.alertmanager.evolve(url=f"{stage.url}/prefix")
        asked = silences_of(settings.evolve(alertmanager=section))
        assert (await asked.over([ALERT])).problem == "the credentials for Alertmanager cannot be used"
        for token in ("first-token", "second-token"):
            file.write_text(token)
            assert len((await asked.over([ALERT])).silences) == 1
        await asked.aclose()
    assert [one.headers["Authorization"] for one in stage.asked] == ["Bearer first-token", "Bearer second-token"]
    assert {one.path for one in stage.asked} == {"/prefix/api/v2/silences"}


def test_a_ca_file_that_cannot_serve_is_said_at_the_start(tmp_path):
    with pytest.raises(Unusable, match=r"alertmanager\.ca_file"):
        AlertmanagerSilences("https://alerts.example", ca_file=str(tmp_path / "none.pem"))


def test_without_an_address_nobody_is_asked():
    assert silences_of(Settings()) is None
    assert not Settings().rules().silences
    assert Settings.model_validate({"alertmanager": {"url": "http://alerts:9093"}}).rules().silences
