"""The burn as a picture in the thread: once, where it can be drawn, and never in the way of the incident."""

import importlib.util
import struct

import pytest

from agent.model.picture import CLOSE_UP, Curve
from integrations.slack import chart
from tests.cli import samples
from tests.slackfake import faults

drawing = pytest.mark.skipif(importlib.util.find_spec("matplotlib") is None, reason="matplotlib is not installed")
CURVE = Curve(name=CLOSE_UP, unit="ratio", times=[0.0, 60.0, 120.0, 180.0], values=[0.0, None, 0.3, float("nan")])


@drawing
def test_a_picture_is_a_png_of_a_size_that_a_channel_shows():
    drawn = chart.draw(CURVE, samples.report())
    assert drawn[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", drawn[16:24])
    assert (width, height) == (880, 330)


@drawing
@pytest.mark.parametrize("loss", ["", "getUploadURLExternal", "upload", "completeUploadExternal"])
async def test_the_picture_is_in_the_thread_once_and_its_loss_costs_nothing_else(office, story, slack, loss):
    if loss:
        method = loss if loss == "upload" else f"files.{loss}"
        slack.faults.always(method, faults.says("fatal_error") if loss != "upload" else faults.breaks(500))
    await office.open()
    await story.alerted()
    await office.pressed("approve")
    await office.answered()
    await story.closed()
    root = await office.green()
    if not loss:
        await slack.until(lambda: [file for file in slack.state.files.values() if file.shared])
        assert all(file.content[:4] == b"\x89PNG" for file in slack.state.files.values())
        shown = [message for message in slack.state.thread(root.ts) if message.files]
        assert 1 <= len(shown) <= len(chart.MOMENTS)


async def test_without_matplotlib_the_message_has_a_line_of_text(office, story, slack):
    office.section["images"] = False
    await office.open()
    await story.alerted()
    await office.card()
    root = await office.root()
    assert any(mark in root.seen.text for mark in "▁▂▃▄▅▆▇█")
    assert slack.state.files == {}
