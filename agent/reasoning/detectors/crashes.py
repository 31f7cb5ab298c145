"""Containers that end again and again: killed for memory, a port that is taken, a volume they may not use, or of themselves."""

import re

from agent.model.finding import Finding, FindingKind
from agent.model.inventory import Estate, Running
from agent.model.question import InventoryQuestion, MessagesQuestion
from agent.reasoning.facts import Facts
from agent.reasoning.lastwords import DENIED, PORT_TAKEN, crashing, excerpt, lines_of, matching
from agent.reasoning.owners import entity_of, events_of
from agent.reasoning.probes.out_of_memory import kills

SANDBOX = re.compile(r"OOM-?killed|memory limit too low", re.IGNORECASE)


def detect(facts: Facts) -> list[Finding]:
    """For every pod of the namespace that does not stay up."""
    estate = facts.estate
    if estate is None:
        return []
    return [f for running in estate.pods for f in (*_memory(facts, running), *_words(facts, running))]


def _memory(facts: Facts, running: Running) -> list[Finding]:
    estate = facts.estate or Estate(namespace="")
    killed = [c for c in running.pod.containers if kills(c)]
    refused = [e for e in events_of(estate, running) if SANDBOX.search(e.message)]
    if not (killed and (crashing(running, facts.anchor) or not running.pod.ready)) and not (
        refused and not running.pod.ready
    ):
        return []
    told = f"{killed[0].name} was OOMKilled, {killed[0].restarts} restarts" if killed else refused[-1].message[-160:]
    return [_finding(facts, running, FindingKind.OOM_KILLED, "resource-exhaustion", told, 1.0)]


def _words(facts: Facts, running: Running) -> list[Finding]:
    if not crashing(running, facts.anchor) or any(kills(c) for c in running.pod.containers):
        return []
    lines = lines_of(facts, running.owner)
    found = []
    for cause, words, trust in (("port-taken", PORT_TAKEN, 0.9), ("volume-denied", DENIED, 0.7)):
        if said := matching(lines, words):
            told = f"ends again and again, saying: {excerpt(said[-1], words)}"
            found.append(_finding(facts, running, FindingKind.CRASH_LOOP, cause, told, trust))
    ends = [end for c in running.pod.containers for end in (c.last_ended, c.ended) if end and end.exit_code]
    if ends:
        told = f"ends again and again with exit code {ends[0].exit_code}"
        found.append(_finding(facts, running, FindingKind.CRASH_LOOP, "", told, 0.0))  # for people: no mechanism yet
    return found


def _finding(facts: Facts, running: Running, kind: FindingKind, cause: str, told: str, trust: float) -> Finding:
    estate = facts.estate or Estate(namespace="")
    return Finding(
        kind=kind,
        entity=entity_of(estate, running.owner or running.pod.name),
        statement=f"{running.pod.name}: {told}",
        normal="containers run without restarts",
        magnitude=sum(c.restarts for c in running.pod.containers),
        evidence=[*facts.evidence_of(InventoryQuestion), *facts.evidence_of(MessagesQuestion)],
        cause=cause,
        trust=trust,
    )
