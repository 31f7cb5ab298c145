"""Answers a person's question about an incident from its record: what was suspected, tested, not seen, and what is next.

No model, no search: the words of the question choose a part of the report, and the report's own
sentences are the answer, with their evidence. Called by the Slack adapter for replies in a thread.
"""

import re

from agent.model.change import Change, ChangeKind
from agent.model.hypothesis import Hypothesis, Verdict
from agent.model.record import Record
from agent.model.report import Report

MOST = 6
"""Sentences of an answer; the report has all."""

_SEEN = re.compile(
    r"(?:\bnot\b|n't\b|\bnever\b).*\b(?:see|seen|visible|look)|\b(missing|blind|invisible|coverage|gaps?)\b"
)
_NEXT = re.compile(r"\bwhat (now|next|should|to do|can i)\b|\bnext steps?\b|\bwhat do (i|we) do\b")
_UNDO = re.compile(r"\bundo\b|\btake (it|that) back\b|\brevert (it|that|this)\b")
_WHY = re.compile(r"\b(why|how come|is it|isn't it|was it|wasn't it|could it be|what about|are you sure)\b")
_NOT = re.compile(r"\bnot\b|n't\b|\bwhat about\b|\bcould it be\b|\b(is|was) it\b")
_WORD = re.compile(r"[a-z0-9][a-z0-9-]+")
_PLAIN = frozenset(
    [
        "a",
        "an",
        "and",
        "are",
        "about",
        "be",
        "but",
        "can",
        "come",
        "could",
        "did",
        "do",
        "does",
        "for",
        "how",
        "in",
        "is",
        "isn",
        "isn't",
        "it",
        "its",
        "not",
        "now",
        "of",
        "on",
        "or",
        "so",
        "sure",
        "that",
        "the",
        "then",
        "there",
        "this",
        "to",
        "was",
        "wasn",
        "wasn't",
        "we",
        "were",
        "what",
        "when",
        "where",
        "which",
        "who",
        "why",
        "with",
        "would",
        "you",
        "your",
    ]
)

_SAME = {
    "deploy": "rollout",
    "deployed": "rollout",
    "deployment": "rollout",
    "release": "rollout",
    "released": "rollout",
    "version": "rollout",
    "build": "rollout",
    "image": "rollout",
    "configuration": "config",
    "configmap": "config",
    "setting": "config",
    "settings": "config",
    "secret": "config",
    "toggle": "flag",
    "feature": "flag",
    "scaling": "scale",
    "autoscaler": "scale",
    "nodes": "node",
    "machine": "node",
    "host": "node",
    "quota": "policy",
    "load": "traffic",
    "requests": "traffic",
    "upstream": "dependency",
    "downstream": "dependency",
    "database": "dependency",
    "restarts": "restart",
    "restarted": "restart",
}
"""What people call things, by the word the record has for it."""

_KINDS = {ChangeKind.DEPLOY: "rollout", ChangeKind.COMMIT: "rollout", ChangeKind.ROLLBACK: "rollback rollout"}


class Answer(Record):
    """A heading and sentences, all from the record."""

    heading: str
    sentences: list[str]


def answer(question: str, report: Report) -> Answer | None:
    """What the record says to it; None where the question is about nothing we know how to look up."""
    text = " ".join(question.lower().replace("\u2019", "'").split())[:500]
    if _UNDO.search(text):
        return Answer(heading="Undo", sentences=_undo(report))
    if _NEXT.search(text):
        return Answer(heading="Next", sentences=report.next_steps[:MOST] or ["there is no further advice"])
    if _SEEN.search(text) and not re.search(r"\bwhy not\b", text):
        return Answer(heading="Not seen", sentences=_unseen(report))
    if _WHY.search(text):
        return _why(text, report)
    return None


def _undo(report: Report) -> list[str]:
    proposal = report.proposal
    if proposal is None:
        return ["nothing was proposed, so there is nothing to take back"]
    if not proposal.way_back:
        return [f"{proposal.what} has no undo"]
    how = "by itself where the burn does not fall" if proposal.undo_on_failure else "by a person"
    return [f"{proposal.what} is taken back by: {proposal.way_back} ({how})"]


def _unseen(report: Report) -> list[str]:
    gaps = [f"{item.source}: {gap}" for item in report.coverage.items for gap in item.gaps]
    never = [f"{item.source}: not asked" for item in report.coverage.items if not item.asked]
    cap = f"confidence is capped at {report.coverage.cap:.0%} by what could be seen"
    return [*(gaps + never)[:MOST], cap] if gaps or never else [f"everything that was asked was answered; {cap}"]


def _why(text: str, report: Report) -> Answer:
    words = _words(text)
    changes = {change.id: change for change in report.changes}
    scored = [(_score(words, _about(h, changes.get(h.change))), h) for h in report.hypotheses]
    best = max((score for score, _ in scored), default=0)
    if best:
        found = [h for score, h in scored if score == best][:2]
        return Answer(heading=found[0].claim, sentences=[line for h in found for line in _told(h)][: 2 * MOST])
    named = [change for change in report.changes if _score(words, _described(change))]
    if named:
        return Answer(
            heading=named[0].title,
            sentences=[
                f"{c.title} at {c.at:%H:%M:%S} UTC is on the timeline; nothing suspected it" for c in named[:MOST]
            ],
        )
    if words and _NOT.search(text):
        known = "; ".join(h.claim for h in report.hypotheses[:MOST]) or "nothing was suspected"
        return Answer(
            heading="Not found",
            sentences=["no suspect and no change on record goes by these words", f"suspected: {known}"],
        )
    stands = [h for h in report.hypotheses if h.verdict is Verdict.CONFIRMED]
    return Answer(
        heading=stands[0].claim if stands else "Nothing is blamed",
        sentences=_told(stands[0]) if stands else [report.summary],
    )


def _told(hypothesis: Hypothesis) -> list[str]:
    """The verdict, why, and every test that moved it with its evidence."""
    why = f": {hypothesis.why}" if hypothesis.why else ""
    tests = [
        f"{test.question} {test.statement} ({test.before:.0%} → {test.after:.0%}) [{', '.join(test.evidence)}]"
        for test in hypothesis.tests
        if test.evidence
    ]
    untested = [] if tests else ["no test could be run on it"]
    return [f"{hypothesis.claim}: {hypothesis.verdict} at {hypothesis.probability:.0%}{why}", *untested, *tests[:MOST]]


def _words(text: str) -> set[str]:
    plain = {word.removesuffix("'s") for word in _WORD.findall(text)} - _PLAIN
    return {_SAME.get(word, word) for word in plain}


def _about(hypothesis: Hypothesis, change: Change | None) -> set[str]:
    told = f"{hypothesis.claim} {hypothesis.cause.replace('_', ' ')} {hypothesis.entity.name}"
    return _words(told.lower()) | (_described(change) if change else set())


def _described(change: Change) -> set[str]:
    kind = _KINDS.get(change.kind, change.kind.value)
    told = f"{kind} {change.title} {change.summary} {change.entity.kind} {change.entity.name} {' '.join(change.keys)}"
    return _words(told.lower())


def _score(asked: set[str], about: set[str]) -> int:
    return len(asked & about)
