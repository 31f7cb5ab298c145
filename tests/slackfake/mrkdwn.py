"""What a person sees of a text in Slack's mrkdwn: which parts became links, mentions, shouts or formatting.

For the tests that hostile text stays text. Where Slack's own client is not documented, the reading here
is the worse one for the sender: control sequences work inside code too, and a bare domain becomes a link.
"""

import re
from dataclasses import dataclass, field
from typing import Any

from tests.slackfake.blocks import every, kind

_CONTROL = re.compile(r"<([^<>\n]*)>")
_ENTITY = re.compile(r"&(amp|lt|gt);")
_ENTITIES = {"amp": "&", "lt": "<", "gt": ">"}
# Every two letters could be a country: more than there are, and the worse reading for the sender.
_ENDINGS = "[a-z]{2}|com|org|net|info|biz|dev|app|xyz|top|online|site|shop|club|cloud|link|live|zip|mov|example"
_BARE = re.compile(
    r"\bhttps?://[^\s<>|]+|\bmailto:[^\s<>|]+|\bwww\.[^\s<>|]+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
    rf"|\b[\w-]+(?:\.[\w-]+)*\.(?:{_ENDINGS})\b(?:/[^\s<>|]*)?",
    re.IGNORECASE,
)
_SHOUT = re.compile(r"(?<![\w&])@(here|channel|everyone)\b")
_BROADCASTS = {"here", "channel", "everyone", "group"}
_CODE = re.compile(r"```(.+?)```|`([^`\n]+)`", re.DOTALL)
_STYLES = {
    "bold": re.compile(r"(?<![\w*])\*(?=\S)([^*\n]*[^*\s])\*(?![\w*])"),
    "italic": re.compile(r"(?<![\w_])_(?=\S)([^_\n]*[^_\s])_(?![\w_])"),
    "strike": re.compile(r"(?<![\w~])~(?=\S)([^~\n]*[^~\s])~(?![\w~])"),
}
_QUOTE = re.compile(r"^(?:>|&gt;) ?", re.MULTILINE)
_TURNING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_PLACE = re.compile("\ue000(\\d+)\ue001")
_EMOJI = re.compile(r":(?:[a-z0-9_+-]*[a-z][a-z0-9_+-]*|[+-]1|100|1234)(?:::skin-tone-[2-6])?:")


@dataclass
class Seen:
    """A text as it is shown."""

    text: str = ""
    links: list[str] = field(default_factory=list)  # where a click would lead
    mentions: list[str] = field(default_factory=list)  # ids of users, groups and channels named
    shouts: list[str] = field(default_factory=list)  # here, channel, everyone: all of them are notified
    styles: dict[str, list[str]] = field(default_factory=dict)  # bold, italic, strike, code, block, quote → what
    emoji: list[str] = field(default_factory=list)

    @property
    def turned(self) -> list[str]:
        """Marks that turn the direction of writing: what is read is not in the order in which it stands."""
        return _TURNING.findall(self.text)

    @property
    def alive(self) -> list[str]:
        """Everything that would do something: be clicked or notify somebody."""
        return [*self.links, *self.mentions, *self.shouts]

    def add(self, other: "Seen", between: str = "\n") -> None:
        """Append what another part shows."""
        self.text = between.join(part for part in (self.text, other.text) if part)
        self.links += other.links
        self.mentions += other.mentions
        self.shouts += other.shouts
        self.emoji += other.emoji
        for name, parts in other.styles.items():
            self.styles.setdefault(name, []).extend(parts)


def seen(text: str, verbatim: bool = False) -> Seen:
    """A mrkdwn text as a person sees it; with `verbatim` Slack makes no links of its own."""
    shown = Seen()
    rest = text.replace("\ue000", "").replace("\ue001", "")
    if not verbatim:
        outside = _CONTROL.sub(" ", text)
        shown.links += _BARE.findall(outside)
        shown.shouts += _SHOUT.findall(outside)
    rest = _CONTROL.sub(lambda match: _control(match[1], shown), rest)
    kept: list[str] = []
    rest = _CODE.sub(lambda match: _code(match, shown, kept), rest)
    if quoted := _QUOTE.findall(rest):
        shown.styles["quote"] = quoted
        rest = _QUOTE.sub("", rest)
    for name, pattern in _STYLES.items():
        if found := pattern.findall(rest):
            shown.styles[name] = found
            rest = pattern.sub(r"\1", rest)
    shown.emoji += _EMOJI.findall(rest)
    shown.text = _unescaped(_PLACE.sub(lambda match: kept[int(match[1])], rest))
    return shown


def plain(text: str, emoji: bool = True) -> Seen:
    """A plain_text object: only emoji names mean something, unless `emoji` is false."""
    return Seen(text=_unescaped(text), emoji=_EMOJI.findall(text) if emoji else [])


def seen_blocks(blocks: Any) -> Seen:
    """All blocks, from top to bottom."""
    shown = Seen()
    for block in every(blocks):
        for part in _parts(block):
            shown.add(part)
    return shown


def _parts(block: dict[str, Any]) -> list[Seen]:
    if kind(block) == "rich_text":
        return [_rich(part) for part in every(block.get("elements"))]
    if kind(block) == "markdown":
        return [seen(str(block.get("text", "")))]
    inner = [block.get(key) for key in ("text", "title", "label", "hint")]
    inner += [*every(block.get("fields")), block.get("accessory"), *every(block.get("elements"))]
    inner.append(block.get("element"))
    shown = [_object(one) for one in inner if isinstance(one, dict)]
    return [*shown, plain(str(block["alt_text"]))] if "alt_text" in block else shown


def _object(one: dict[str, Any]) -> Seen:
    """A text object, or an element with one."""
    if kind(one) == "mrkdwn":
        return seen(str(one.get("text", "")), verbatim=bool(one.get("verbatim")))
    if kind(one) == "plain_text":
        return plain(str(one.get("text", "")), emoji=one.get("emoji") is not False)
    shown = Seen(links=[str(one["url"])] if "url" in one else [])
    for key in ("text", "placeholder"):
        if isinstance(one.get(key), dict):
            label = _object(one[key])
            label.text = f"[{label.text}]"
            shown.add(label)
    if isinstance(confirm := one.get("confirm"), dict):
        for key in ("title", "text", "confirm", "deny"):
            shown.add(_object(confirm.get(key) or {"type": "plain_text"}))
    for option in every(one.get("options")):
        shown.add(_object(option.get("text") or {"type": "plain_text"}))
    return shown


def _rich(part: dict[str, Any]) -> Seen:
    """A part of a rich_text block: its text is never parsed."""
    shown = Seen()
    lines = kind(part) == "rich_text_list"
    for one in every(part.get("elements")):
        if kind(one).startswith("rich_text"):
            shown.add(_rich(one))
            continue
        text = str(one.get("text") or one.get("url") or one.get("fallback") or "")
        fields = ("user_id", "usergroup_id", "channel_id")
        shown.add(
            Seen(
                text=text or "".join(f"@{one[key]}" for key in (*fields, "range") if key in one),
                links=[str(one["url"])] if "url" in one else [],
                mentions=[str(one[key]) for key in fields if key in one],
                shouts=[str(one["range"])] if "range" in one else [],
                styles={name: [text] for name, on in (one.get("style") or {}).items() if on},
                emoji=[f":{one['name']}:"] if kind(one) == "emoji" else [],
            ),
            between="\n" if lines else "",
        )
    if kind(part) == "rich_text_preformatted":
        shown.styles.setdefault("block", []).append(shown.text)
    return shown


def _control(inside: str, shown: Seen) -> str:
    """One <…> sequence."""
    target, _, label = inside.partition("|")
    if target[:1] in {"@", "#"}:
        shown.mentions.append(target[1:])
        return label or target
    if target.startswith("!"):
        return _special(target[1:], label, shown)
    if re.match(r"[a-z][a-z0-9+.-]*:|/|www\.", target, re.IGNORECASE):
        shown.links.append(target)
        return label or target
    return f"<{inside}>"  # Slack shows what it does not know as it is


def _special(command: str, label: str, shown: Seen) -> str:
    name, _, argument = command.partition("^")
    if name in _BROADCASTS:
        shown.shouts.append(name)
        return f"@{name}"
    if name == "subteam":
        shown.mentions.append(argument)
    if name == "date" and "^http" in argument:
        shown.links.append(argument.rpartition("^")[2])
    return label or f"@{argument or name}"


def _code(match: re.Match[str], shown: Seen, kept: list[str]) -> str:
    """Code is put aside, so that nothing in it is read as formatting."""
    name = "block" if match[1] is not None else "code"
    inside = match[1] if match[1] is not None else match[2]
    shown.styles.setdefault(name, []).append(_unescaped(inside))
    kept.append(inside)
    return f"\ue000{len(kept) - 1}\ue001"


def _unescaped(text: str) -> str:
    return _ENTITY.sub(lambda match: _ENTITIES[match[1]], text)
