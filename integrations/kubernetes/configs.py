"""ConfigMaps and Secrets a pod template refers to: digests, keys, who changed them when; never a value.

Of Secrets only the metadata is requested, so that no secret value ever reaches this process.
"""

import asyncio
from collections.abc import Iterator

from agent.model.cluster import ConfigObject
from agent.model.entity import Entity
from agent.model.inventory import Holder
from agent.model.question import Configs, ConfigsQuestion
from agent.model.record import digest
from integrations.kubernetes.api import Api
from integrations.kubernetes.failure import Failure, Trouble, outcomes
from integrations.kubernetes.fields import Json, created, items, name_of, section, text
from integrations.kubernetes.managed import Writer, writers
from integrations.kubernetes.route import Route
from integrations.kubernetes.workloads import listed

METADATA = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"
METADATA_LIST = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
RESOURCES = {"ConfigMap": "configmaps", "Secret": "secrets"}
ACCEPTED = {"ConfigMap": "application/json", "Secret": METADATA_LIST}


async def read(api: Api, question: ConfigsQuestion) -> Configs:
    """Every referred object that can be read; the others are named in `unseen` with the reason."""
    namespace = question.entity.namespace
    lists = outcomes(*(api.recent(Route("v1", RESOURCES[kind], namespace), ACCEPTED[kind]) for kind in RESOURCES))
    found, replies = await asyncio.gather(listed(api, question.entity), lists)
    there = {
        (kind, name_of(each)): each
        for kind, reply in zip(RESOURCES, replies, strict=True)
        if isinstance(reply, list)
        for each in reply
    }
    wanted = sorted(set(referred(section(found, "spec", "template", "spec"))))
    if not wanted:
        raise Failure(Trouble.EMPTY, f"{question.entity} refers to no ConfigMap and no Secret")
    known = [converted(kind, there[kind, name]) for kind, name in wanted if (kind, name) in there]
    asked = await outcomes(*(_get(api, kind, namespace, name) for kind, name in wanted if (kind, name) not in there))
    failures = [reply for reply in asked if isinstance(reply, Failure)]
    if len(failures) == len(wanted):
        raise failures[0]
    seen = [*known, *(reply for reply in asked if isinstance(reply, ConfigObject))]
    return Configs(items=sorted(seen, key=lambda each: each.entity.name), unseen=[str(failure) for failure in failures])


async def _get(api: Api, kind: str, namespace: str, name: str) -> ConfigObject:
    accept = METADATA if kind == "Secret" else "application/json"
    return converted(kind, await api.get(Route("v1", RESOURCES[kind], namespace, name), accept=accept))


def referred(spec: Json) -> Iterator[tuple[str, str]]:
    """(kind, name) of what a pod spec takes configuration from; the same may come more than once."""
    for container in items(spec, "initContainers") + items(spec, "containers"):
        for source in items(container, "envFrom"):
            yield from _named(source, "configMapRef", "secretRef")
        for variable in items(container, "env"):
            yield from _named(section(variable, "valueFrom"), "configMapKeyRef", "secretKeyRef")
    for volume in items(spec, "volumes"):
        for source in [volume, *items(volume, "projected", "sources")]:
            yield from _named(source, "configMap", "secret")


def _named(source: Json, config_map: str, secret: str) -> Iterator[tuple[str, str]]:
    if name := text(source, config_map, "name"):
        yield "ConfigMap", name
    if name := text(source, secret, "name") or text(source, secret, "secretName"):
        yield "Secret", name


def converted(kind: str, found: Json) -> ConfigObject:
    """The record of a raw ConfigMap, or of a Secret's metadata. The values are digested here and forgotten."""
    data = {**section(found, "data"), **section(found, "binaryData")}
    secret = kind == "Secret"
    edit = last_edit(found)
    return ConfigObject(
        entity=Entity(kind=kind, namespace=text(found, "metadata", "namespace"), name=name_of(found)),
        digest=digest(text(found, "metadata", "resourceVersion")) if secret else digest(data),
        keys=_owned_keys(found) if secret else sorted(data),
        created_at=created(found),
        changed_at=edit.at if edit else None,
        changed_by=edit.manager if edit else "",
    )


def holder(kind: str, found: Json) -> Holder:
    """The same for an inventory. A Secret whose managers are not told has no known key; its type is never known."""
    known = converted(kind, found)
    return Holder(entity=known.entity, keys=known.keys, changed_at=known.changed_at)


def release_record(found: Json) -> bool:
    """Whether it is one of Helm's own records of releases, which are no configuration."""
    return text(found, "metadata", "labels", "owner").lower() == "helm"


def _owned_keys(found: Json) -> list[str]:
    return sorted({key for writer in _data_writers(found) for key in writer.keys})


def _data_writers(found: Json) -> list[Writer]:
    return [*writers(found, "data"), *writers(found, "binaryData")]


def last_edit(found: Json) -> Writer | None:
    """Who wrote the data last after the object was made; None if nobody did, as far as managedFields tell.

    Its keys are those this manager owns: exactly the edited ones if somebody else wrote the rest, else more.
    """
    begun = created(found)
    edits = [(writer.at, writer) for writer in _data_writers(found) if writer.at is not None and writer.at > begun]
    return max(edits, key=lambda pair: pair[0])[1] if edits else None
