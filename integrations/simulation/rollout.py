"""The deployment controller: brings pods in line with the spec, one new pod at a time, never below the wanted number.

`World` calls `reconcile` for every Deployment at every step.
"""

import random
from collections.abc import Callable
from datetime import datetime, timedelta

from integrations.simulation.chronicle import Chronicle
from integrations.simulation.deployment import Deployment, ReplicaSet
from integrations.simulation.pod import SimulatedPod
from integrations.simulation.template import build_of, encode, image_of

START_SECONDS = 2.0
"""From a pod's creation to its container's start: the image is on the node."""

TERMINATION_SECONDS = 3.0
"""From deletion until the pod object is gone."""

DEADLINE = timedelta(seconds=600)
"""progressDeadlineSeconds: Kubernetes' default."""


class Controller:
    """Creates and deletes pods; `born` is called with each new one so that its series can be registered."""

    def __init__(self, chronicle: Chronicle, rng: random.Random, nodes: list[str], pace: float) -> None:
        self._chronicle = chronicle
        self._rng = rng
        self._nodes = nodes
        self._pace = pace  # seconds from container start to ready

    def create(self, deployment: Deployment, replica_set: ReplicaSet, now: datetime) -> SimulatedPod:
        """A new pod of a revision on the node with the fewest of this Deployment."""
        load = {node: sum(pod.node == node for pod in deployment.pods_alive) for node in self._nodes}
        limits = replica_set.template["spec"]["containers"][0]["resources"]["limits"]
        warm_up = self._pace * self._rng.uniform(0.9, 1.15)
        started = now + timedelta(seconds=START_SECONDS)
        pod = SimulatedPod(
            name=f"{replica_set.name}-{encode(self._rng.getrandbits(40), 5)}",
            owner=replica_set.name,
            template_hash=replica_set.template_hash,
            build=build_of(replica_set.template),
            image=image_of(replica_set.template),
            app=deployment.name,
            node=min(self._nodes, key=lambda node: load[node]),
            created_at=now,
            started_at=started,
            ready_at=started + timedelta(seconds=warm_up),
            warm_up=warm_up,
            memory_limit=int(limits["memory"]),
        )
        deployment.pods.append(pod)
        return pod

    def reconcile(self, deployment: Deployment, now: datetime, born: Callable[[SimulatedPod], None]) -> bool:
        """One look at one Deployment; whether pods came or went."""
        gone = [
            p for p in deployment.pods if p.deleted_at and (now - p.deleted_at).total_seconds() >= TERMINATION_SECONDS
        ]
        for pod in gone:
            deployment.pods.remove(pod)
        new = deployment.pods_of(deployment.current)
        old = [pod for pod in deployment.pods_alive if pod.owner != deployment.current.name]
        moved = self._shrink(deployment, new, old, now) or self._grow(deployment, new, old, now, born)
        complete = not old and len(new) == deployment.replicas and all(pod.ready for pod in new)
        if complete:
            deployment.progressing_since = None
        deployment.settled = complete and len(new) == len(deployment.pods)
        return bool(gone) or moved

    def _shrink(self, deployment: Deployment, new: list[SimulatedPod], old: list[SimulatedPod], now: datetime) -> bool:
        ready = sum(pod.ready for pod in new + old)
        broken = [pod for pod in old if not pod.ready]
        if broken:
            victims = broken
        elif old and ready > deployment.replicas:
            victims = old[: ready - deployment.replicas]
        elif not old and len(new) > deployment.replicas:
            victims = sorted(new, key=lambda pod: (pod.ready, -pod.created_at.timestamp()))[
                : len(new) - deployment.replicas
            ]
        else:
            return False
        for pod in victims:
            pod.deleted_at, pod.ready = now, False
            self._scaled(deployment, pod.owner, "down", now)
        return True

    def _grow(
        self,
        deployment: Deployment,
        new: list[SimulatedPod],
        old: list[SimulatedPod],
        now: datetime,
        born: Callable[[SimulatedPod], None],
    ) -> bool:
        surge = 1 if old else 0
        missing = min(deployment.replicas - len(new), deployment.replicas + surge - len(new) - len(old))
        for _ in range(missing):
            pod = self.create(deployment, deployment.current, now)
            born(pod)
            self._scaled(deployment, pod.owner, "up", now)
            self._chronicle.event(
                now,
                "Pod",
                pod.name,
                ("Normal", "Scheduled", f"Successfully assigned {deployment.namespace}/{pod.name} to {pod.node}"),
            )
        return missing > 0

    def _scaled(self, deployment: Deployment, owner: str, way: str, now: datetime) -> None:
        count = sum(pod.owner == owner for pod in deployment.pods_alive)
        before = count - 1 if way == "up" else count + 1
        message = f"Scaled {way} replica set {owner} to {count} from {before}"
        self._chronicle.event(now, "Deployment", deployment.name, ("Normal", "ScalingReplicaSet", message))


def conditions(deployment: Deployment, now: datetime) -> dict[str, str]:
    """The Deployment's conditions as `type -> "status: reason: message"`."""
    ready = sum(pod.ready for pod in deployment.pods_alive)
    name, since = deployment.current.name, deployment.progressing_since
    if ready >= deployment.replicas:
        available = "True: MinimumReplicasAvailable: Deployment has minimum availability."
    else:
        available = "False: MinimumReplicasUnavailable: Deployment does not have minimum availability."
    if since is None:
        progressing = f'True: NewReplicaSetAvailable: ReplicaSet "{name}" has successfully progressed.'
    elif now - since > DEADLINE:
        progressing = f'False: ProgressDeadlineExceeded: ReplicaSet "{name}" has timed out progressing.'
    else:
        progressing = f'True: ReplicaSetUpdated: ReplicaSet "{name}" is progressing.'
    return {"Available": available, "Progressing": progressing}
