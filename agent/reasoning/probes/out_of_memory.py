"""Were containers of the service killed for memory since the errors began?"""

from datetime import timedelta

from agent.model.pod import Container, Termination
from agent.model.question import Pods
from agent.reasoning.facts import Facts
from agent.reasoning.probes import Outcomes, Probe, Reading, Subject, has_pods, needs_pods

EARLY = timedelta(minutes=5)
"""Kills shortly before the onset count: errors follow the first of them."""


def kills(container: Container) -> list[Termination]:
    """Terminations of this container for memory that the cluster still knows of."""
    return [end for end in (container.ended, container.last_ended) if end and end.reason == "OOMKilled"]


def _read(facts: Facts, subject: Subject) -> Reading | None:
    question = facts.pods_question(subject.entity)
    pods = facts.answer(question, Pods) if question else None
    if pods is None:
        return None
    since = (facts.onset.at if facts.onset else facts.incident.started_at) - EARLY
    killed = {
        pod.name: container.restarts
        for pod in pods.items
        for container in pod.containers
        if any(end.at is None or end.at >= since for end in kills(container))
    }
    told = ", ".join(f"{pod} ({restarts} restarts)" for pod, restarts in sorted(killed.items())[:4])
    return Reading(
        outcome=Outcomes.YES if killed else Outcomes.NO,
        statement=f"OOMKilled since {since:%H:%M:%S}: {told}"
        if killed
        else f"none of {len(pods.items)} pods was OOMKilled since {since:%H:%M:%S}",
        evidence=facts.cite(*needs_pods(facts, subject)),
    )


PROBE = Probe(
    name="out of memory",
    question="were its containers killed for memory?",
    otherwise={Outcomes.YES: 0.03, Outcomes.NO: 0.97},
    cost=0.3,
    applies=has_pods,
    needs=needs_pods,
    read=_read,
)
