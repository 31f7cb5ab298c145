"""The limits of Block Kit's text objects and elements (buttons, menus, inputs), as Slack documents them.

`blocks.py` puts them into blocks.
"""

from tests.slackfake.shapes import (
    Check,
    anything,
    at_least_one,
    boolean,
    exactly_one,
    items,
    matching,
    number,
    one_of,
    shape,
    string,
    tagged,
)

ID = string(255)
URL = matching(r"https?://\S{1,2990}")


def plain(most: int) -> Check:
    """A plain_text object."""
    return tagged({"plain_text": shape({"type": anything, "text": string(most)}, {"emoji": boolean})})


def text(most: int) -> Check:
    """A plain_text or mrkdwn object."""
    return tagged(
        {
            "plain_text": shape({"type": anything, "text": string(most)}, {"emoji": boolean}),
            "mrkdwn": shape({"type": anything, "text": string(most)}, {"verbatim": boolean}),
        }
    )


CONFIRM = shape(
    {"title": plain(100), "text": text(300), "confirm": plain(30), "deny": plain(30)},
    {"style": one_of("primary", "danger")},
)
OPTION = shape({"text": text(75), "value": string(150)}, {"description": text(75), "url": URL})
OPTIONS = items(OPTION, 1, 100)
FEW_OPTIONS = items(OPTION, 1, 10)
GROUPS = items(shape({"label": plain(75), "options": OPTIONS}), 1, 100)
DISPATCH = shape({"trigger_actions_on": items(one_of("on_enter_pressed", "on_character_entered"), 1, 2)})
SLACK_FILE = shape({}, {"id": string(255), "url": string(3000)}, exactly_one("id", "url"))

_ANY = {"type": anything, "action_id": ID}
_CONFIRMED = {"action_id": ID, "confirm": CONFIRM}
_MENU = {**_CONFIRMED, "placeholder": plain(150), "focus_on_load": boolean}


def _element(required: dict[str, Check] | None = None, optional: dict[str, Check] | None = None) -> Check:
    return shape({"type": anything, **(required or {})}, optional)


def _static(initial: dict[str, Check]) -> Check:
    optional = {**_MENU, "options": OPTIONS, "option_groups": GROUPS, **initial}
    return shape({"type": anything}, optional, exactly_one("options", "option_groups"))


def _several(initial: str) -> Check:
    return _element(None, {**_MENU, initial: items(ID, 1, 100), "max_selected_items": number(1, 1000)})


IMAGE = shape(
    {"type": anything, "alt_text": string(2000)},
    {"image_url": URL, "slack_file": SLACK_FILE},
    exactly_one("image_url", "slack_file"),
)
BUTTON = _element(
    {"text": plain(75)},
    {
        **_CONFIRMED,
        "url": URL,
        "value": string(2000),
        "style": one_of("primary", "danger"),
        "accessibility_label": string(75),
    },
)
MENUS: dict[str, Check] = {
    "static_select": _static({"initial_option": OPTION}),
    "multi_static_select": _static({"initial_options": OPTIONS, "max_selected_items": number(1, 1000)}),
    "external_select": _element(None, {**_MENU, "min_query_length": number(0, 100), "initial_option": OPTION}),
    "users_select": _element(None, {**_MENU, "initial_user": ID}),
    "channels_select": _element(None, {**_MENU, "initial_channel": ID, "response_url_enabled": boolean}),
    "conversations_select": _element(
        None,
        {
            **_MENU,
            "initial_conversation": ID,
            "default_to_current_conversation": boolean,
            "response_url_enabled": boolean,
            "filter": anything,
        },
    ),
    "multi_users_select": _several("initial_users"),
    "multi_channels_select": _several("initial_channels"),
    "multi_conversations_select": _several("initial_conversations"),
    "radio_buttons": _element({"options": FEW_OPTIONS}, {**_MENU, "initial_option": OPTION}),
    "checkboxes": _element({"options": FEW_OPTIONS}, {**_MENU, "initial_options": FEW_OPTIONS}),
    "datepicker": _element(None, {**_MENU, "initial_date": matching(r"\d{4}-\d\d-\d\d")}),
    "timepicker": _element(None, {**_MENU, "initial_time": matching(r"\d\d:\d\d"), "timezone": string(100)}),
    "datetimepicker": _element(None, {**_CONFIRMED, "initial_date_time": number(10**9, 10**10 - 1)}),
}
OVERFLOW = _element({"options": items(OPTION, 1, 5)}, _CONFIRMED)
_TYPED = {
    "action_id": ID,
    "placeholder": plain(150),
    "focus_on_load": boolean,
    "dispatch_action_config": DISPATCH,
}
INPUTS: dict[str, Check] = {
    "plain_text_input": _element(
        None,
        {
            **_TYPED,
            "initial_value": string(3000, least=0),
            "multiline": boolean,
            "min_length": number(0, 3000),
            "max_length": number(1, 3000),
        },
    ),
    "email_text_input": _element(None, {**_TYPED, "initial_value": string(3000)}),
    "url_text_input": _element(None, {**_TYPED, "initial_value": string(3000)}),
    "number_input": _element(
        {"is_decimal_allowed": boolean},
        {**_TYPED, "initial_value": string(100), "min_value": string(100), "max_value": string(100)},
    ),
    "file_input": _element(None, {"action_id": ID, "filetypes": items(string(20), 1, 20), "max_files": number(1, 10)}),
}

IN_SECTION = tagged({"button": BUTTON, "image": IMAGE, "overflow": OVERFLOW, **MENUS})
IN_ACTIONS = tagged({"button": BUTTON, "overflow": OVERFLOW, **MENUS})
IN_CONTEXT = tagged(
    {
        "image": IMAGE,
        "plain_text": shape({"type": anything, "text": string(2000)}, {"emoji": boolean}),
        "mrkdwn": shape({"type": anything, "text": string(2000)}, {"verbatim": boolean}),
    }
)
IN_INPUT = tagged({**MENUS, **INPUTS})

_STYLE = shape({}, dict.fromkeys(("bold", "italic", "strike", "code", "underline", "highlight"), boolean))
RICH = tagged(
    {
        "text": _element({"text": string(40_000)}, {"style": _STYLE}),
        "link": _element({"url": string(3000)}, {"text": string(40_000), "style": _STYLE, "unsafe": boolean}),
        "user": _element({"user_id": ID}, {"style": _STYLE}),
        "usergroup": _element({"usergroup_id": ID}, {"style": _STYLE}),
        "channel": _element({"channel_id": ID}, {"style": _STYLE}),
        "broadcast": _element({"range": one_of("here", "channel", "everyone")}, {"style": _STYLE}),
        "emoji": _element({"name": string(100)}, {"unicode": string(100), "skin_tone": number(1, 6), "style": _STYLE}),
        "date": _element(
            {"timestamp": number(0, 10**11), "format": string(200)},
            {"url": string(3000), "fallback": string(200), "style": _STYLE},
        ),
    }
)
_RICH_TEXT = _element({"elements": items(RICH, 0, 1000)}, {"border": number(0, 1), "indent": number(0, 8)})
RICH_PARTS = tagged(
    {
        "rich_text_section": _RICH_TEXT,
        "rich_text_quote": _RICH_TEXT,
        "rich_text_preformatted": _element(
            {"elements": items(RICH, 0, 1000)}, {"border": number(0, 1), "language": string(50)}
        ),
        "rich_text_list": _element(
            {"elements": items(_RICH_TEXT, 1, 1000), "style": one_of("bullet", "ordered")},
            {"indent": number(0, 8), "offset": number(0, 10**6), "border": number(0, 1)},
        ),
    }
)
WITH_TEXT = at_least_one("text", "fields")
