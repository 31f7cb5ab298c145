"""The fake holds Block Kit's documented limits: what is just within them passes, one more does not."""

import pytest

from tests.slackfake.blocks import attachment_problems, modal_problems, problems


def md(text):
    return {"type": "mrkdwn", "text": text}


def words(text):
    return {"type": "plain_text", "text": text}


def section(**more):
    return {"type": "section", **more}


def button(action_id="a", **more):
    return {"type": "button", "text": words("Go"), "action_id": action_id, **more}


def actions(*elements):
    return {"type": "actions", "elements": list(elements)}


def options(count):
    return [{"text": words("o"), "value": str(index)} for index in range(count)]


def modal(*blocks, **more):
    return {"type": "modal", "title": words("Deny"), "blocks": list(blocks), **more}


REASON = {"type": "input", "label": words("Why"), "element": {"type": "plain_text_input", "action_id": "why"}}
DIVIDER = {"type": "divider"}

EDGES = {
    "blocks of a message": (lambda n: [DIVIDER] * n, 50),
    "characters of a section": (lambda n: [section(text=md("x" * n))], 3000),
    "characters of a field": (lambda n: [section(fields=[md("x" * n)])], 2000),
    "fields": (lambda n: [section(fields=[md("x")] * n)], 10),
    "characters of a header": (lambda n: [{"type": "header", "text": words("x" * n)}], 150),
    "characters on a button": (lambda n: [actions(button(text=words("x" * n)))], 75),
    "characters of a button's value": (lambda n: [actions(button(value="x" * n))], 2000),
    "characters of an action_id": (lambda n: [actions(button("x" * n))], 255),
    "characters of a block_id": (lambda n: [{**DIVIDER, "block_id": "x" * n}], 255),
    "elements of actions": (lambda n: [actions(*(button(str(index)) for index in range(n)))], 25),
    "elements of a context": (lambda n: [{"type": "context", "elements": [md("x")] * n}], 10),
    "options": (lambda n: [actions({"type": "static_select", "action_id": "a", "options": options(n)})], 100),
    "options of an overflow": (lambda n: [actions({"type": "overflow", "action_id": "a", "options": options(n)})], 5),
    "characters of an alt text": (
        lambda n: [{"type": "image", "image_url": "https://a.example/b.png", "alt_text": "x" * n}],
        2000,
    ),
    "characters of all markdown": (
        lambda n: [{"type": "markdown", "text": part} for part in ("x" * (n - 9), "x" * 9)],
        12_000,
    ),
}


@pytest.mark.parametrize("what", EDGES)
def test_the_most_passes_and_one_more_does_not(what):
    make, most = EDGES[what]
    assert problems(make(most)) == []
    assert problems(make(most + 1))


WRONG = {
    "a section of nothing": [section()],
    "an empty text": [section(text=md(""))],
    "mrkdwn in a header": [{"type": "header", "text": md("x")}],
    "mrkdwn on a button": [actions(button(text=md("x")))],
    "no elements": [actions()],
    "an unknown block": [{"type": "carousel"}],
    "an unknown field": [section(text=md("x"), colour="red")],
    "an unknown style": [actions(button(style="green"))],
    "two blocks of one id": [{**DIVIDER, "block_id": "a"}, {**DIVIDER, "block_id": "a"}],
    "two buttons of one id in a row": [actions(button("a"), button("a"))],
    "a button in a context": [{"type": "context", "elements": [button()]}],
    "an input in actions": [actions({"type": "plain_text_input", "action_id": "a"})],
    "a confirmation without words": [actions(button(confirm={"title": words("Sure?")}))],
    "a link to no web page": [actions(button(url="javascript:alert(1)"))],
    "an option without a value": [
        actions({"type": "static_select", "action_id": "a", "options": [{"text": words("o")}]})
    ],
    "a shout that does not exist": [
        {
            "type": "rich_text",
            "elements": [{"type": "rich_text_section", "elements": [{"type": "broadcast", "range": "world"}]}],
        }
    ],
    "no list": {"type": "divider"},
    "no block": ["divider"],
}


@pytest.mark.parametrize("what", WRONG)
def test_slack_does_not_take(what):
    assert problems(WRONG[what])


def test_what_is_wrong_is_said_as_slack_says_it():
    found = problems([DIVIDER, section(text=md("x" * 3001))])
    assert found == ["must be less than 3001 characters [json-pointer:/blocks/1/text/text]"]


def test_the_same_action_id_may_stand_in_several_blocks():
    assert problems([actions(button("a")), actions(button("a"))]) == []


@pytest.mark.parametrize(
    ("what", "view", "fine"),
    [
        ("24 characters of title", modal(DIVIDER, title=words("x" * 24)), True),
        ("25 characters of title", modal(DIVIDER, title=words("x" * 25)), False),
        ("100 blocks", modal(*[DIVIDER] * 100), True),
        ("101 blocks", modal(*[DIVIDER] * 101), False),
        ("an input with a submit button", modal(REASON, submit=words("Deny")), True),
        ("an input without one", modal(REASON), False),
        ("private metadata of 3000", modal(DIVIDER, private_metadata="x" * 3000), True),
        ("private metadata of 3001", modal(DIVIDER, private_metadata="x" * 3001), False),
        ("no title", {"type": "modal", "blocks": [DIVIDER]}, False),
        ("a home tab", {"type": "home", "blocks": [DIVIDER]}, False),
        ("nothing", None, False),
    ],
)
def test_modals(what, view, fine):
    assert (modal_problems(view) == []) is fine, what


def test_blocks_in_a_coloured_attachment_are_held_to_the_same_limits():
    assert attachment_problems([{"color": "#2eb67d", "blocks": [DIVIDER]}]) == []
    assert attachment_problems([{"color": "green", "blocks": [DIVIDER]}])
    assert attachment_problems([{"color": "#2eb67d", "blocks": [section(text=md("x" * 3001))]}])
