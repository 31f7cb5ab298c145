"""Workloads and pods out of the described objects, completed by their manifests."""

from typing import Any, NamedTuple

from agent.model.entity import Entity
from agent.model.inventory import Declared, Running
from agent.model.pod import Pod
from agent.model.template import PodTemplate
from benchmarks.labelled.cloud_opsbench import manifest
from benchmarks.labelled.cloud_opsbench.bundle import Bundle
from benchmarks.labelled.cloud_opsbench.describe import Section, age, moment, of, value
from benchmarks.labelled.cloud_opsbench.table import columns
from benchmarks.labelled.cloud_opsbench.templates import parts, states, template

KINDS = {"deployments": "Deployment", "statefulsets": "StatefulSet", "daemonsets": "DaemonSet"}


class Owned(NamedTuple):
    """Who owns a pod at the top."""

    kind: str
    name: str


class Manifests(NamedTuple):
    """The objects of all manifests, and the pod specs of workloads by kind and name."""

    documents: list[dict[str, Any]]
    specs: dict[tuple[str, str], dict[str, Any]]


def manifests(bundle: Bundle) -> Manifests:
    """Read all of them; one that is no YAML is a trouble."""
    found: list[dict[str, Any]] = []
    for arguments, text in bundle.outputs("GetAppYAML"):
        try:
            found += manifest.documents(str(text))
        except ValueError as error:
            bundle.troubles.append(f"manifest of {arguments.get('app_name')}: {error}")
    specs = {
        (str(d.get("kind")), str((d.get("metadata") or {}).get("name"))): spec
        for d in found
        if (spec := manifest.pod_spec(d))
    }
    return Manifests(found, specs)


def declared(bundle: Bundle, written: Manifests) -> list[Declared]:
    """Every workload that is described."""
    return [
        _declared(bundle, kind, name, found, written)
        for plural, kind in KINDS.items()
        for name, found in bundle.described(plural).items()
        if value(found, "Namespace") == bundle.namespace
    ]


def _declared(bundle: Bundle, kind: str, name: str, found: list[Section], written: Manifests) -> Declared:
    counts = {
        word: int(number)
        for number, word in (part.split()[:2] for part in value(found, "Replicas").split("|") if len(part.split()) > 1)
        if number.isdigit()
    }
    running = value(found, "Pods Status").split(" ")[0]
    desired = counts.get("desired", 1)
    inside = of(found, "Pod Template").inside()
    described = template(inside, parts(inside))
    spec = written.specs.get((kind, name))
    asked = manifest.completed(described, spec) if spec else described
    return Declared(
        entity=Entity(kind=kind, namespace=bundle.namespace, name=name),
        template=manifest.filled(asked, written.documents),
        replicas=desired,
        ready=counts.get("available", int(running) if running.isdigit() else 0),
        updated=counts.get("updated", 0),
        created_at=moment(value(found, "CreationTimestamp")),
        selector=of(found, "Selector").pairs(),
        conditions={row[0]: ": ".join(row[1:]) for row in columns(of(found, "Conditions").lines) if len(row) > 1},
        labels=of(found, "Labels").pairs(),
    )


def running(bundle: Bundle, workloads: list[Declared]) -> list[Running]:
    """Every pod that is described."""
    by_name = {workload.entity.name: workload for workload in workloads}
    parents = {
        name: value(found, "Controlled By").rpartition("/")[2]
        for name, found in bundle.described("replicasets").items()
    }
    ages = {row.get("NAME", ""): row.get("AGE", "") for row in bundle.table("pods", wide=True)}
    return [
        _running(bundle, name, found, parents, by_name, ages)
        for name, found in bundle.described("pods").items()
        if value(found, "Namespace") == bundle.namespace
    ]


def _running(
    bundle: Bundle,
    name: str,
    found: list[Section],
    parents: dict[str, str],
    workloads: dict[str, Declared],
    ages: dict[str, str],
) -> Running:
    kind, _, owner = value(found, "Controlled By").partition("/")
    top = (
        Owned("Deployment", parents.get(owner) or owner.rpartition("-")[0])
        if kind == "ReplicaSet"
        else Owned(kind, owner)
    )
    conditions = {row[0]: row[1] for row in columns(of(found, "Conditions").lines) if len(row) > 1}
    conditions = conditions or {row[0].split()[0]: row[0].split()[-1] for row in columns(of(found, "Conditions").lines)}
    started = moment(value(found, "Start Time"))
    labels = of(found, "Labels").pairs()
    lived = age(ages.get(name, ""))
    node, containers = value(found, "Node").partition("/")[0], parts(found)
    return Running(
        pod=Pod(
            namespace=bundle.namespace,
            name=name,
            owner=owner,
            template_hash=labels.get("pod-template-hash", ""),
            node=node,
            phase=value(found, "Status"),
            ready=conditions.get("Ready", "").startswith("True"),
            created_at=bundle.at - lived if lived else started or bundle.at,
            labels=labels,
            containers=states(containers),
            conditions=conditions,
            deleting=value(found, "Status").startswith("Terminating"),
        ),
        template=_asked(template(found, containers), workloads.get(top.name)),
        owner_kind=top.kind,
        owner=top.name,
        address=value(found, "IP"),
        started_at=started,
    )


def _asked(own: PodTemplate, workload: Declared | None) -> PodTemplate:
    """What describe leaves out of a pod, from its workload; containers stay the pod's own: some are injected."""
    if workload is None:
        return own
    asked = workload.template
    environments = {container.name: container.environment for container in asked.containers}
    return own.evolve(
        node_affinity=asked.node_affinity,
        neighbours=asked.neighbours,
        pull_with=asked.pull_with,
        fs_group=asked.fs_group,
        run_as_user=asked.run_as_user,
        node_name=asked.node_name,
        dns_policy=asked.dns_policy,
        dns_servers=asked.dns_servers,
        containers=[
            c.evolve(environment=environments[c.name]) if environments.get(c.name) else c for c in own.containers
        ],
    )
