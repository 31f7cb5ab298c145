"""The few blocks our messages are made of, each within Slack's limits whatever is put into it.

Foreign text is put into rich_text and plain_text only: in them Slack reads no links, mentions or formatting.
"""

from typing import Any

from agent.model.record import Record
from integrations.slack.mrkdwn import inert, line, rows

Block = dict[str, Any]
Run = dict[str, Any]
"""A piece of a rich_text paragraph."""

HEADER, BUTTON, VALUE, MODAL_TITLE = 150, 75, 2_000, 24
MOST_BLOCKS = 50
LONGEST = 12_000
"""Characters of all blocks together; the limit is not documented, and near 13,200."""

WIDE, TALL = 3_000, 60
"""Of a preformatted text: characters and lines, what is legible in a channel."""


class Note(Record):
    """A message: what the channel shows, what a phone shows, and the colour of its edge ("" for none)."""

    text: str
    blocks: list[Block]
    colour: str = ""

    @property
    def arguments(self) -> dict[str, Any]:
        """For chat.postMessage and chat.update: all three are given, since Slack keeps what an update leaves out."""
        if not self.colour:
            return {"text": self.text, "blocks": self.blocks, "attachments": []}
        return {"text": self.text, "blocks": [], "attachments": [{"color": self.colour, "blocks": self.blocks}]}


def note(text: object, blocks: list[Block], colour: str = "") -> Note:
    """A message of these blocks, with the last ones left out and that said where they are too many or too long."""
    return Note(text=inert(text), blocks=_fitting(blocks), colour=colour)


def header(text: object) -> Block:
    """The title."""
    return {"type": "header", "text": label(text, HEADER)}


def divider() -> Block:
    """A line across."""
    return {"type": "divider"}


def label(text: object, limit: int) -> dict[str, Any]:
    """A plain_text object; never empty, since Slack takes none that is."""
    return {"type": "plain_text", "text": line(text, limit) or "-", "emoji": False}


def said(text: object, limit: int = 300) -> Run:
    """Foreign or own text as it is."""
    return {"type": "text", "text": line(text, limit) or "-"}


def own(text: str) -> Run:
    """Our own words, whose spaces count."""
    return {"type": "text", "text": text}


def bold(text: object, limit: int = 300) -> Run:
    """The same, bold."""
    return {**said(text, limit), "style": {"bold": True}}


def strong(text: str) -> Run:
    """Our own words, bold; their spaces count."""
    return {**own(text), "style": {"bold": True}}


def code(text: object, limit: int = 300) -> Run:
    """The same, in the type of code."""
    return {**said(text, limit), "style": {"code": True}}


def moment(seconds: float, fallback: str) -> Run:
    """A time of day, shown in each reader's zone."""
    return {
        "type": "date",
        "timestamp": max(0, int(seconds)),
        "format": "{time}",
        "fallback": line(fallback, 100) or "-",
    }


def paragraph(*runs: Run) -> Block:
    """Pieces of text, one after another."""
    return _rich({"type": "rich_text_section", "elements": list(runs)})


def bullets(items: list[list[Run]]) -> Block:
    """A list, each item of several pieces; callers bound how many."""
    lines = [{"type": "rich_text_section", "elements": runs} for runs in items]
    return _rich({"type": "rich_text_list", "style": "bullet", "elements": lines})


def preformatted(text: str, most: int = TALL, limit: int = WIDE) -> Block:
    """Lines in the type of code; what is too long is cut and says that the thread has it."""
    shown = rows(text, most, limit) or "-"
    return _rich({"type": "rich_text_preformatted", "elements": [own(shown)]})


def small(text: object, limit: int = 600) -> Block:
    """Small grey print."""
    return {"type": "context", "elements": [label(text, limit)]}


def button(text: str, action_id: str, value: str, style: str = "") -> dict[str, Any]:
    """A button; `value` comes back when it is pressed."""
    if len(value) > VALUE:
        raise ValueError(f"a button's value holds {VALUE} characters, not {len(value)}")
    made = {"type": "button", "text": label(text, BUTTON), "action_id": action_id, "value": value}
    return {**made, "style": style} if style else made


def actions(buttons: list[dict[str, Any]], block_id: str) -> Block:
    """A row of buttons."""
    return {"type": "actions", "block_id": block_id, "elements": buttons}


def _rich(part: dict[str, Any]) -> Block:
    return {"type": "rich_text", "elements": [part]}


def _fitting(blocks: list[Block]) -> list[Block]:
    """Buttons stay, whatever else has to go: the last of what is not a button goes first."""
    if len(blocks) <= MOST_BLOCKS and sum(map(_length, blocks)) <= LONGEST:
        return blocks
    kept, room = [], LONGEST - sum(_length(block) for block in blocks if block["type"] == "actions") - 100
    places = MOST_BLOCKS - 1 - sum(block["type"] == "actions" for block in blocks)
    full = False
    for block in blocks:
        if block["type"] == "actions":
            kept.append(block)
        elif not full:
            room, places = room - _length(block), places - 1
            full = room < 0 or places < 0
            kept.append(small("… the rest is shown in thread") if full else block)
    return kept


def _length(value: Any) -> int:
    if isinstance(value, dict):
        own_text = len(value["text"]) if isinstance(value.get("text"), str) else 0
        return own_text + sum(map(_length, value.values()))
    return sum(map(_length, value)) if isinstance(value, list) else 0
