"""Do the containers that a release brought end by themselves, which no others of the workload do?

Only where nothing else explains an end: one by the kernel for memory, by the kubelet's signals, or with words of
a port, a volume, a name or a connection is another mechanism's, and says nothing of the release's own code.
"""

import re

from agent.model.pod import Pod
from agent.model.question import Pods, Question
from agent.reasoning import revisions
from agent.reasoning.facts import Facts
from agent.reasoning.lastwords import DENIED, NO_MEMORY, PORT_TAKEN, UNRESOLVED, lines_of, matching
from agent.reasoning.probes import Probe, Reading, Subject
from agent.reasoning.probes.log_novelty import PROBE as LOG_NOVELTY
from agent.reasoning.probes.out_of_memory import kills

SIGNALLED = (137, 143)
"""SIGKILL and SIGTERM: somebody else ended it, as the kubelet does after a failed liveness check."""

UNREACHED = re.compile(
    r"connection (?:refused|reset|timed out)|ECONNREFUSED|ECONNRESET|ETIMEDOUT|timed? ?out|unreachable|no route to host"
    r"|deadline exceeded|access denied|authentication failed|unauthorized|forbidden",
    re.IGNORECASE,
)
ELSEWHERE = (PORT_TAKEN, DENIED, UNRESOLVED, NO_MEMORY, UNREACHED)


def _needs(facts: Facts, subject: Subject) -> list[Question]:
    profile = facts.profile_of(subject.entity)
    return revisions.questions(profile) if profile else []


def _read(facts: Facts, subject: Subject) -> Reading | None:
    profile = facts.profile_of(subject.entity)
    if profile is None or profile.workload is None or subject.change is None:
        return None
    pods = facts.answer(_needs(facts, subject)[1], Pods)
    by_name = {pod.name: pod for pod in pods.items} if pods else {}
    new, old = revisions.pods_of_change(facts, profile, subject.change, list(by_name))
    ended = {name: code for name, pod in by_name.items() if (code := _code(pod))}
    lines = lines_of(facts, profile.workload.entity.name)
    if not new or (ended and any(matching(lines, words) for words in ELSEWHERE)):
        return None
    ours, theirs = sorted(new & set(ended)), sorted(old & set(ended))
    outcome = "old too" if theirs else "only new" if ours else "none"
    told = {
        "only new": f"{_counted(ours, new)} of the new revision ended by themselves with exit code {ended[ours[0]] if ours else 0}, {_counted(theirs, old)} of others",
        "old too": f"{_counted(ours, new)} of the new revision ended by themselves, and {_counted(theirs, old)} of others",
        "none": f"no container in {len(new)} pods of the new revision ended by itself",
    }[outcome]
    return Reading(outcome=outcome, statement=told, evidence=facts.cite(*_needs(facts, subject)))


def _code(pod: Pod) -> int:
    """The exit code of a container that failed by itself; 0 where none did."""
    ends = [
        end
        for container in pod.containers
        if not kills(container)
        for end in (container.ended, container.last_ended)
        if end and end.exit_code not in (0, *SIGNALLED)
    ]
    return ends[0].exit_code if ends else 0


def _counted(some: list[str], group: set[str]) -> str:
    return f"{len(some)} of {len(group)} pods"


PROBE = Probe(
    name="ended by itself",
    question="do the containers that it brought end by themselves, and no others?",
    # what ends of itself has usually been given something new to run
    otherwise={"only new": 0.02, "old too": 0.05, "none": 0.93},
    cost=0.4,
    applies=LOG_NOVELTY.applies,
    needs=_needs,
    read=_read,
)
