"""ConfigMaps with their values: read to be recorded, and who reads them how. What looks secret ends here.

Called by the actions that write a ConfigMap, and by the recorder of contents (agent.contents).
"""

from datetime import datetime

from agent.model.content import Content, HistoryLimits
from agent.model.entity import Entity
from agent.model.question import Gap
from agent.policy.contents import keepable
from agent.redact import MASK, redact, secret_name
from integrations.kubernetes.api import Api
from integrations.kubernetes.changes import notebook
from integrations.kubernetes.failure import Failure, outcomes
from integrations.kubernetes.fields import Json, items, name_of, number, section, text, texts
from integrations.kubernetes.route import WORKLOADS, Route, workload

ROOTS = "kube-root-ca.crt"
"""Every namespace has it, and only Kubernetes writes it."""


class KubernetesContents:
    """`ContentSource` over a real API server."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def contents(self, namespace: str, limits: HistoryLimits, at: datetime) -> list[Content] | Gap:
        """Every ConfigMap of a namespace as it is now, as far as it may be kept. Never raises."""
        try:
            found = await self._api.shared(Route("v1", "configmaps", namespace))
        except Failure as failure:
            return failure.gap()
        return [content(each, at, limits) for each in found if name_of(each) != ROOTS and not notebook(each)]


def content(found: Json, at: datetime, limits: HistoryLimits) -> Content:
    """What a raw ConfigMap holds, as it may be kept."""
    here = Entity(kind="ConfigMap", namespace=text(found, "metadata", "namespace"), name=name_of(found))
    return keepable(here, texts(found, "data"), texts(found, "binaryData"), at, limits)


def held(found: Json) -> Json:
    """What an approval to write a ConfigMap is bound to; its digest is what the content is called in the history."""
    return {"data": section(found, "data"), "binaryData": section(found, "binaryData")}


def readable(described: Json) -> Json:
    """The same for a diff: line by line, secrets masked, of binary values their length."""
    told = {key: _lines(key, str(value)) for key, value in described["data"].items()}
    return {
        **told,
        **{key: f"{len(str(value))} characters of base64" for key, value in described["binaryData"].items()},
    }


def _lines(key: str, value: str) -> list[str] | str:
    if secret_name(key):
        return MASK
    lines = redact(value).splitlines()
    return lines if len(lines) > 1 else "".join(lines)


class Reader:
    """A workload that takes configuration from a ConfigMap."""

    def __init__(self, kind: str, found: Json, name: str) -> None:
        spec = section(found, "spec", "template", "spec")
        self.title = f"{kind} {name_of(found)}"
        daemon = kind == "DaemonSet"
        self.pods = number(found, "status", "desiredNumberScheduled") if daemon else number(found, "spec", "replicas")
        self.frozen = _as_environment(spec, name) or _as_part(spec, name)  # a change is not seen before a restart
        self.mounted = name in {mount for volume in items(spec, "volumes") for mount in _mounted(volume)}


def _as_environment(spec: Json, name: str) -> bool:
    containers = items(spec, "initContainers") + items(spec, "containers")
    whole = (text(source, "configMapRef", "name") for each in containers for source in items(each, "envFrom"))
    single = (text(each, "valueFrom", "configMapKeyRef", "name") for one in containers for each in items(one, "env"))
    return name in {*whole, *single}


def _as_part(spec: Json, name: str) -> bool:
    """Mounted with a subPath: the kubelet does not update such a file."""
    volumes = {text(volume, "name") for volume in items(spec, "volumes") if name in _mounted(volume)}
    mounts = [mount for each in items(spec, "containers") for mount in items(each, "volumeMounts")]
    return any(text(mount, "name") in volumes and text(mount, "subPath") for mount in mounts)


def _mounted(volume: Json) -> list[str]:
    return [text(each, "configMap", "name") for each in [volume, *items(volume, "projected", "sources")]]


async def readers(api: Api, entity: Entity) -> list[Reader] | str:
    """The workloads of its namespace that take configuration from a ConfigMap, or why that is not known."""
    replies = await outcomes(*(api.shared(workload(kind, entity.namespace)) for kind in WORKLOADS))
    for reply in replies:
        if isinstance(reply, Failure):
            return f"who reads {entity} is not known: {reply}"
    found = [
        Reader(kind, each, entity.name)
        for kind, reply in zip(WORKLOADS, replies, strict=True)
        if isinstance(reply, list)
        for each in reply
    ]
    return [reader for reader in found if reader.frozen or reader.mounted]


def caveats(known: list[Reader] | str) -> list[str]:
    """What the people who approve must know of when the pods see it."""
    if isinstance(known, str):
        return [known]
    frozen = [reader.title for reader in known if reader.frozen]
    told = [
        f"{title} reads it at its start only: its pods go on with what they have until they are restarted"
        for title in frozen
    ]
    mounted = [reader.title for reader in known if reader.mounted and not reader.frozen]
    told += [
        f"{title} mounts it: the files follow within a minute or two, if the program reads them again"
        for title in mounted
    ]
    return told or ["no workload of this namespace refers to it in its template"]


def touched(known: list[Reader] | str) -> int:
    """How many pods read it."""
    return 0 if isinstance(known, str) else sum(reader.pods for reader in known)
