"""Containers that do not start or do not stay: killed for memory, crash loops, images that cannot be pulled."""

from agent.model.finding import Finding, FindingKind
from agent.model.pod import Container, Pod
from agent.model.profile import Profile
from agent.model.question import Pods, PodsQuestion
from agent.reasoning.facts import Facts
from agent.reasoning.probes.out_of_memory import kills

IMAGE_REASONS = {"ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull"}


def detect(facts: Facts) -> list[Finding]:
    """One finding a kind and workload, for the alerting service and whom it calls."""
    return [finding for profile in facts.profiles for finding in _of(facts, profile)]


def _of(facts: Facts, profile: Profile) -> list[Finding]:
    if profile.workload is None:
        return []
    question = PodsQuestion(entity=profile.workload.entity)
    pods = facts.answer(question, Pods)
    rows: list[tuple[FindingKind, Pod, Container]] = [
        (kind, pod, container)
        for pod in (pods.items if pods else [])
        for container in pod.containers
        for kind in _kinds(container)
    ]
    return [
        Finding(
            kind=kind,
            entity=profile.workload.entity,
            statement=f"{kind} in {len({pod.name for k, pod, _ in rows if k is kind})} pods, for example {_told(rows, kind)}",
            normal="containers run without restarts",
            onset=min((end.at for k, _, c in rows if k is kind for end in kills(c) if end.at), default=None),
            magnitude=sum(container.restarts for k, _, container in rows if k is kind),
            evidence=facts.cite(question),
        )
        for kind in dict.fromkeys(row[0] for row in rows)
    ]


def _kinds(container: Container) -> list[FindingKind]:
    found = []
    if kills(container):
        found.append(FindingKind.OOM_KILLED)
    if container.reason == "CrashLoopBackOff":
        found.append(FindingKind.CRASH_LOOP)
    if container.reason in IMAGE_REASONS:
        found.append(FindingKind.IMAGE_PULL)
    return found


def _told(rows: list[tuple[FindingKind, Pod, Container]], kind: FindingKind) -> str:
    pod, container = next((pod, container) for k, pod, container in rows if k is kind)
    exited = container.ended or container.last_ended
    code = f", exit code {exited.exit_code}" if exited else ""
    return f"{pod.name}/{container.name} ({container.restarts} restarts{code})"
