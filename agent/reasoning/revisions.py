"""Which pods ran which revision, also pods that are gone: Kubernetes names a Deployment's pods after their ReplicaSet."""

from agent.model.change import Change
from agent.model.profile import Profile
from agent.model.question import Pods, PodsQuestion, Question, Revisions, RevisionsQuestion
from agent.reasoning.facts import Facts


def questions(profile: Profile) -> list[Question]:
    """What has to be asked to tell pods by revision."""
    if profile.workload is None:
        return []
    entity = profile.workload.entity
    return [RevisionsQuestion(entity=entity), PodsQuestion(entity=entity)]


def revision_of(facts: Facts, profile: Profile, pods: list[str]) -> dict[str, int]:
    """Revision number by pod, for pods whose revision still exists."""
    if profile.workload is None:
        return {}
    entity = profile.workload.entity
    revisions = facts.answer(RevisionsQuestion(entity=entity), Revisions)
    living = facts.answer(PodsQuestion(entity=entity), Pods)
    if revisions is None:
        return {}
    by_hash = {r.template_hash: r.number for r in revisions.items}
    by_name = {r.name: r.number for r in revisions.items}
    known = {
        pod.name: by_hash[pod.template_hash] for pod in (living.items if living else []) if pod.template_hash in by_hash
    }
    guessed = {pod: by_name[owner] for pod in pods if (owner := pod.rpartition("-")[0]) in by_name}
    return {pod: number for pod, number in {**guessed, **known}.items() if pod in set(pods)}


def pods_of_change(facts: Facts, profile: Profile, change: Change, pods: list[str]) -> tuple[set[str], set[str]]:
    """(pods of the revision the change brought, pods of all other revisions)."""
    numbers = revision_of(facts, profile, pods)
    new = {pod for pod, number in numbers.items() if number == change.to_revision}
    return new, set(numbers) - new
