"""Every message we write is within Slack's limits and shows foreign text as data, whatever that text is."""

import unicodedata
from datetime import timedelta

import pytest

from agent.model.coverage import Coverage, CoverageItem
from agent.model.incident import Phase, Resolution
from agent.model.picture import CLOSE_UP, Curve
from agent.model.proposal import DecisionKind
from agent.model.rules import Budget
from agent.model.safety import CheckOutcome, SafetyCheck
from integrations.slack import card, handover, modal, pressed, progress
from integrations.slack.blocks import Note, bullets, note, paragraph, said
from integrations.slack.mrkdwn import CUT, inert, line, pages, rows
from tests.cli import samples
from tests.slackfake.blocks import attachment_problems, elements, modal_problems, problems, too_long
from tests.slackfake.mrkdwn import seen, seen_blocks
from tests.torture.hostile import HOSTILE

OURS = "\u2060"  # the joiner that `inert` puts in


def fine(message: Note) -> Note:
    """Slack takes it, nothing in it is alive, and no character of it is unseen."""
    sent = message.arguments
    blocks = [*sent["blocks"], *(block for one in sent["attachments"] for block in one["blocks"])]
    assert problems(sent["blocks"]) == []
    assert attachment_problems(sent["attachments"]) == []
    assert not too_long(sent["blocks"], sent["attachments"])
    shown, told = seen_blocks(blocks), seen(sent["text"])
    assert (shown.alive, shown.emoji, told.alive, told.styles, told.emoji) == ([], [], [], {}, [])
    text = shown.text + told.text.replace(OURS, "")
    assert {unicodedata.category(mark) for mark in text if mark != "\n"} & {"Cc", "Cf", "Cs", "Zl", "Zp"} == set()
    assert "hunter2" not in text
    text.encode()
    return message


def proposal(text="", **changes):
    """Foreign text wherever a proposal has some."""
    if text or not changes:
        changes = {
            "diff": text,
            "blast_radius": text,
            "reason": text,
            "warnings": [text] * 3,
            "checks": [SafetyCheck(name=text, outcome=outcome, statement=text) for outcome in CheckOutcome],
            **changes,
        }
    return samples.proposal().evolve(**changes)


def report(text):
    """Foreign text wherever a report has some."""
    whole = samples.report()
    incident = whole.incident.evolve(title=text, service=None)
    hypotheses = [one.evolve(claim=text, why=text) for one in samples.settled()]
    tested = [
        one.evolve(claim=text, tests=[test.evolve(statement=text) for test in one.tests]) for one in samples.tested()
    ]
    return whole.evolve(
        incident=incident,
        summary=text,
        hypotheses=[*hypotheses, *tested] * 3,
        condition=whole.condition.evolve(statement=text),
        coverage=Coverage(items=[CoverageItem(source="logs", asked=4, answered=1, gaps=[text] * 9)]),
        decision=samples.decision().evolve(by=text, reason=text),
        verification=samples.verification().evolve(reason=text),
        next_steps=[text] * 20,
    )


def words(message):
    sent = message.arguments
    return seen_blocks([*sent["blocks"], *(block for one in sent["attachments"] for block in one["blocks"])]).text


NOW = samples.at(10)


@pytest.mark.parametrize("what", HOSTILE)
def test_hostile_text_is_shown_as_data_on_every_message(what):
    text = HOSTILE[what]
    asked = proposal(text)
    decided = samples.decision().evolve(by=text or "x", reason=text)
    for message in (
        card.question(asked, NOW, samples.permission().evolve(reason=text), narrowable=True),
        card.answered(asked, decided),
        card.answered(asked, decided.evolve(kind=DecisionKind.EXPIRED)),
        card.replaced(asked, text),
        progress.message(report(text), Budget()),
        handover.message(text, text, {"Known": [text] * 20, "Tried": []}),
        *card.in_full(asked),
    ):
        fine(message)
    assert modal_problems(modal.denial(asked)) == []
    assert modal_problems(modal.narrowing(asked, [(str(number), text) for number in range(200)])) == []


def test_the_card_says_all_that_would_be_done_and_how_to_answer():
    unknown = SafetyCheck(name="migrations", outcome=CheckOutcome.UNKNOWN, statement="no Job was seen")
    asked = proposal(checks=[unknown])
    message = fine(card.question(asked, NOW, samples.permission()))
    shown = words(message)

    for part in (
        str(asked.action),
        asked.reason,
        asked.blast_radius,
        str(asked.undo),
        "+        image: search:7.1",
        "? could not tell: migrations no Job was seen",
        asked.warnings[0],
        "Expires in 27 min",
        "asked by rule autonomy",
    ):
        assert part in shown
    buttons = {one["action_id"]: one for block in message.blocks for one in elements(block)}
    assert list(buttons) == [pressed.APPROVE, pressed.DENY, pressed.MINE]
    assert {pressed.read(one["value"]) for one in buttons.values()} == {(asked.incident_id, asked.digest)}


def test_only_what_can_be_narrower_has_a_button_for_it():
    message = fine(card.question(samples.proposal(), NOW, narrowable=True))
    assert pressed.NARROW in [one["action_id"] for block in message.blocks for one in elements(block)]


def test_the_time_left_is_never_more_than_there_is():
    asked = samples.proposal()
    almost = asked.expires_at - timedelta(seconds=59.9)
    assert "Expires in 59 s" in words(card.question(asked, almost))
    assert "Expires in 0 s" in words(card.question(asked, asked.expires_at + timedelta(seconds=5)))


@pytest.mark.parametrize(
    ("kind", "said_first", "colour"),
    [
        (DecisionKind.APPROVED, "approved", card.GREEN),
        (DecisionKind.DENIED, "denied", card.RED),
        (DecisionKind.EXPIRED, "expired", card.GREY),
    ],
)
def test_an_answered_card_has_no_buttons_and_says_who(kind, said_first, colour):
    message = fine(card.answered(samples.proposal(), samples.decision().evolve(kind=kind)))
    assert words(message).startswith(said_first)
    assert message.colour == colour
    assert [one for block in message.blocks for one in elements(block)] == []
    assert ("Nobody answered" if kind is DecisionKind.EXPIRED else "by ada (cli)") in words(message)


def test_a_long_diff_is_cut_on_the_card_and_whole_in_the_thread():
    diff = "\n".join(f"+line {number}" for number in range(500))
    asked = proposal(diff=diff)

    assert CUT in words(fine(card.question(asked, NOW)))
    assert card.cuts(asked)
    assert not card.cuts(samples.proposal())
    told = "\n".join(words(fine(part)) for part in card.in_full(asked))
    assert all(f"+line {number}" in told for number in range(500))


def test_a_diff_that_nobody_would_read_is_bounded_in_the_thread_too():
    parts = card.in_full(proposal(diff="+x\n" * 100_000))
    assert len(parts) < 12
    assert any("more parts" in words(part) for part in parts)


def test_progress_shows_the_burn_the_hypotheses_with_what_moved_them_coverage_and_budget():
    curve = Curve(name=CLOSE_UP, unit="ratio", times=[0, 1, 2, 3], values=[0.0, None, 0.15, 0.3])
    running = samples.report().evolve(
        hypotheses=samples.tested(), curves=[curve], decision=None, verification=None, proposal=None
    )
    message = fine(progress.message(running, Budget(questions=60)))
    shown = words(message)

    assert "▁·▅█" in shown
    assert "↑ █████████░ 87 %  the edit of search-config broke search · 30 % → 87 % by: 7.1: 31 %" in shown
    assert "↓ █░░░░░░░░░ 5 %" in shown
    assert shown.index("↑") < shown.index("↓")
    assert "metrics 12/12" in shown
    assert "refused: pods/log is forbidden" in shown
    assert "Questions: 23 of 60" in shown
    assert message.colour == ""


@pytest.mark.parametrize(
    ("resolution", "colour"), [(Resolution.RECOVERED, card.GREEN), (Resolution.HANDED_OVER, card.AMBER)]
)
def test_the_last_edit_has_the_colour_of_the_end(resolution, colour):
    whole = samples.report()
    closed = whole.incident.evolve(phase=Phase.CLOSED, resolution=resolution, closed_at=NOW)
    message = fine(progress.message(whole.evolve(incident=closed)))
    assert message.colour == colour
    assert message.arguments["blocks"] == []
    assert resolution.value.replace("_", " ") in words(message)


def test_the_hand_over_says_where_there_is_nothing():
    message = fine(handover.message("search", "It burns.", {"Known": ["burn is 22×"], "Ruled out": []}))
    assert "Known\nburn is 22×\nRuled out nothing" in words(message)


def test_a_value_that_is_not_ours_is_not_read():
    assert pressed.read(pressed.value("inc-1", "0123456789abcdef")) == ("inc-1", "0123456789abcdef")
    for text in ("", "inc-1", "inc-1 0123", "inc 1 0123456789abcdef", "inc-1 0123456789abcdef\n", None, 7):
        assert pressed.read(text) is None


def test_a_message_of_too_many_parts_keeps_its_buttons_and_says_what_it_left_out():
    long = [paragraph(said("x" * 900, 900)) for _ in range(60)]
    asked = card.question(samples.proposal(), NOW).blocks[-1]
    kept = fine(note("x", [*long, asked])).blocks
    assert kept[-1] == asked
    assert "shown in thread" in seen_blocks(kept).text
    assert len(fine(note("x", [bullets([[said("y")]])] * 60)).blocks) <= 50


def test_texts_are_cut_to_their_limit_and_say_so():
    assert line("a  b\n c") == "a b c"
    assert len(line("x" * 1_000, 50)) == 50
    assert rows("a\n  b", 5, 100) == "a\n  b"
    assert rows("a\nb\nc", 2, 100) == f"a\nb\n{CUT}"
    assert len(rows("x" * 5_000, 5, 100)) <= 100
    assert pages("aa\nbb\ncc", 5) == ["aa\nbb", "cc"]
    assert pages("x" * 12, 5) == ["xxxxx", "xxxxx", "xx"]


def test_an_inert_text_reads_as_it_was():
    shown = seen(inert("a <b> & c.d @here snake_case")).text.replace(OURS, "")
    assert shown == "a <b> & c.d @here snake_case"
