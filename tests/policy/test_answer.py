"""Questions in a thread: which words find which part of the record, and what is said where nothing fits."""

import pytest

from agent.model.hypothesis import Verdict
from agent.policy.answer import MOST, answer
from tests.cli import samples


@pytest.fixture
def report():
    return samples.report()


def told(question, report):
    found = answer(question, report)
    return f"{found.heading}: {'; '.join(found.sentences)}" if found else None


@pytest.mark.parametrize("question", ["lunch?", "thanks!", "approve", "", "   ", "who is on call?", "ok?"])
def test_what_is_no_question_about_the_record_gets_no_answer(report, question):
    assert answer(question, report) is None


@pytest.mark.parametrize(
    "question", ["what did you not see?", "What didn't you see?", "anything missing?", "which gaps?", "were you blind?"]
)
def test_what_was_not_seen_is_told_with_the_cap(report, question):
    assert "confidence is capped at" in told(question, report)


@pytest.mark.parametrize("question", ["what now?", "What next?", "what should we do? what to do?", "next steps?"])
def test_what_is_next_are_the_next_steps(report, question):
    found = answer(question, report)
    assert found.sentences == (report.next_steps[:MOST] or ["there is no further advice"])


def test_the_undo_is_that_of_the_proposal_or_said_to_be_missing(report):
    if report.proposal is None:
        assert "nothing was proposed" in told("undo?", report)
    else:
        assert str(report.proposal.action) in told("can we undo it?", report)
    assert "nothing was proposed" in told("undo?", report.evolve(proposal=None))


def test_every_suspect_is_found_by_its_own_words_with_verdict_and_evidence(report):
    for hypothesis in report.hypotheses:
        found = told(f"why not {hypothesis.claim}?", report)
        assert hypothesis.claim in found
        assert hypothesis.verdict in found
        for test in hypothesis.tests[:1]:
            assert test.evidence[0] in found


@pytest.mark.parametrize("question", ["why not the volcano?", "is it the moon?", "what about llamas?"])
def test_what_nobody_suspected_is_said_not_to_be_on_record(report, question):
    assert "no suspect and no change on record" in told(question, report)


def test_a_bare_why_is_answered_with_what_stands(report):
    stands = [h for h in report.hypotheses if h.verdict is Verdict.CONFIRMED]
    assert (stands[0].claim if stands else "Nothing is blamed") in told("why?", report)


@pytest.mark.parametrize("text", ["why " * 100_000 + "?", "\u202ewhy not the deploy?", "why not <!channel>?"])
def test_strange_questions_take_no_time_and_break_nothing(report, text):
    answer(text, report)
