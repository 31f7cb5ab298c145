"""The page in a real Chromium: nothing is complained about, nothing else is asked for, and it fits a phone, the dark and paper.

STEADYHAND_PICTURE=FILE (`make picture`) keeps the picture that README.md shows.
"""

import asyncio
import os
from pathlib import Path

import pytest

from agent.cli.page.document import page
from agent.model.report import Report
from tests.page import samples
from tests.story import Story
from tests.torture.hostile import HOSTILE
from tests.torture.planted import door

PICTURE = "STEADYHAND_PICTURE"
HEIGHT = 1835
"""Pixels of the picture: from the verdict to the suspects."""

LARGEST = 300_000
"""Bytes a picture in the repository may have."""


@pytest.fixture(scope="module")
def told(tmp_path_factory) -> Report:
    """A real report: the simulated shop's bad release, rolled back."""

    async def tell() -> Report:
        story = await Story.begin(tmp_path_factory.mktemp("story"), "bad_release", 3)
        await story.alerted()
        await story.approve()
        report = await story.closed()
        await story.stop()
        return report

    return asyncio.run(tell())


def show(browser, shelf, report: Report, **eyes) -> None:
    browser.events.clear()
    shelf.page = page(report).encode()
    browser.look(**eyes)
    browser.open(shelf.url)


@pytest.mark.parametrize(
    "eyes", [{}, {"dark": True}, {"width": 390}, {"media": "print"}], ids=["desk", "dark", "phone", "paper"]
)
def test_a_real_report_is_shown_without_a_complaint_and_asks_for_nothing_else(browser, shelf, told, eyes):
    show(browser, shelf, told, **eyes)
    assert browser.complaints() == []
    assert browser.requested() == [shelf.url, "data:,"][: len(browser.requested())]
    assert shelf.asked == ["/report.html"]
    assert browser.value("document.querySelector('h1').innerText").startswith("Release ")
    width = eyes.get("width", 1000)
    assert browser.value("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [390, 1000])
def test_exactly_one_of_each_chart_is_visible_and_its_text_can_be_read(browser, shelf, told, width):
    show(browser, shelf, told, width=width)
    seen = "[...document.querySelectorAll('svg[role=img]')].filter(e => e.getBoundingClientRect().width > 0)"
    names = browser.value(f"{seen}.map(e => e.getAttribute('aria-labelledby').split('-')[0])")
    assert {"sli", "look", "hypotheses", "deciding", "topology"} <= set(names)
    assert names.count("sli") == 1
    scale = browser.value(f"Math.min(...{seen}.map(e => e.getBoundingClientRect().width / e.viewBox.baseVal.width))")
    assert scale > 0.94


def test_dark_is_dark_and_light_is_light(browser, shelf, told):
    grounds = []
    for dark in (False, True):
        show(browser, shelf, told, dark=dark)
        grounds.append(browser.value("getComputedStyle(document.body).backgroundColor"))
    assert grounds == ["rgb(255, 255, 255)", "rgb(20, 24, 28)"]


def test_what_a_script_in_the_page_would_do_is_refused_by_the_policy(browser, shelf, told):
    """The test's own proof: were something to slip through the escaping, the browser would say so, and not do it."""
    show(browser, shelf, told)
    shelf.page = page(told).replace("<main>", "<main><script>document.title = 'ran'</script>", 1).encode()
    browser.open(shelf.url)
    assert browser.value("document.title") != "ran"
    assert any("Content Security Policy" in told for told in browser.complaints())


CORPUS = " ".join(door(text)[:300] for text in HOSTILE.values())


@pytest.mark.parametrize("text", [samples.HOSTILE, CORPUS], ids=["one text", "the whole corpus"])
def test_hostile_text_is_shown_and_does_nothing(browser, shelf, text):
    show(browser, shelf, samples.hostile(text))
    assert browser.complaints() == []
    assert shelf.asked == ["/report.html"]
    assert browser.value("document.scripts.length + document.images.length + document.embeds.length") == 0
    assert "<script>alert(1)</script>" in browser.value("document.body.innerText")
    assert browser.value("document.documentElement.scrollWidth") <= 1000


def test_it_prints_on_paper(browser, shelf, told):
    show(browser, shelf, told, dark=True)
    paper = browser.paper()
    assert paper.startswith(b"%PDF")
    assert 2 <= paper.count(b"/Type /Page\n") + paper.count(b"/Type /Page ") <= 12


def test_its_picture_is_small_enough_to_be_kept(browser, shelf, told):
    show(browser, shelf, told)
    picture = browser.picture(height=HEIGHT)
    assert picture.startswith(b"\x89PNG")
    assert len(picture) < LARGEST
    if place := os.environ.get(PICTURE):
        Path(place).write_bytes(picture)
