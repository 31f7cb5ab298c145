"""Which pods' logs to read, and what their lines say."""

from collections import Counter

from agent.model.change import Change
from agent.model.cluster import LogLine
from agent.model.pod import Pod
from agent.model.profile import Profile
from agent.model.question import Logs, LogsQuestion, Pods, PodsQuestion
from agent.reasoning.facts import Facts
from agent.reasoning.revisions import pods_of_change
from agent.reasoning.templates import error_templates

SAMPLE = 2
"""Pods read on each side: logs are the dearest source."""


def question(pod: Pod) -> LogsQuestion:
    """The end of a pod's log."""
    return LogsQuestion(namespace=pod.namespace, pod=pod.name)


def sample(facts: Facts, profile: Profile, change: Change) -> tuple[list[LogsQuestion], list[LogsQuestion]]:
    """(logs of pods the change brought, logs of other pods that still exist)."""
    pods = facts.answer(PodsQuestion(entity=profile.workload.entity), Pods) if profile.workload else None
    if pods is None:
        return [], []
    by_name = {pod.name: pod for pod in pods.items}
    new, old = pods_of_change(facts, profile, change, list(by_name))
    ours, theirs = ([question(by_name[name]) for name in sorted(group)[:SAMPLE]] for group in (new, old))
    return ours, theirs


def errors_in(facts: Facts, questions: list[LogsQuestion]) -> Counter[str] | None:
    """Error templates of those that answered; None when none did."""
    answers = [answer for q in questions if (answer := facts.answer(q, Logs))]
    if not answers:
        return None
    lines: list[LogLine] = [line for answer in answers for line in answer.excerpt.lines]
    onset = facts.onset
    recent = [line for line in lines if onset is None or line.at is None or line.at >= onset.at]
    return error_templates(recent)
