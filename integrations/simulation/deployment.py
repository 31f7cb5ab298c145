"""A simulated Deployment with its ReplicaSets: what the API server and the deployment controller keep.

`World` changes it, `rollout` brings its pods in line, the cluster and actuator views read it.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from agent.model.action import TargetState
from agent.model.entity import Entity
from agent.model.record import digest
from agent.model.workload import FieldManager
from integrations.simulation.pod import SimulatedPod
from integrations.simulation.template import Template, build_of, template_hash


@dataclass
class ReplicaSet:
    """One revision."""

    name: str
    template: Template
    template_hash: str
    number: int
    created_at: datetime
    active_since: datetime


@dataclass
class Deployment:
    """Spec, history and pods of one service."""

    namespace: str
    name: str
    uid: str
    replicas: int
    sets: list[ReplicaSet]
    current: ReplicaSet
    created_at: datetime
    generation: int = 1
    resource_version: int = 1
    pods: list[SimulatedPod] = field(default_factory=list)
    annotations: dict[str, str] = field(default_factory=dict)
    managers: list[FieldManager] = field(default_factory=list)
    progressing_since: datetime | None = None  # of a rollout that is not complete
    settled: bool = False  # its pods are as wanted: nothing to do until something changes

    @property
    def entity(self) -> Entity:
        """Its name among records."""
        return Entity(kind="Deployment", namespace=self.namespace, name=self.name)

    @property
    def pods_alive(self) -> list[SimulatedPod]:
        """Pods that are not being deleted."""
        return [pod for pod in self.pods if pod.deleted_at is None]

    def pods_of(self, replica_set: ReplicaSet) -> list[SimulatedPod]:
        """The living pods of one revision."""
        return [pod for pod in self.pods_alive if pod.owner == replica_set.name]

    def spec(self, template: Template | None = None, replicas: int | None = None) -> dict[str, Any]:
        """`.spec` as it is, or as it would be with another template or number of replicas."""
        return {
            "replicas": self.replicas if replicas is None else replicas,
            "revisionHistoryLimit": 10,
            "selector": {"matchLabels": {"app": self.name}},
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}},
            "template": self.current.template if template is None else template,
        }

    def spec_hash(self, template: Template | None = None) -> str:
        """Digest of `.spec` without `.replicas`."""
        spec = self.spec(template)
        del spec["replicas"]
        return digest(spec)

    def state(self) -> TargetState:
        """The precondition an action on it is bound to."""
        return TargetState(
            entity=self.entity,
            uid=self.uid,
            generation=self.generation,
            spec_hash=self.spec_hash(),
            replicas=self.replicas,
            revision=self.current.number,
        )

    def revision(self, number: int, hash_: str) -> ReplicaSet | None:
        """The existing revision of that number and template hash."""
        return next((s for s in self.sets if s.number == number and s.template_hash == hash_), None)

    @property
    def build(self) -> str:
        """What code and environment the current revision runs."""
        return build_of(self.current.template)

    def build_of(self, replica_set: ReplicaSet) -> str:
        """What code and environment a revision runs."""
        return build_of(replica_set.template)

    def holding(self, template: Template) -> ReplicaSet | None:
        """The existing revision with exactly this template."""
        hash_ = template_hash(template)
        return next((s for s in self.sets if s.template_hash == hash_), None)

    def switch(self, template: Template, now: datetime) -> ReplicaSet:
        """Make this template the current one; an existing ReplicaSet is reused, its number becomes the newest.

        Returns the ReplicaSet that was current before.
        """
        before, number = self.current, max(s.number for s in self.sets) + 1
        found = self.holding(template)
        if found is before:
            return before
        if found is None:
            hash_ = template_hash(template)
            found = ReplicaSet(f"{self.name}-{hash_}", template, hash_, number, now, now)
            self.sets.append(found)
        found.number, found.active_since = number, now
        self.current = found
        self.generation += 1
        self.progressing_since, self.settled = now, False
        return before

    def wrote(self, manager: str, now: datetime, *, template: bool) -> None:
        """Note a field manager's write, as managedFields does: one entry a manager, template fields have one owner."""
        others = [entry for entry in self.managers if entry.manager != manager]
        kept = [entry.evolve(template=False) if template else entry for entry in others]
        owned = template or any(entry.template for entry in self.managers if entry.manager == manager)
        self.managers = [*kept, FieldManager(manager=manager, operation="Update", at=now, template=owned)]
