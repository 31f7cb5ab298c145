"""Are the service's pods there and ready at all?"""

from agent.model.question import Pods
from agent.reasoning.facts import Facts
from agent.reasoning.probes import Outcomes, Probe, Reading, Subject, has_pods, needs_pods


def _read(facts: Facts, subject: Subject) -> Reading | None:
    question = facts.pods_question(subject.entity)
    pods = facts.answer(question, Pods) if question else None
    profile = facts.profile_of(subject.entity)
    if pods is None or profile is None or profile.workload is None:
        return None
    ready, wanted = sum(pod.ready for pod in pods.items), profile.workload.replicas
    restarts = sum(container.restarts for pod in pods.items for container in pod.containers)
    return Reading(
        outcome=Outcomes.YES if ready < wanted else Outcomes.NO,
        statement=f"{ready} of {wanted} pods of {profile.workload.entity} are ready, {restarts} restarts",
        evidence=facts.cite(*needs_pods(facts, subject)),
    )


PROBE = Probe(
    name="pods down",
    question="are some of its pods not ready?",
    otherwise={Outcomes.YES: 0.08, Outcomes.NO: 0.92},
    cost=0.3,
    applies=has_pods,
    needs=needs_pods,
    read=_read,
)
