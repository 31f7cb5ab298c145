"""Texts of strangers are data: the whole corpus, in every place that takes text, on every surface that shows some."""

import asyncio
import dataclasses
import io
import json
import logging
import random
import sys

import pytest
import structlog

from agent import telemetry
from agent.model.journal import Topic
from agent.model.proposal import DecisionKind
from agent.model.question import Gap
from agent.model.report import Report
from integrations.simulation.actuator import SimulatedActuator
from tests.page import samples
from tests.story import Story, confirmed
from tests.torture import surfaces
from tests.torture.hostile import HARMLESS, HOSTILE, SECRETS
from tests.torture.planted import Planting, PlantedActuator, PlantedCluster, PlantedMetrics, door

ENTRIES = list(HOSTILE)
CHUNK = 12
CHUNKS = [ENTRIES[start : start + CHUNK] for start in range(0, len(ENTRIES), CHUNK)]


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

    story = await Story.begin(folder, scenario, 3, around=around)
    await story.alerted(planting.alert)
    return story, planting


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


@pytest.mark.parametrize("number", range(len(CHUNKS)))
async def test_a_whole_incident_full_of_them_comes_to_the_same_end(number, tmp_path, capsys):
    texts = [HOSTILE[what] for what in CHUNKS[number]]
    harmless, _ = await told(tmp_path / "harmless", [HARMLESS] * len(texts))
    await harmless.asked()
    expected = found(await harmless.report())
    await harmless.stop()
    story, planting = await told(tmp_path / "hostile", texts)
    await story.asked()
    report = await story.report()
    assert found(report) == expected
    assert expected[1] is not None
    assert story.effects() == []
    asked = await shown(story, report)
    await story.deny(texts[0] or "no")
    after = await shown(story, await story.closed())
    assert not [secret for secret in SECRETS if secret in asked + after]
    assert story.effects() == []
    await story.stop()
    with capsys.disabled():
        print(f"\nhostile: {len(texts)} texts in {len(planting.places)} kinds of places, {sum(planting.places.values())} times")
