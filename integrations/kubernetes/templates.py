"""A raw pod template, or a pod's own spec, to the `PodTemplate` detectors read: secrets masked, quantities as numbers.

Called by declared.py, for workloads and for pods: a pod is a template with a node.
"""

from typing import Any

from agent.model.template import (
    ContainerTemplate,
    Handler,
    HealthCheck,
    Neighbourhood,
    PodTemplate,
    Port,
    Reference,
    Requirement,
    Toleration,
    Volume,
)
from agent.redact import MASK, redact, secret_name
from integrations.kubernetes.fields import Json, at, flag, items, number, section, strings, text, texts
from integrations.kubernetes.masking import masked, masked_annotations
from integrations.kubernetes.quantities import quantities
from integrations.kubernetes.references import hosts_within

_LONGEST = 500  # characters of one value
_REFERENCES = {"configMapKeyRef": "ConfigMap", "secretKeyRef": "Secret"}
_SOURCES = {"configMapRef": "ConfigMap", "secretRef": "Secret"}
_HANDLERS = {
    "httpGet": Handler.HTTP,
    "tcpSocket": Handler.TCP,
    "grpc": Handler.GRPC,
    "exec": Handler.EXEC,
}
_MOUNTED = {"configMap": "ConfigMap", "secret": "Secret", "persistentVolumeClaim": "PersistentVolumeClaim"}
_NAMES = {"configMap": "name", "secret": "secretName", "persistentVolumeClaim": "claimName", "hostPath": "path"}


def template(found: Json) -> PodTemplate:
    """The record of anything with `metadata` and a pod `spec`."""
    spec = section(found, "spec")
    affinity, security = section(spec, "affinity"), section(spec, "securityContext")
    return PodTemplate(
        labels=texts(found, "metadata", "labels"),
        annotations=masked_annotations(texts(found, "metadata", "annotations")),
        containers=[
            *(_container(each, spec, init=True) for each in items(spec, "initContainers")),
            *(_container(each, spec, init=False) for each in items(spec, "containers")),
        ],
        volumes=[_volume(each) for each in items(spec, "volumes")],
        node_selector=texts(spec, "nodeSelector"),
        node_affinity=node_terms(affinity, "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution"),
        neighbours=[*_neighbours(affinity, "podAffinity"), *_neighbours(affinity, "podAntiAffinity")],
        tolerations=[_toleration(each) for each in items(spec, "tolerations")],
        node_name=text(spec, "nodeName"),
        service_account=text(spec, "serviceAccountName"),
        automount=_said(spec, "automountServiceAccountToken"),
        pull_with=[name for each in items(spec, "imagePullSecrets") if (name := text(each, "name"))],
        priority_class=text(spec, "priorityClassName"),
        priority=_whole(spec, "priority"),
        preempts=text(spec, "preemptionPolicy") != "Never",
        host_network=flag(spec, "hostNetwork"),
        fs_group=_whole(security, "fsGroup"),
        run_as_user=_whole(security, "runAsUser"),
    )


def _container(found: Json, spec: Json, *, init: bool) -> ContainerTemplate:
    command = masked([*strings(found, "command"), *strings(found, "args")])
    return ContainerTemplate(
        name=text(found, "name"),
        image=text(found, "image"),
        pull_policy=text(found, "imagePullPolicy"),
        init=init,
        command=[part[:_LONGEST] for part in command],
        ports=[port(each, "containerPort") for each in items(found, "ports")],
        environment={
            text(each, "name"): _plain(text(each, "name"), text(each, "value"))
            for each in items(found, "env")
            if text(each, "name") and "valueFrom" not in each
        },
        references=[*_from_variables(found), *_from_mounts(found, spec)],
        requests=quantities(found, "resources", "requests"),
        limits=quantities(found, "resources", "limits"),
        liveness=_check(found, "livenessProbe"),
        readiness=_check(found, "readinessProbe"),
        startup=_check(found, "startupProbe"),
        run_as_user=_whole(section(found, "securityContext"), "runAsUser"),
        read_only=flag(found, "securityContext", "readOnlyRootFilesystem"),
    )


def _plain(name: str, value: str) -> str:
    """An environment value without its secrets; of one that is a secret only the hosts it names are left."""
    if secret_name(name):
        return " ".join([MASK, *hosts_within(name, value)])
    return redact(value)[:_LONGEST]


def port(found: Json, key: str) -> Port:
    """A container's or a Service's port; `targetPort` may be a number or a name."""
    target = at(found, "targetPort")
    return Port(
        number=number(found, key),
        name=text(found, "name"),
        protocol=text(found, "protocol") or "TCP",
        target=str(target) if isinstance(target, str | int) and not isinstance(target, bool) else "",
    )


def _from_variables(found: Json) -> list[Reference]:
    read = []
    for variable in items(found, "env"):
        for key, kind in _REFERENCES.items():
            if source := section(variable, "valueFrom", key):
                read.append(_reference(kind, source, text(source, "name"), text(source, "key"), text(variable, "name")))
    for source in items(found, "envFrom"):
        for key, kind in _SOURCES.items():
            if named := section(source, key):
                read.append(_reference(kind, named, text(named, "name")))
    return [each for each in read if each.name]


def _reference(kind: str, source: Json, name: str, key: str = "", variable: str = "") -> Reference:
    return Reference(kind=kind, name=name, key=key, optional=flag(source, "optional"), variable=variable)


def _from_mounts(found: Json, spec: Json) -> list[Reference]:
    """What the volumes that this container mounts are made of; each key that is listed for itself."""
    mounted = {text(each, "name") for each in items(found, "volumeMounts") + items(found, "volumeDevices")}
    read: list[Reference] = []
    for volume in items(spec, "volumes"):
        if text(volume, "name") in mounted:
            for source in [volume, *items(volume, "projected", "sources")]:
                read += _volume_references(source)
    return read


def _volume_references(source: Json) -> list[Reference]:
    for key, kind in _MOUNTED.items():
        inner = section(source, key)
        name = text(inner, _NAMES[key]) or text(inner, "name")  # projected Secrets are named `name`
        if name:
            keys = [text(each, "key") for each in items(inner, "items")] or [""]
            return [_reference(kind, inner, name, each) for each in keys]
    return []


def _volume(found: Json) -> Volume:
    kind = next((key for key, value in found.items() if key != "name" and isinstance(value, dict)), "")
    inner = section(found, kind)
    source = text(inner, _NAMES.get(kind, "")) or text(inner, "driver") or text(inner, "server")
    return Volume(name=text(found, "name"), kind=kind, source=source, optional=flag(inner, "optional"))


def _check(container: Json, key: str) -> HealthCheck | None:
    found = section(container, key)
    kind = next((each for each in _HANDLERS if isinstance(found.get(each), dict)), None)
    if kind is None:
        return None
    inner = section(found, kind)
    where = at(inner, "port")
    return HealthCheck(
        handler=_HANDLERS[kind],
        port=str(where) if isinstance(where, str | int) else "",
        path=text(inner, "path"),
        scheme=text(inner, "scheme"),
        command=[part[:_LONGEST] for part in masked(strings(inner, "command"))],
        initial_delay_seconds=number(found, "initialDelaySeconds"),
        period_seconds=number(found, "periodSeconds") or 10,
        timeout_seconds=number(found, "timeoutSeconds") or 1,
        failure_threshold=number(found, "failureThreshold") or 3,
    )


def node_terms(found: Json, *path: str) -> list[list[Requirement]]:
    """The terms of a node selector: any of them, and of one all its requirements. An empty term selects nothing."""
    terms = items(found, *path, "nodeSelectorTerms")
    return [requirements(term, "matchExpressions") + requirements(term, "matchFields") for term in terms]


def requirements(found: Json, key: str = "matchExpressions") -> list[Requirement]:
    """The expressions of a selector."""
    return [
        Requirement(key=text(each, "key"), operator=text(each, "operator"), values=strings(each, "values"))
        for each in items(found, key)
    ]


def _neighbours(affinity: Json, kind: str) -> list[Neighbourhood]:
    return [
        Neighbourhood(
            labels=texts(term, "labelSelector", "matchLabels"),
            requirements=requirements(section(term, "labelSelector")),
            topology=text(term, "topologyKey"),
            apart=kind == "podAntiAffinity",
        )
        for term in items(affinity, kind, "requiredDuringSchedulingIgnoredDuringExecution")
    ]


def _toleration(found: Json) -> Toleration:
    return Toleration(
        key=text(found, "key"),
        operator=text(found, "operator") or "Equal",
        value=text(found, "value"),
        effect=text(found, "effect"),
    )


def _said(found: Json, key: str) -> bool | None:
    """A flag of which "not said" is a third value."""
    value: Any = found.get(key)
    return value if isinstance(value, bool) else None


def _whole(found: Json, key: str) -> int | None:
    """A user, group or priority; None is not the same as root's 0."""
    value: Any = found.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) else None
