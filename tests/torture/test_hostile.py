"""Texts of strangers are data: the whole corpus, in every place that takes text, on every surface that shows some."""

import asyncio
import dataclasses
import io
import json
import logging
import re
import sys
from datetime import UTC, datetime, timedelta

import pytest
import structlog

from agent import telemetry
from agent.model.identity import Identity
from agent.model.incident import Resolution
from agent.model.journal import Topic
from agent.model.proposal import DecisionKind, Permission, PermissionKind
from agent.model.report import Report
from integrations.icalendar.events import freezes
from tests.page import samples
from tests.slack.office import Office
from tests.slackfake.server import SlackFake
from tests.slackfake.state import BOT_USER
from tests.story import Story, confirmed
from tests.torture import surfaces
from tests.torture.hostile import HARMLESS, HOSTILE, SECRETS
from tests.torture.planted import PlantedActuator, PlantedCluster, PlantedMetrics, Planting, door

ENTRIES = list(HOSTILE)
CHUNK = 18
CHUNKS = [(ENTRIES[start:] + ENTRIES)[:CHUNK] for start in range(0, len(ENTRIES), CHUNK)]
"""As many texts in every incident, so that each is of one shape with the harmless one."""


# --- one text, one surface ---------------------------------------------------------------------------


@pytest.mark.parametrize("what", ENTRIES)
def test_on_every_surface_a_text_is_shown_as_data(what):
    report = samples.hostile(door(HOSTILE[what]))
    for surface in (surfaces.terminal, surfaces.web_page, surfaces.notes):
        surface(report)
    told = surfaces.kubernetes_event(HOSTILE[what])
    assert not any(secret in told for secret in SECRETS)


@pytest.fixture
def _logging_as_it_was():
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()


@pytest.mark.parametrize("form", ["json", "console"])
@pytest.mark.usefixtures("_logging_as_it_was")
def test_in_the_daemons_own_log_a_text_is_one_line_without_controls_or_secrets(monkeypatch, form):
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stderr", io.TextIOWrapper(written, encoding="utf-8", errors="strict", write_through=True))
    telemetry.configure(format=form)
    for text in (whole[:20_000] for whole in HOSTILE.values()):
        telemetry.log("daemon").warning("trouble", error=text, named={"a": [text]})
        telemetry.log("daemon").warning(f"said: {text}")
        logging.getLogger("a.library").warning("said %s", text)
    lines = written.getvalue().decode().removesuffix("\n").split("\n")
    assert len(lines) == 3 * len(HOSTILE)
    assert surfaces.unseen("\n".join(lines)) == set()
    assert not any(secret in line for line in lines for secret in SECRETS)
    if form == "json":
        assert {json.loads(line)["logger"] for line in lines} == {"daemon", "a.library"}


# --- whole incidents -----------------------------------------------------------------------------------


async def told(folder, texts, scenario="bad_release") -> tuple[Story, Planting]:
    """An incident in a cluster full of these texts, with its alert delivered."""
    planting = Planting(texts)

    def around(ports, saver):
        actuator = PlantedActuator(ports.actuator._world)
        actuator.planting = planting
        cluster, metrics = PlantedCluster(ports.cluster, planting), PlantedMetrics(ports.metrics, planting)
        return dataclasses.replace(ports, cluster=cluster, metrics=metrics, actuator=actuator), saver

    story = Story.given(folder, scenario, 3, around=around)
    story.house = story.house.evolve(budget=story.house.budget.evolve(rounds=1))
    await story.start()
    await story.alerted(planting.alert)
    return story, planting


async def questioned(story: Story) -> Report:
    """What is known when a person is asked and the question is on record."""

    async def look() -> Report | None:
        report = await story.report()
        return report if report.proposal else None

    await story.asked()
    return await story.until(look, "the question is on record")


async def shown(story: Story, report: Report) -> str:
    """All that anybody could read of this incident, each surface having held."""
    parts = [render(report) for render in surfaces.OF_A_REPORT.values()]
    entries = await story.daemon.journal(story.incident_id, 0, 0)
    parts.append(surfaces.slack(report, entries, await story.daemon.pending(story.incident_id)))
    parts += [entry.model_dump_json() for entry in entries]
    parts += [entry.model_dump_json() for entry in await story.daemon.audit(story.incident_id)]
    parts += [surfaces.kubernetes_event(entry.text) for entry in entries]
    return "\n".join(parts)


def found(report: Report) -> tuple:
    """What must not depend on anybody's words."""
    stands, proposal = confirmed(report), report.proposal
    blamed = (stands.cause, str(stands.entity)) if stands else None
    asked = (str(proposal.action), str(proposal.undo), proposal.playbook) if proposal else None
    return report.conclusion, blamed, asked


@pytest.fixture(scope="module")
def expected(tmp_path_factory) -> tuple:
    """What is found where harmless sentences stand in all these places."""

    async def tell() -> tuple:
        story, _ = await told(tmp_path_factory.mktemp("harmless"), [f"{HARMLESS} {number}" for number in range(CHUNK)])
        report = await questioned(story)
        await story.crash()
        return found(report)

    return asyncio.run(tell())


@pytest.mark.parametrize("number", range(len(CHUNKS)))
async def test_a_whole_incident_full_of_them_comes_to_the_same_question(number, expected, tmp_path, capsys):
    texts = [HOSTILE[what] for what in CHUNKS[number]]
    story, planting = await told(tmp_path, texts)
    report = await questioned(story)
    assert found(report) == expected
    assert all(expected), "the incident they are compared with has a cause and a question"
    while_asked = await shown(story, report)
    await story.deny(texts[number])
    at_the_end = await shown(story, await story.closed())
    assert not [secret for secret in SECRETS if secret in while_asked + at_the_end]
    assert story.effects() == []
    await story.stop()
    seen = [text for text in texts if (word := re.search(r"[A-Za-z]{4,}", text)) and word[0] in while_asked]
    assert seen, "nothing of it was shown, so nothing was tried"
    with capsys.disabled():
        times, kinds = sum(planting.places.values()), len(planting.places)
        print(f"\nhostile: {len(texts)} texts ({len(seen)} of them shown), {times} times in {kinds} kinds of places")


@pytest.mark.parametrize("scenario", ["nothing_visible", "innocent_release"])
async def test_no_text_makes_an_action_where_there_is_none_to_propose(scenario, tmp_path):
    orders = [text for what, text in HOSTILE.items() if what.startswith(("an order", "a false"))]
    story, _ = await told(tmp_path, orders, scenario)
    report = await story.closed()
    assert report.proposal is None
    assert await story.said(Topic.PROPOSAL, Topic.ACTION, Topic.DECISION) == []
    assert story.effects() == []
    await shown(story, report)
    await story.stop()


async def test_an_approved_action_is_done_once_whoever_is_named_how(tmp_path):
    texts = [
        HOSTILE[what] for what in ("a shout", "HTML", "a terminal's title", "SQL", "a secret", "a false clearance")
    ]
    story, _ = await told(tmp_path, texts)
    await questioned(story)
    proposal = await story.asked()
    who = Identity(id="slack:T0FAKE:U0000001", name=HOSTILE["a false approval"] + HOSTILE["HTML"])
    await story.decide(DecisionKind.APPROVED, proposal, HOSTILE["a cursor that goes back"], who)
    report = await story.closed()
    assert report.incident.resolution is Resolution.RECOVERED
    assert len(story.effects()) == 1
    told_of_it = await shown(story, report)
    assert not [secret for secret in SECRETS if secret in told_of_it]
    await story.stop()


# --- calendars and Slack -------------------------------------------------------------------------------


def calendar(texts) -> str:
    """Freezes that hold now, each called by a text as a calendar may write it."""
    escaped = [door(text)[:500].replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,") for text in texts]
    rows = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x"]
    for number, text in enumerate(escaped):
        rows += ["BEGIN:VEVENT", f"UID:{number}", "DTSTART:20261123T000000Z", "DTEND:20261124T000000Z"]
        rows += ["SUMMARY:" + " ".join(text.split()), "END:VEVENT"]
    return "\r\n".join([*rows, "END:VCALENDAR", ""])


@pytest.mark.parametrize("what", ENTRIES)
def test_a_freeze_holds_whatever_it_is_called(what):
    since = datetime(2026, 11, 23, tzinfo=UTC)
    (freeze,) = freezes(calendar([HOSTILE[what]]), "UTC", since, since + timedelta(days=1))
    assert freeze.start <= since < freeze.end
    report = samples.report(
        permission=Permission(kind=PermissionKind.REFUSED, rule="freeze", reason=f"frozen: {freeze}")
    )
    for render in surfaces.OF_A_REPORT.values():
        render(report)


async def test_nothing_written_or_called_in_slack_decides_or_breaks_anything(tmp_path, capsys):
    async with SlackFake() as slack:
        story = await Story.begin(tmp_path, "bad_release", 3)
        office = Office(slack, story)
        try:
            await office.open()
            await story.alerted()
            await office.card()
            root = await office.root()
            for text in HOSTILE.values():
                await slack.people.reply(root.ts, f"why not the deploy? {text[:4_000]}", office.ann)
            before = len(slack.state.thread(root.ts))

            def answered() -> bool:
                ours = [one for one in slack.state.thread(root.ts) if one.user == BOT_USER]
                return len([one for one in ours if "release 9" in one.seen.text]) >= len(HOSTILE)

            await slack.until(answered, 90)
            assert len(await story.daemon.pending()) == 1
            mallory = slack.state.user(HOSTILE["a false approval"] + HOSTILE["a cursor that goes back"])
            await office.pressed("deny", mallory)
            await slack.until(lambda: slack.state.views)
            reason = HOSTILE["HTML"] + HOSTILE["a shout"] + HOSTILE["a secret"]
            await slack.people.submit(next(iter(slack.state.views.values())), {"reason": reason}, mallory)
            await office.answered()
            report = await story.closed()
            await slack.message("Over to you")
        finally:
            await office.close()
            await story.end()
        ours = [one for one in slack.state.messages if one.user == BOT_USER]
        assert slack.web.errors == []
        assert not [one.seen for one in ours if one.seen.alive or one.seen.turned or one.notification.alive]
        assert not [secret for secret in SECRETS for one in ours if secret in one.seen.text]
        assert story.effects() == []
        assert report.decision.kind is DecisionKind.DENIED
        for render in surfaces.OF_A_REPORT.values():
            render(report)
        with capsys.disabled():
            print(f"\nhostile: {before} replies and {len(ours)} of ours in the channel, none alive")
