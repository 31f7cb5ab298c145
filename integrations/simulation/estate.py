"""The whole simulated namespace in one record, as an inventory of a real cluster would hold it.

Called by `SimulatedCluster`. The world has Deployments, Services, ConfigMaps and nodes, and a
control plane that works by construction; lists of anything else are empty because there is none.
"""

from datetime import datetime

from agent.model.cluster import Node
from agent.model.entity import Entity
from agent.model.inventory import Component, Declared, Estate, Holder, Machine, Route, Running
from agent.model.template import ContainerTemplate, Handler, HealthCheck, PodTemplate, Port, Reference, Volume
from agent.redact import MASK, redact, secret_name
from integrations.simulation import portrait
from integrations.simulation.deployment import Deployment
from integrations.simulation.pod import SimulatedPod
from integrations.simulation.rollout import conditions
from integrations.simulation.shop import ALIASES, PORT
from integrations.simulation.template import Template
from integrations.simulation.world import World

_ALLOCATABLE = {"cpu": 8.0, "memory": 32.0 * 2**30, "pods": 110.0}
_SERVICE_ACCOUNT = "default"


def estate(world: World, now: datetime) -> Estate:
    """Everything there is at this moment."""
    deployments = [world.deployments[name] for name in sorted(world.deployments)]
    names = {name: name for name in world.deployments} | ALIASES
    pods = [(pod, each) for each in deployments for pod in each.pods]
    return Estate(
        namespace=world.namespace,
        at=now,
        workloads=[_declared(each, now) for each in deployments],
        pods=sorted((_running(pod, each) for pod, each in pods), key=lambda each: each.pod.name),
        routes=[_route(name, world.deployments[names[name]]) for name in sorted(names)],
        machines=[_machine(node) for node in world.nodes],
        components=[*_components(world.nodes)],
        holders=[_holder(world, name) for name in sorted(world.configs)],
        service_accounts=[_SERVICE_ACCOUNT],
        budgets=[],
        events=world.chronicle.events(now),
    )


def _declared(deployment: Deployment, now: datetime) -> Declared:
    seen = portrait.workload(deployment, now)
    return Declared(
        entity=seen.entity,
        template=_template(deployment.current.template),
        replicas=seen.replicas,
        ready=seen.ready,
        updated=seen.updated,
        created_at=deployment.created_at,
        selector=seen.selector,
        conditions=conditions(deployment, now),
        labels=seen.labels,
        annotations=seen.annotations,
    )


def _running(pod: SimulatedPod, deployment: Deployment) -> Running:
    own = next((each for each in deployment.sets if each.name == pod.owner), deployment.current)
    seen = portrait.pod(pod, deployment.namespace)
    return Running(
        pod=seen,
        template=_template(own.template).evolve(node_name=pod.node, labels=seen.labels),
        owner_kind="Deployment",
        owner=deployment.name,
        address=address(pod),
        started_at=pod.created_at,
    )


def address(pod: SimulatedPod) -> str:
    """An address made of its name: pods of the simulation exchange no packets."""
    first, second, third = (1 + sum(pod.name[offset::3].encode()) % 250 for offset in range(3))
    return f"10.{first}.{second}.{third}"


def _template(template: Template) -> PodTemplate:
    spec = template["spec"]
    return PodTemplate(
        labels=template["metadata"]["labels"],
        annotations=template["metadata"].get("annotations", {}),
        containers=[_container(each, spec["volumes"]) for each in spec["containers"]],
        volumes=[
            Volume(name=each["name"], kind="configMap", source=each["configMap"]["name"]) for each in spec["volumes"]
        ],
        service_account=_SERVICE_ACCOUNT,
    )


def _container(container: Template, volumes: list[Template]) -> ContainerTemplate:
    probe, resources = container["readinessProbe"], container["resources"]
    mounted = {each["name"] for each in container["volumeMounts"]}
    return ContainerTemplate(
        name=container["name"],
        image=container["image"],
        ports=[Port(number=each["containerPort"]) for each in container["ports"]],
        environment={each["name"]: _plain(each["name"], each["value"]) for each in container["env"]},
        references=[
            Reference(kind="ConfigMap", name=each["configMap"]["name"]) for each in volumes if each["name"] in mounted
        ],
        requests={name: float(value) for name, value in resources["requests"].items()},
        limits={name: float(value) for name, value in resources["limits"].items()},
        readiness=HealthCheck(
            handler=Handler.HTTP,
            port=str(probe["httpGet"]["port"]),
            path=probe["httpGet"]["path"],
            period_seconds=probe["periodSeconds"],
        ),
    )


def _plain(name: str, value: str) -> str:
    return MASK if secret_name(name) else redact(value)


def _route(name: str, deployment: Deployment) -> Route:
    behind = {f"{address(pod)}:{PORT}": pod.ready for pod in deployment.pods_alive}
    return Route(
        entity=Entity(kind="Service", namespace=deployment.namespace, name=name),
        selector={"app": deployment.name},
        ports=[Port(number=PORT)],
        ready=sorted(where for where, ready in behind.items() if ready),
        not_ready=sorted(where for where, ready in behind.items() if not ready),
    )


def _machine(node: Node) -> Machine:
    labels = {"kubernetes.io/hostname": node.name, "topology.kubernetes.io/zone": node.zone}
    return Machine(
        name=node.name,
        ready=node.ready,
        unschedulable=node.unschedulable,
        labels=labels,
        allocatable=dict(_ALLOCATABLE),
        conditions=node.conditions,
        created_at=node.created_at,
    )


def _components(nodes: list[Node]) -> list[Component]:
    of_nodes = [
        Component(name=part, node=node.name, healthy=node.ready, detail="simulated")
        for node in nodes
        for part in ("kubelet", "container runtime", "network plugin")
    ]
    return [
        *of_nodes,
        *(
            Component(name=part, healthy=True, detail="simulated")
            for part in ("dns", "scheduler", "controller-manager")
        ),
    ]


def _holder(world: World, name: str) -> Holder:
    known = world.configs[name].record()
    return Holder(entity=known.entity, keys=known.keys, changed_at=known.changed_at)
