"""Do errors logged since the onset name the configuration that changed, or a key of it?"""

import re

from agent.model.change import ChangeKind
from agent.model.question import Logs, LogsQuestion, Pods, PodsQuestion, Question
from agent.reasoning import logs
from agent.reasoning.facts import Facts
from agent.reasoning.probes import Outcomes, Probe, Reading, Subject
from agent.reasoning.templates import is_error

MIN_KEY = 4
"""Shorter keys ("url") occur in any log."""


def _applies(facts: Facts, subject: Subject) -> bool:
    config = subject.change is not None and subject.change.kind is ChangeKind.CONFIG
    return config and facts.profile.workload is not None


def _logs(facts: Facts) -> list[LogsQuestion]:
    workload = facts.profile.workload
    pods = facts.answer(PodsQuestion(entity=workload.entity), Pods) if workload else None
    newest = sorted(pods.items, key=lambda pod: pod.created_at, reverse=True) if pods else []
    return [logs.question(pod) for pod in newest[: logs.SAMPLE]]


def _needs(facts: Facts, _subject: Subject) -> list[Question]:
    return [*_logs(facts)]


def _read(facts: Facts, subject: Subject) -> Reading | None:
    questions, change = _logs(facts), subject.change
    answers = [answer for question in questions if (answer := facts.answer(question, Logs))]
    if not answers or change is None:
        return None
    since = facts.onset.at if facts.onset else facts.incident.started_at
    errors = [
        line.text
        for answer in answers
        for line in answer.excerpt.lines
        if is_error(line.text) and (line.at is None or line.at >= since)
    ]
    names = [name for name in (*change.keys, change.entity.name) if len(name) >= MIN_KEY]
    hit = next(((name, text) for text in errors for name in names if _names(text, name)), None)
    told = (
        f'an error names {hit[0]}: "{hit[1][:120]}"'
        if hit
        else f"none of {len(errors)} error lines names {', '.join(names[:4]) or change.entity.name}"
    )
    return Reading(outcome=Outcomes.YES if hit else Outcomes.NO, statement=told, evidence=facts.cite(*questions))


def _names(text: str, name: str) -> bool:
    """As a word of its own: the key "mode" is not named by "model"."""
    return re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text, re.IGNORECASE) is not None


PROBE = Probe(
    name="configuration named",
    question="do errors name the configuration that changed?",
    otherwise={Outcomes.YES: 0.02, Outcomes.NO: 0.98},
    cost=1.0,
    applies=_applies,
    needs=_needs,
    read=_read,
)
