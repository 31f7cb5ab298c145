"""What the channel should show: pure, from what is known. No Slack here."""

from datetime import timedelta

import pytest

from agent.model.incident import Phase, Resolution
from agent.model.journal import JournalEntry, Topic
from agent.model.proposal import Decision, DecisionKind, Permission, PermissionKind
from integrations.slack.wanted import OURS, ROOT, View, wanted
from tests.cli import samples
from tests.slackfake.blocks import problems
from tests.slackfake.mrkdwn import seen_blocks

PROPOSAL = samples.proposal()


def entry(seq: int, topic: Topic, text: str = "", data=None, key: str = "") -> JournalEntry:
    fields = {"incident_id": PROPOSAL.incident_id, "key": key or f"{topic}:{seq}", "topic": topic, "text": text}
    return JournalEntry(**fields, data=data, at=PROPOSAL.asked_at, seq=seq)


def asked(kind: PermissionKind = PermissionKind.ASK, proposal=PROPOSAL) -> list[JournalEntry]:
    permission = Permission(kind=kind, rule="r", reason="because")
    digest = proposal.digest
    return [
        entry(1, Topic.PROPOSAL, "p", proposal.model_dump(mode="json"), f"proposal:0:{digest}"),
        entry(2, Topic.PERMISSION, "p", permission.model_dump(mode="json"), f"permission:0:{digest}"),
    ]


def view(entries, *, open_=(), **more) -> View:
    report = samples.report().evolve(at=more.pop("at", PROPOSAL.asked_at), decision=None)
    if more.pop("closed", False):
        over = {"phase": Phase.CLOSED, "resolution": Resolution.RECOVERED, "closed_at": report.at}
        report = report.evolve(incident=report.incident.evolve(**over))
    return View(report, list(entries), list(open_), **more)


def named(shown: View) -> dict:
    return {one.name: one for one in wanted(shown)}


CARD = f"question {PROPOSAL.digest}"


def test_the_incident_is_always_first_and_not_final_while_it_is_open():
    first = wanted(view([]))[0]
    assert (first.name, first.final, first.loud) == (ROOT, False, False)
    assert wanted(view([], closed=True))[0].final


def test_time_alone_is_no_reason_to_edit():
    early, late = view([]), view([], at=PROPOSAL.asked_at + timedelta(seconds=50))
    assert wanted(early)[0].digest == wanted(late)[0].digest


@pytest.mark.parametrize(("kind", "there"), [("ask", True), ("allowed", False), ("refused", False)])
def test_only_a_question_to_people_becomes_a_card(kind, there):
    assert (CARD in named(view(asked(PermissionKind(kind)), open_=[PROPOSAL]))) is there


def test_a_countdown_is_edited_by_the_minute_and_then_by_the_quarter():
    def digest(left: float) -> str:
        at = PROPOSAL.expires_at - timedelta(seconds=left)
        return named(view(asked(), open_=[PROPOSAL], at=at))[CARD].digest

    assert digest(655) == digest(605)
    assert digest(655) != digest(595)
    assert digest(59) != digest(44)
    assert digest(59) == digest(46)
    assert digest(0) == digest(-50)


def test_a_decision_closes_the_card_for_ever():
    made = Decision(
        incident_id=PROPOSAL.incident_id,
        digest=PROPOSAL.digest,
        kind=DecisionKind.DENIED,
        by="ann",
        channel="slack",
        at=PROPOSAL.asked_at,
    )
    one = named(view([*asked(), entry(3, Topic.DECISION, "denied", made.model_dump(mode="json"))]))[CARD]
    assert (one.final, one.only_edit) == (True, True)


def test_a_question_that_is_neither_open_nor_answered_yet_is_left_as_it_is():
    assert CARD not in named(view(asked()))


def test_a_newer_question_or_the_end_closes_an_unanswered_card():
    newer = PROPOSAL.evolve(undo_on_failure=not PROPOSAL.undo_on_failure)
    for shown in (view(asked(), open_=[newer]), view(asked(), closed=True)):
        one = named(shown)[CARD]
        assert (one.final, one.only_edit) == (True, True)


def test_a_question_calls_whom_the_configuration_names_in_a_block():
    shown = named(view(asked(), open_=[PROPOSAL], mention="<!here>"))[CARD].note
    assert problems(shown.blocks) == []
    assert seen_blocks(shown.blocks[:1]).alive
    assert not seen_blocks(shown.blocks[1:]).alive


def test_what_we_noted_ourselves_is_no_news():
    noted = entry(3, Topic.TROUBLE, "Slack could not be told", key=f"{OURS}is_archived")
    assert list(named(view([noted]))) == [ROOT]


def test_data_that_cannot_be_read_is_left_out():
    assert list(named(view([entry(1, Topic.PROPOSAL, "p", {"nonsense": 1})]))) == [ROOT]
