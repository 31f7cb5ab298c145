"""What `kubectl describe` leaves out of a pod template and a manifest holds: affinity, pull secrets, users."""

import re
from typing import Any

import yaml

from agent.model.template import ContainerTemplate, Neighbourhood, PodTemplate, Requirement
from agent.redact import redact, secret_name

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def documents(text: str) -> list[dict[str, Any]]:
    """The objects of a manifest. Raises ValueError for what is no YAML."""
    try:
        return [found for found in yaml.load_all(text, LOADER) if isinstance(found, dict)]
    except yaml.YAMLError as error:
        raise ValueError(str(error).replace("\n", " ")) from error


def pod_spec(document: dict[str, Any]) -> dict[str, Any]:
    """The pod template's spec of a workload, {} for any other object."""
    found = ((document.get("spec") or {}).get("template") or {}).get("spec")
    return found if isinstance(found, dict) else {}


def completed(template: PodTemplate, spec: dict[str, Any]) -> PodTemplate:
    """The described template with what only the manifest says."""
    affinity = spec.get("affinity") or {}
    security = spec.get("securityContext") or {}
    users = {c.get("name"): c.get("securityContext") or {} for c in spec.get("containers") or []}
    policies = {c.get("name"): c.get("imagePullPolicy") or "" for c in spec.get("containers") or []}
    return template.evolve(
        node_affinity=_node_affinity(affinity.get("nodeAffinity") or {}),
        neighbours=[
            *_neighbours(affinity.get("podAffinity") or {}, apart=False),
            *_neighbours(affinity.get("podAntiAffinity") or {}, apart=True),
        ],
        pull_with=[str(one.get("name")) for one in spec.get("imagePullSecrets") or []],
        service_account=template.service_account or str(spec.get("serviceAccountName") or ""),
        node_name=str(spec.get("nodeName") or ""),
        host_network=bool(spec.get("hostNetwork")),
        dns_policy=str(spec.get("dnsPolicy") or ""),
        dns_servers=[str(one) for one in (spec.get("dnsConfig") or {}).get("nameservers") or []],
        fs_group=_number(security.get("fsGroup")),
        run_as_user=_number(security.get("runAsUser")),
        containers=[
            one.evolve(
                run_as_user=_number(users.get(one.name, {}).get("runAsUser")),
                read_only=bool(users.get(one.name, {}).get("readOnlyRootFilesystem")),
                pull_policy=policies.get(one.name, ""),
            )
            for one in template.containers
        ],
    )


def _number(found: object) -> int | None:
    return int(found) if isinstance(found, int | str) and str(found).isdigit() else None


def _node_affinity(found: dict[str, Any]) -> list[list[Requirement]]:
    required = found.get("requiredDuringSchedulingIgnoredDuringExecution") or {}
    return [
        [_requirement(one) for one in term.get("matchExpressions") or []]
        for term in required.get("nodeSelectorTerms") or []
    ]


def _requirement(found: dict[str, Any]) -> Requirement:
    return Requirement(
        key=str(found.get("key")),
        operator=str(found.get("operator")),
        values=[str(one) for one in found.get("values") or []],
    )


def _neighbours(found: dict[str, Any], *, apart: bool) -> list[Neighbourhood]:
    return [
        Neighbourhood(
            labels={str(k): str(v) for k, v in ((term.get("labelSelector") or {}).get("matchLabels") or {}).items()},
            requirements=[_requirement(one) for one in (term.get("labelSelector") or {}).get("matchExpressions") or []],
            topology=str(term.get("topologyKey") or ""),
            apart=apart,
        )
        for term in found.get("requiredDuringSchedulingIgnoredDuringExecution") or []
    ]


ADDRESS = re.compile(r"(HOST(NAME)?|PORT|ADDR(ESS)?S?|URLS?|URI|ENDPOINT|SERVERS?)$", re.IGNORECASE)
"""Keys that say where something is. Nothing else of a Secret is looked at, and none whose name sounds secret."""


def filled(template: PodTemplate, documents: list[dict[str, Any]]) -> PodTemplate:
    """The template with the addresses its containers take from whole ConfigMaps and Secrets written in manifests."""
    held = {
        (str(d.get("kind")), str((d.get("metadata") or {}).get("name"))): {
            **(d.get("data") or {}),
            **(d.get("stringData") or {}),
        }
        for d in documents
        if d.get("kind") == "ConfigMap" or (d.get("kind") == "Secret" and d.get("stringData"))
    }
    if not held or not any(r for c in template.containers for r in c.references):
        return template
    return template.evolve(containers=[_filled(container, held) for container in template.containers])


def _filled(container: ContainerTemplate, held: dict[tuple[str, str], dict[str, Any]]) -> ContainerTemplate:
    found = {
        str(key): redact(str(value))
        for reference in container.references
        if not reference.key
        for key, value in held.get((reference.kind, reference.name), {}).items()
        if ADDRESS.search(str(key)) and not secret_name(str(key))
    }
    return container.evolve(environment={**found, **container.environment}) if found else container
