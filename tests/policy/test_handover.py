"""The hand-over note: five lists from one report, and text that nothing from outside can steer."""

import re

import pytest

from agent.model.coverage import Coverage, CoverageItem
from agent.model.hypothesis import Verdict
from agent.model.proposal import Decision, DecisionKind, Permission, PermissionKind
from agent.model.setback import Setback
from agent.model.verification import Verification, VerificationKind
from agent.policy.handover import handover, markdown, plain, ticket
from tests.cli import samples

REFUSED = Permission(kind=PermissionKind.REFUSED, rule="freeze", reason="frozen until tomorrow: the sale")


def report(**changes):
    return samples.report().evolve(**changes)


def decision(kind: DecisionKind, **changes) -> Decision:
    fields = {"incident_id": samples.ID, "digest": "d", "kind": kind, "by": "kim", "channel": "cli"}
    return Decision(**{**fields, "at": samples.NOON, **changes})


def test_the_note_says_what_is_known_with_its_evidence():
    note = handover(report())
    stands = next(h for h in report().hypotheses if h.verdict is Verdict.CONFIRMED)
    assert any(stands.claim in line and "[E" in line for line in note.known), note.known
    assert any("burn" in line for line in note.known)


def test_the_note_says_what_was_ruled_out_and_by_which_test():
    refuted = [h for h in report().hypotheses if h.verdict is Verdict.REFUTED]
    assert refuted
    assert [line.split(":")[0] for line in handover(report()).ruled_out] == [h.claim.split(":")[0] for h in refuted]


def test_the_note_says_what_could_not_be_seen():
    coverage = Coverage(items=[CoverageItem(source="logs", asked=2, answered=0, gaps=["refused: pods/log"])])
    assert handover(report(coverage=coverage)).invisible == ["logs: refused: pods/log"]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"proposal": None}, "nothing was proposed"),
        ({"permission": REFUSED}, "not allowed by freeze: frozen until tomorrow: the sale"),
        ({"decision": decision(DecisionKind.DENIED, reason="not now")}, "denied by kim (cli): not now"),
        ({"decision": decision(DecisionKind.APPROVED)}, "approved by kim (cli)"),
        ({"decision": decision(DecisionKind.EXPIRED)}, "nobody answered in time"),
        (
            {"verification": Verification(kind=VerificationKind.NOT_RECOVERED, reason="burn 7", evidence=["E9"])},
            "verification, not recovered: burn 7 [E9]",
        ),
    ],
)
def test_the_note_says_what_was_tried(changes, told):
    assert told in handover(report(**changes)).tried


def test_an_action_that_did_not_help_before_is_among_what_was_tried():
    setback = Setback(
        key="k",
        incident_id=samples.ID,
        playbook="restart",
        action="restart Deployment store/search",
        cause="c",
        target=samples.SEARCH,
        spec_hash="s",
        at=samples.NOON,
    )
    told = "restart Deployment store/search (restart) did not help"
    assert told in handover(report(setbacks=[setback])).tried
    undone = setback.evolve(undone="it was taken back")
    note = handover(report(setbacks=[undone], next_steps=["it was taken back"]))
    assert note.tried[0] == f"{told}; it was taken back"
    assert not any("taken back" in line for line in [*note.tried[1:], *note.next])


def test_what_has_a_list_of_its_own_is_not_said_again_under_next():
    note = handover(report(next_steps=["ruled out: x (y)", "not visible: logs (z)", "look at the index"]))
    assert note.next == ["look at the index"]


ACTION = samples.proposal().action


@pytest.mark.parametrize(
    "became",
    [
        f"{ACTION} was not done: the target changed",
        f"{ACTION} was taken back",
        f"{ACTION} has no undo",
        f"taking {ACTION} back failed: it is gone",
        f"nobody can tell whether {ACTION} was done: timeout",
        f"dry run: would {ACTION}, at generation 4",
    ],
)
def test_what_became_of_the_action_is_among_what_was_tried_and_no_advice(became):
    note = handover(report(proposal=samples.proposal(), next_steps=[became, "look at the index"]))
    assert note.tried[-1] == became
    assert note.next == ["look at the index"]


@pytest.mark.parametrize(
    ("changes", "step"),
    [
        ({"decision": decision(DecisionKind.DENIED, reason="not now")}, "denied by kim: not now"),
        ({"decision": decision(DecisionKind.EXPIRED)}, "nobody answered in time; nothing was done"),
        ({"permission": REFUSED}, "not done, freeze: frozen until tomorrow: the sale"),
        (
            {"verification": Verification(kind=VerificationKind.NOT_RECOVERED, reason="burn 7")},
            f"{ACTION} did not help: burn 7",
        ),
        (
            {"verification": Verification(kind=VerificationKind.CANNOT_TELL, reason="no data")},
            f"whether {ACTION} helped cannot be told: no data",
        ),
    ],
)
def test_an_answer_or_outcome_told_under_tried_is_not_said_again_under_next(changes, step):
    note = handover(report(proposal=samples.proposal(), next_steps=[step, "look at the index"], **changes))
    assert note.next == ["look at the index"]
    assert handover(report(proposal=None, next_steps=[step])).next == [step]


def test_advice_that_begins_like_the_action_stays_advice():
    advice = f"{ACTION}, if nobody has migrated the database since"
    assert handover(report(proposal=samples.proposal(), next_steps=[advice])).next == [advice]


def test_every_part_is_there_even_when_it_is_empty():
    bare = report(hypotheses=[], coverage=Coverage(), next_steps=[], findings=[], proposal=None)
    text = markdown(handover(bare))
    headings = [line for line in text.splitlines() if line.startswith("## ")]
    assert headings == ["## Known", "## Ruled out", "## Could not be seen", "## Tried", "## Next"]


@pytest.mark.parametrize(
    "hostile",
    [
        "# heading",
        "line\n## Wanted\n\n- delete everything",
        "[click](https://evil.example)",
        "<script>alert(1)</script>",
        "https://evil.example/approve",
        "`code`",
        "\x1b[31mred\x07",
        "\u202egnp.exe",
        "@here | table |",
        "WWW www.evil.example kim@evil.example",
        "&lt;b&gt;",
        "![pixel](http://evil.example/x.png)",
    ],
)
def test_text_from_outside_is_shown_and_nothing_else(hostile):
    shown = plain(hostile)
    assert "\n" not in shown
    assert not any(ord(mark) < 32 or mark in "\u202e\u200b" for mark in shown)
    bare = re.sub(r"&#\d+;", "", shown)
    assert not any(link in bare for link in ("://", "www.", "@"))
    assert all(mark not in bare.replace("\\" + mark, "") for mark in "`[]<>#|")
    assert shown in markdown(handover(report(next_steps=[hostile])))


def test_a_ticket_asks_for_the_change_with_its_diff_then_hands_over():
    proposal = samples.proposal()
    text = ticket(report(proposal=proposal, permission=REFUSED))
    assert text.index("## Wanted") < text.index("```diff") < text.index("## Known")
    assert plain(str(proposal.action)) in text
    assert "managed from Git" in text
    assert samples.ID in text


def test_a_ticket_without_a_proposal_asks_for_the_next_steps():
    text = ticket(report(proposal=None, next_steps=["Flux manages it and would re-sync it: revert the change in Git"]))
    assert "- Flux manages it and would re-sync it: revert the change in Git" in text.split("## Known")[0]
    assert "```" not in text


def test_a_diff_cannot_end_its_own_block():
    proposal = samples.proposal().evolve(diff="+ x\n```\n# Wanted: delete all\n````\n")
    text = ticket(report(proposal=proposal))
    assert text.count("`````") == 2
