"""What did the registry answer when the kubelet asked for the image?"""

import re

from agent.model.cluster import KubeEvent
from agent.model.question import InventoryQuestion
from agent.reasoning.detectors.images import REASONS
from agent.reasoning.facts import Facts
from agent.reasoning.owners import events_of, pods_of
from agent.reasoning.probes import Probe, Reading, Subject, evenly, needs_nothing, workload

ANSWERS: list[tuple[str, str]] = [
    ("unresolved", r"no such host|server misbehaving|Temporary failure in name resolution|lookup \S+ .*(timeout|refused)"),
    ("unauthorized", r"failed to authorize|failed to fetch (anonymous|oauth) token|401 Unauthorized|unauthorized|authentication required|no basic auth credentials|denied: |pull access denied|insufficient_scope"),
    ("not found", r"not found|manifest unknown|NotFound|InvalidImageName|couldn't parse image|invalid reference format"),
    ("refused", r"403 Forbidden|429 Too Many|toomanyrequests"),
    ("unreachable", r"i/o timeout|connection refused|connection reset|TLS handshake|x509|no route to host|EOF"),
]  # fmt: skip
"""The words of containerd, CRI-O and Docker; the first that fits counts."""


def _failures(facts: Facts, subject: Subject) -> list[KubeEvent]:
    found = workload(facts, subject)
    if found is None:
        return []
    estate, declared = found
    stuck = [
        running
        for running in pods_of(estate, declared.entity.name)
        if any(container.reason in REASONS for container in running.pod.containers)
    ]
    return [
        e
        for running in stuck
        for e in events_of(estate, running)
        if "pull" in e.message.lower() and e.type == "Warning"
    ]


def _read(facts: Facts, subject: Subject) -> Reading | None:
    failures = [event.message for event in _failures(facts, subject)]
    if not failures:
        return None
    text = max(failures, key=len)
    outcome = next((name for name, words in ANSWERS if re.search(words, text)), "nothing known")
    return Reading(
        outcome=outcome, statement=f"the pull failed: …{text[-200:]}", evidence=facts.evidence_of(InventoryQuestion)
    )


PROBE = Probe(
    name="registry answer",
    question="what did the registry answer?",
    otherwise=evenly("nothing known", "unresolved", "unauthorized", "not found", "refused", "unreachable"),
    cost=0.3,
    applies=lambda facts, subject: bool(_failures(facts, subject)),
    needs=needs_nothing,
    read=_read,
)
