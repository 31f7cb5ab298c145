"""Everything people and machines read, rendered from one report, and what must hold on each. Used by test_hostile.py."""

import json
import re
import unicodedata
from collections.abc import Callable
from contextlib import redirect_stdout
from datetime import UTC, datetime
from io import StringIO

from rich.console import Console

from agent.cli.machine import print_json
from agent.cli.page.document import page
from agent.cli.report_view import show
from agent.model.entity import Entity
from agent.model.journal import JournalEntry
from agent.model.notice import Notice, NoticeReason
from agent.model.proposal import Proposal
from agent.model.report import Report
from agent.policy.handover import handover, markdown, ticket
from integrations.kubernetes.notices import LONGEST, event
from integrations.slack.blocks import Note
from integrations.slack.wanted import View, wanted
from tests.page.reading import Reading
from tests.slackfake.blocks import attachment_problems, problems, too_long
from tests.slackfake.mrkdwn import seen, seen_blocks

OURS = "\u2060"
"""The joiner that keeps Slack from making links."""

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_FENCED = re.compile(r"^(`{3,})diff\n.*?^\1$", re.MULTILINE | re.DOTALL)
_LIVE_MARKDOWN = re.compile(r"(?<!\\)(?:\\\\)*[<\[\]`*]|://|www\.|@")
_DEAD = {
    "script",
    "img",
    "iframe",
    "object",
    "embed",
    "base",
    "form",
    "input",
    "button",
    "video",
    "audio",
    "foreignobject",
}


def unseen(text: str) -> set[str]:
    """What no surface may show raw: controls, marks of direction, half pairs, breaks that are no line feed."""
    odd = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    return {hex(ord(mark)) for mark in set(text) if mark != "\n" and unicodedata.category(mark) in odd}


def terminal(report: Report) -> str:
    """As `steadyhand show` prints it on a terminal with colours."""
    out = StringIO()
    show(Console(file=out, force_terminal=True, color_system="truecolor", width=120), report)
    text = out.getvalue()
    assert unseen(_COLOUR.sub("", text)) == set()
    text.encode()
    return _COLOUR.sub("", text)


def machine(report: Report) -> str:
    """As `--output json` prints it: ASCII, one document that reads back."""
    out = StringIO()
    with redirect_stdout(out):
        print_json(report)
    assert out.getvalue().isascii()
    assert unseen(out.getvalue()) == set()
    Report.model_validate(json.loads(out.getvalue()))
    return out.getvalue()


def web_page(report: Report) -> str:
    """As `--page` writes it: nothing that runs, loads or leads elsewhere (tests/page looks at it in a browser)."""
    text = page(report)
    assert text.isascii()
    reading = Reading.of(text)
    assert not _DEAD & {name.lower() for name in reading.outline}
    for element in reading.elements:
        for name, value in element.attributes.items():
            assert not name.lower().startswith("on"), (element.name, name)
            if name.lower() in ("href", "src", "xlink:href", "action", "data"):
                assert str(value).startswith(("#", "data:,")), (element.name, value)
            if name.lower() == "http-equiv":
                assert value == "Content-Security-Policy"
    return text


def notes(report: Report) -> str:
    """The ticket and the hand-over note: Markdown in which nothing of a stranger's formats or links."""
    for text in (ticket(report), markdown(handover(report))):
        assert unseen(text) == set()
        text.encode()
        outside = _FENCED.sub("", text)
        assert not _LIVE_MARKDOWN.search(outside), _LIVE_MARKDOWN.search(outside)
    return ticket(report)


def slack(report: Report, entries: list[JournalEntry], questions: list[Proposal]) -> str:
    """Every message that the channel would show: one that Slack takes, and nothing alive in it."""
    return "\n".join(slack_note(one.note) for one in wanted(View(report, entries, questions)))


def slack_note(note: Note) -> str:
    """One message."""
    sent = note.arguments
    blocks = [*sent["blocks"], *(block for one in sent["attachments"] for block in one["blocks"])]
    assert problems(sent["blocks"]) == []
    assert attachment_problems(sent["attachments"]) == []
    assert not too_long(sent["blocks"], sent["attachments"])
    shown, told = seen_blocks(blocks), seen(sent["text"])
    assert (shown.alive, shown.emoji, told.alive, told.styles, told.emoji) == ([], [], [], {}, [])
    text = shown.text + told.text.replace(OURS, "")
    assert unseen(text) == set()
    text.encode()
    return text


def kubernetes_event(text: str) -> str:
    """An Event on the target with this said in it."""
    target = Entity(kind="Deployment", namespace="shop", name="checkout")
    notice = Notice(target=target, uid="u", reason=NoticeReason.NOT_DONE, text=text, incident_id="inc-1", key="k")
    message = str(event(notice, datetime(2026, 11, 23, tzinfo=UTC))["message"])
    assert len(message) <= LONGEST
    assert unseen(message) == set()
    message.encode()
    return message


OF_A_REPORT: dict[str, Callable[[Report], str]] = {
    "terminal": terminal,
    "JSON": machine,
    "page": web_page,
    "ticket and hand-over": notes,
}
