"""Simulated objects as the records an investigation gets: what a Kubernetes adapter reads out of the API's JSON.

Called by `SimulatedCluster`.
"""

from datetime import datetime

from agent.model.cluster import ServiceEndpoints
from agent.model.entity import Entity
from agent.model.pod import Container, ContainerPhase, Pod
from agent.model.workload import Revision, Workload
from integrations.simulation.deployment import Deployment, ReplicaSet
from integrations.simulation.pod import SimulatedPod
from integrations.simulation.rollout import conditions
from integrations.simulation.template import CONTAINER, image_of, masked_yaml, references


def workload(deployment: Deployment, now: datetime) -> Workload:
    """The Deployment as it is now."""
    alive = deployment.pods_alive
    ready = sum(pod.ready for pod in alive)
    template = deployment.current.template
    limits = template["spec"]["containers"][0]["resources"]["limits"]
    return Workload(
        entity=deployment.entity,
        uid=deployment.uid,
        generation=deployment.generation,
        observed_generation=deployment.generation,
        resource_version=str(deployment.resource_version),
        spec_hash=deployment.spec_hash(),
        replicas=deployment.replicas,
        ready=ready,
        updated=len(deployment.pods_of(deployment.current)),
        available=ready,
        selector={"app": deployment.name},
        labels={"app": deployment.name},
        annotations={**deployment.annotations, "deployment.kubernetes.io/revision": str(deployment.current.number)},
        images={CONTAINER: image_of(template)},
        references=references(template),
        memory_limits={CONTAINER: int(limits["memory"])},
        managers=deployment.managers,
        conditions=conditions(deployment, now),
    )


def revision(deployment: Deployment, replica_set: ReplicaSet) -> Revision:
    """One ReplicaSet."""
    pods = deployment.pods_of(replica_set)
    return Revision(
        number=replica_set.number,
        name=replica_set.name,
        template_hash=replica_set.template_hash,
        created_at=replica_set.created_at,
        active_since=replica_set.active_since,
        current=replica_set is deployment.current,
        replicas=len(pods),
        ready=sum(pod.ready for pod in pods),
        images={CONTAINER: image_of(replica_set.template)},
        template=masked_yaml(replica_set.template),
    )


def pod(seen: SimulatedPod, namespace: str) -> Pod:
    """One pod with its container."""
    started = seen.phase is not ContainerPhase.WAITING or seen.restarts > 0 or seen.last_ended is not None
    ready = "True" if seen.ready else "False: ContainersNotReady: containers with unready status: [app]"
    return Pod(
        namespace=namespace,
        name=seen.name,
        owner=seen.owner,
        template_hash=seen.template_hash,
        node=seen.node,
        phase="Running" if started else "Pending",
        ready=seen.ready,
        created_at=seen.created_at,
        deleting=seen.deleted_at is not None,
        labels={"app": seen.app, "pod-template-hash": seen.template_hash},
        containers=[_container(seen)],
        conditions={"PodScheduled": "True", "Ready": ready, "ContainersReady": ready},
    )


def _container(seen: SimulatedPod) -> Container:
    running = seen.phase is ContainerPhase.RUNNING
    ended = seen.phase is ContainerPhase.TERMINATED
    return Container(
        name=CONTAINER,
        image=seen.image,
        ready=seen.ready,
        restarts=seen.restarts,
        phase=seen.phase,
        reason=seen.reason,
        message=seen.message,
        started_at=seen.started_at if running else None,
        ended=seen.last_ended if ended else None,
        last_ended=seen.ended_before if ended else seen.last_ended,
    )


def endpoints(name: str, deployment: Deployment) -> ServiceEndpoints:
    """A Service that selects a Deployment's pods."""
    alive = deployment.pods_alive
    ready = sum(pod.ready for pod in alive)
    return ServiceEndpoints(
        entity=Entity(kind="Service", namespace=deployment.namespace, name=name),
        selector={"app": deployment.name},
        ready=ready,
        not_ready=len(alive) - ready,
        pods=sorted(pod.name for pod in alive),
    )
