"""How a simulated shop stands before anything happens to it: Deployments with a past, ConfigMaps, nodes.

Called once by `World`.
"""

import random
import uuid
from datetime import datetime, timedelta

from agent.model.cluster import Node
from agent.model.pod import ContainerPhase
from agent.model.workload import FieldManager
from integrations.simulation.config import ConfigMap
from integrations.simulation.deployment import Deployment, ReplicaSet
from integrations.simulation.rollout import Controller
from integrations.simulation.shop import ServicePlan
from integrations.simulation.template import Template, pod_template, template_hash

DEPLOYER = "ci-deployer"
CONTROLLER = "kube-controller-manager"
ZONES = {"node-a": "zone-1", "node-b": "zone-2"}


def nodes(now: datetime) -> list[Node]:
    """Two healthy nodes in two zones."""
    made = now - timedelta(days=90)
    return [
        Node(
            name=name,
            ready=True,
            zone=zone,
            created_at=made,
            conditions={"Ready": "True: KubeletReady: kubelet is posting ready status"},
        )
        for name, zone in ZONES.items()
    ]


def config_map(plan: ServicePlan, namespace: str, now: datetime) -> ConfigMap:
    """A service's ConfigMap, untouched since it was made."""
    made = now - timedelta(days=80)
    return ConfigMap(namespace, f"{plan.name}-config", dict(plan.config), made)


def deployment(plan: ServicePlan, namespace: str, now: datetime, rng: random.Random) -> Deployment:
    """A Deployment whose revision numbers have gaps, as revisions that were reused or pruned leave them."""
    number, sets = rng.randint(1, 3), []
    for index, version in enumerate(plan.versions):
        age = timedelta(days=9 * (len(plan.versions) - index), minutes=rng.randint(0, 1200))
        template = pod_template(plan.name, plan.image(version), plan.env, f"{plan.name}-config", plan.memory_limit)
        hash_ = template_hash(template)
        sets.append(ReplicaSet(f"{plan.name}-{hash_}", template, hash_, number, now - age, now - age))
        number += rng.randint(1, 3)
    _force_gap(sets)
    last = sets[-1]
    return Deployment(
        namespace=namespace,
        name=plan.name,
        uid=str(uuid.UUID(int=rng.getrandbits(128), version=4)),
        replicas=plan.replicas,
        sets=sets,
        current=last,
        created_at=sets[0].created_at,
        generation=last.number,
        managers=[
            FieldManager(manager=DEPLOYER, operation="Update", at=last.created_at, template=True),
            FieldManager(manager=CONTROLLER, operation="Update", at=last.created_at),
        ],
    )


def newcomer(namespace: str, name: str, replicas: int, template: Template, now: datetime, uid: int) -> Deployment:
    """A Deployment that is made now, with its first revision and no pods yet."""
    hash_ = template_hash(template)
    first = ReplicaSet(f"{name}-{hash_}", template, hash_, 1, now, now)
    made = Deployment(namespace, name, str(uuid.UUID(int=uid, version=4)), replicas, [first], first, now)
    made.progressing_since = now
    return made


def _force_gap(sets: list[ReplicaSet]) -> None:
    if sets[-1].number - sets[-2].number == 1:
        sets[-1].number += 2


def populate(target: Deployment, controller: Controller, now: datetime) -> None:
    """Give it the pods it wants, running and ready since its last rollout."""
    for _ in range(target.replicas):
        pod = controller.create(target, target.current, target.current.created_at)
        pod.phase, pod.reason, pod.ready = ContainerPhase.RUNNING, "", pod.ready_at <= now
