"""Whether Slack would take these blocks, this modal or these attachments: every documented limit of Block Kit.

The Web API asks here at each post, update and open; tests of renderers ask directly:
`assert problems(blocks) == []`. Lengths are in characters of the text as sent (`&amp;` counts five).
"""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from tests.slackfake.elements import (
    ID,
    IN_ACTIONS,
    IN_CONTEXT,
    IN_INPUT,
    IN_SECTION,
    RICH_PARTS,
    SLACK_FILE,
    URL,
    WITH_TEXT,
    plain,
    text,
)
from tests.slackfake.shapes import Check, anything, boolean, exactly_one, items, matching, shape, string, tagged, wrong

MOST_BLOCKS = 50
MOST_IN_MODAL = 100
MOST_ATTACHMENTS = 100
MOST_MARKDOWN = 12_000  # of all markdown blocks of one message together
LONGEST_MESSAGE = 13_200  # not documented: near it Slack begins to answer msg_blocks_too_long

_COMMON: dict[str, Check] = {"block_id": ID}


def _block(required: dict[str, Check], optional: dict[str, Check] | None = None, rule: Check | None = None) -> Check:
    return shape({"type": anything, **required}, {**_COMMON, **(optional or {})}, rule)


BLOCKS: dict[str, Check] = {
    "section": _block(
        {},
        {"text": text(3000), "fields": items(text(2000), 1, 10), "accessory": IN_SECTION, "expand": boolean},
        WITH_TEXT,
    ),
    "header": _block({"text": plain(150)}),
    "divider": _block({}),
    "actions": _block({"elements": items(IN_ACTIONS, 1, 25)}),
    "context": _block({"elements": items(IN_CONTEXT, 1, 10)}),
    "image": _block(
        {"alt_text": string(2000)},
        {"image_url": URL, "slack_file": SLACK_FILE, "title": plain(2000)},
        exactly_one("image_url", "slack_file"),
    ),
    "input": _block(
        {"label": plain(2000), "element": IN_INPUT},
        {"hint": plain(2000), "optional": boolean, "dispatch_action": boolean},
    ),
    "rich_text": _block({"elements": items(RICH_PARTS, 1, 1000)}),
    "markdown": _block({"text": string(MOST_MARKDOWN)}),
}
_IN_MESSAGE = items(tagged(BLOCKS), 0, MOST_BLOCKS)
_IN_MODAL = items(tagged({kind: check for kind, check in BLOCKS.items() if kind != "markdown"}), 1, MOST_IN_MODAL)
_MODAL = shape(
    {"type": anything, "title": plain(24), "blocks": _IN_MODAL},
    {
        "submit": plain(24),
        "close": plain(24),
        "private_metadata": string(3000, least=0),
        "callback_id": string(255, least=0),
        "external_id": string(255, least=0),
        "clear_on_close": boolean,
        "notify_on_close": boolean,
        "submit_disabled": boolean,
    },
)
_ATTACHMENT = shape(
    {},
    {
        "color": matching(r"good|warning|danger|#?[0-9a-fA-F]{6}"),
        "blocks": _IN_MESSAGE,
        "fallback": string(40_000),
        "text": string(40_000),
        "mrkdwn_in": anything,
        "id": anything,
    },
)


def problems(blocks: Any) -> list[str]:
    """What Slack would say against these blocks of a message; empty when it takes them."""
    return [*_IN_MESSAGE(blocks, "/blocks"), *_whole(blocks, "/blocks")]


def modal_problems(view: Any) -> list[str]:
    """What Slack would say against this modal."""
    found = list(tagged({"modal": _MODAL})(view, "/view"))
    if not isinstance(view, dict):
        return found
    blocks = view.get("blocks")
    if any(kind(block) == "input" for block in every(blocks)) and not view.get("submit"):
        found += wrong("missing required field: submit", "/view")
    return [*found, *_whole(blocks, "/view/blocks")]


def attachment_problems(attachments: Any) -> list[str]:
    """What Slack would say against these attachments, the old way to give a message a coloured edge."""
    found = list(items(_ATTACHMENT, 0, MOST_ATTACHMENTS)(attachments, "/attachments"))
    for index, attachment in enumerate(every(attachments)):
        found += _whole(attachment.get("blocks"), f"/attachments/{index}/blocks")
    return found


def too_long(blocks: Any, attachments: Any = None) -> bool:
    """Whether all blocks together are more than one message holds."""
    held = [blocks, *(attachment.get("blocks") for attachment in every(attachments))]
    return sum(_length(part) for part in held) > LONGEST_MESSAGE


def elements(block: dict[str, Any]) -> list[dict[str, Any]]:
    """The interactive elements of one block."""
    inner = [*every(block.get("elements")), block.get("accessory"), block.get("element")]
    return [one for one in inner if isinstance(one, dict) and "action_id" in one]


def every(value: Any) -> list[dict[str, Any]]:
    """The objects in what should be a list of objects."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def kind(block: dict[str, Any]) -> str:
    return str(block.get("type"))


def _whole(blocks: Any, at: str) -> Iterator[str]:
    """Rules about all blocks together: ids are given once, and markdown has a common limit."""
    ids = Counter(block["block_id"] for block in every(blocks) if "block_id" in block)
    for name, count in ids.items():
        if count > 1:
            yield from wrong(f'block_id "{name}" already exists', at)
    for index, block in enumerate(every(blocks)):
        for name, count in Counter(element["action_id"] for element in elements(block)).items():
            if count > 1:
                yield from wrong(f'action_id "{name}" already exists', f"{at}/{index}/elements")
    written = sum(len(str(block.get("text"))) for block in every(blocks) if kind(block) == "markdown")
    if written > MOST_MARKDOWN:
        yield from wrong(f"must be less than {MOST_MARKDOWN + 1} characters", at)


def _length(value: Any) -> int:
    if isinstance(value, dict):
        own = len(value["text"]) if isinstance(value.get("text"), str) else 0
        return own + sum(_length(inner) for inner in value.values())
    return sum(_length(inner) for inner in value) if isinstance(value, list) else 0


def parsed(value: Any) -> Any:
    """A JSON argument, which forms carry as text. ValueError when it is none."""
    return json.loads(value) if isinstance(value, str) else value
