"""The fake reads mrkdwn as Slack's client does: what is a link, who is notified, what is only text."""

import pytest

from tests.slackfake.mrkdwn import plain, seen, seen_blocks


@pytest.mark.parametrize(
    ("text", "shown", "alive"),
    [
        ("hello", "hello", []),
        ("<!channel> look", "@channel look", ["channel"]),
        ("<!here|here>", "@here", ["here"]),
        ("<@U123> and <#C123|ops>", "@U123 and ops", ["U123", "C123"]),
        ("<!subteam^S123|@oncall>", "@oncall", ["S123"]),
        ("<https://a.example/x|our bank>", "our bank", ["https://a.example/x"]),
        ("<mailto:a@b.example|mail>", "mail", ["mailto:a@b.example"]),
        ("&lt;!channel&gt; &amp;lt;", "<!channel> &lt;", []),
        ("a < b and c > d", "a < b and c > d", []),
        ("see https://a.example/x now", "see https://a.example/x now", ["https://a.example/x"]),
        ("see evil.com", "see evil.com", ["evil.com"]),
        ("see pay.evil.ru/login", "see pay.evil.ru/login", ["pay.evil.ru/login"]),
        ("see evil.xyz, 1.27.3 and a.b.svc", "see evil.xyz, 1.27.3 and a.b.svc", ["evil.xyz"]),
        ("`<!channel>`", "@channel", ["channel"]),
        ("@channel", "@channel", ["channel"]),
    ],
)
def test_what_a_text_shows_and_does(text, shown, alive):
    found = seen(text)
    assert (found.text, found.alive) == (shown, alive)


def test_a_verbatim_text_makes_no_links_of_its_own_but_keeps_the_written_ones():
    found = seen("evil.com @channel <https://a.example|a>", verbatim=True)
    assert found.alive == ["https://a.example"]


def test_formatting_is_taken_off_and_told():
    found = seen("*bold* _italic_ ~gone~ `a*b*c` snake_case_name :fire:")
    assert found.text == "bold italic gone a*b*c snake_case_name :fire:"
    assert found.styles == {"bold": ["bold"], "italic": ["italic"], "strike": ["gone"], "code": ["a*b*c"]}
    assert found.emoji == [":fire:"]


def test_a_text_can_break_out_of_its_code_block_and_that_is_seen():
    inside = seen("```all *of* it```")
    broken = seen("```all ``` *of* ``` it```")
    assert inside.styles == {"block": ["all *of* it"]}
    assert broken.styles == {"block": ["all ", " it"], "bold": ["of"]}


def test_plain_text_is_not_read_at_all():
    assert plain("*<!channel>* https://a.example").alive == []
    assert plain("*<!channel>*").text == "*<!channel>*"


def test_rich_text_is_shown_as_it_is_except_for_what_says_that_it_is_more():
    parts = [{"type": "text", "text": "<!channel> *x* "}, {"type": "link", "url": "https://a.example", "text": "a"}]
    block = {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": parts}]}
    found = seen_blocks([block])
    assert (found.text, found.alive) == ("<!channel> *x* a", ["https://a.example"])


def test_blocks_are_read_from_top_to_bottom_with_their_buttons():
    words = {"type": "plain_text", "text": "Approve"}
    blocks = [
        {"type": "header", "text": {"type": "plain_text", "text": "Title"}},
        {"type": "section", "text": {"type": "mrkdwn", "text": "*burns*"}},
        {
            "type": "actions",
            "elements": [{"type": "button", "text": words, "action_id": "a", "url": "https://a.example"}],
        },
    ]
    found = seen_blocks(blocks)
    assert (found.text, found.links) == ("Title\nburns\n[Approve]", ["https://a.example"])


def test_marks_that_turn_the_writing_around_are_told():
    assert seen("approve \u202eton od\u202c").turned == ["\u202e", "\u202c"]
    assert seen("approve").turned == []
