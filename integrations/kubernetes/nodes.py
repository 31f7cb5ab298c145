"""All nodes: health and place."""

from agent.model.cluster import Node
from agent.model.question import Nodes, NodesQuestion
from integrations.kubernetes.api import Api
from integrations.kubernetes.fields import Json, conditions, created, flag, name_of, texts
from integrations.kubernetes.route import Route

_ZONES = ("topology.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/zone")


async def read(api: Api, _: NodesQuestion) -> Nodes:
    """In name order."""
    found = [converted(each) for each in await api.recent(Route("v1", "nodes"))]
    return Nodes(items=sorted(found, key=lambda node: node.name))


def converted(found: Json) -> Node:
    """The record of a raw node."""
    labels, found_conditions = texts(found, "metadata", "labels"), conditions(found)
    return Node(
        name=name_of(found),
        ready=found_conditions.get("Ready", "").split(":")[0] == "True",
        unschedulable=flag(found, "spec", "unschedulable"),
        zone=next((labels[label] for label in _ZONES if label in labels), ""),
        created_at=created(found),
        conditions=found_conditions,
    )
