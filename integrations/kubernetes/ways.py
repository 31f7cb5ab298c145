"""HTTPRoutes as the Gateways they hang on judge them, and those Gateways. Called by estate.py."""

from agent.model.entity import Entity
from agent.model.way import Gateway, Listener, Parent, Way
from agent.redact import redact
from integrations.kubernetes.declared import entity
from integrations.kubernetes.fields import Json, items, number, strings, text


def way(found: Json) -> Way:
    """One HTTPRoute with what its parents refuse."""
    here = entity("HTTPRoute", found)
    refused = (
        _words(each)
        for parent in items(found, "status", "parents")
        for each in items(parent, "conditions")
        if text(each, "status") == "False"
    )
    return Way(
        entity=here,
        hosts=strings(found, "spec", "hostnames"),
        parents=[
            _parent(each, here)
            for each in items(found, "spec", "parentRefs")
            if (text(each, "kind") or "Gateway") == "Gateway"
        ],
        refusals=sorted(set(refused)),
    )


def _words(condition: Json) -> str:
    message = redact(text(condition, "message"))[:300]
    return ": ".join(part for part in (text(condition, "type"), text(condition, "reason"), message) if part)


def _parent(found: Json, here: Entity) -> Parent:
    namespace = text(found, "namespace") or here.namespace
    return Parent(
        entity=Entity(kind="Gateway", namespace=namespace, name=text(found, "name")),
        section=text(found, "sectionName"),
        port=number(found, "port"),
    )


def gateway(found: Json) -> Gateway:
    """One Gateway. Without allowedRoutes a listener takes routes of its own namespace: the API's rule."""
    return Gateway(
        entity=entity("Gateway", found),
        listeners=[
            Listener(
                name=text(each, "name"),
                port=number(each, "port"),
                hostname=text(each, "hostname"),
                takes_from=text(each, "allowedRoutes", "namespaces", "from") or "Same",
            )
            for each in items(found, "spec", "listeners")
        ],
    )
