"""Which GitOps delivery keeps a service, what was written behind its back, and whether what is declared arrives.

Called by the detector of deliveries, the causes and the probe.
"""

import re
from itertools import chain

from agent.model.change import Change, ChangeKind
from agent.model.delivery import Delivery
from agent.model.entity import Entity
from agent.model.inventory import Declared, Estate
from agent.reasoning.facts import Facts
from agent.reasoning.owners import workload_of

OWN_HANDS = re.compile(r"argocd|kustomize-controller|helm-controller|^flux")
"""Field managers under which the tools write."""

NO_EDIT = re.compile(r"kubectl-rollout|autoscaler|kube-controller-manager|kubelet")
"""A restart, a scaling and Kubernetes' own bookkeeping change nothing that Git declares."""

EDITS = frozenset({ChangeKind.ROLLOUT, ChangeKind.ROLLBACK, ChangeKind.CONFIG})
LISTED = ("Deployment", "StatefulSet", "DaemonSet")


def foreign(manager: str) -> bool:
    """Somebody else than the tools edited it."""
    return bool(manager) and not OWN_HANDS.search(manager) and not NO_EDIT.search(manager)


def keeper(estate: Estate, entity: Entity) -> Delivery | None:
    """The delivery that keeps the workload of a service, else its Service."""
    declared = workload_of(estate, entity)
    wanted = [declared.entity] if declared else []
    wanted.append(Entity(kind="Service", namespace=estate.namespace, name=entity.name))
    kept = {one.entity: delivery for delivery in estate.deliveries for one in delivery.objects}
    return next((kept[each] for each in wanted if each in kept), None)


def parts(declared: Declared) -> set[Entity]:
    """A workload and the configuration its pods are made with."""
    template, namespace = declared.template, declared.entity.namespace
    named = chain.from_iterable(container.references for container in template.containers)
    kinds = {"configMap": "ConfigMap", "secret": "Secret"}
    used = {(reference.kind, reference.name) for reference in named}
    used |= {(kinds[volume.kind], volume.source) for volume in template.volumes if volume.kind in kinds}
    return {declared.entity, *(Entity(kind=kind, namespace=namespace, name=name) for kind, name in used)}


def edits(facts: Facts, delivery: Delivery, declared: Declared) -> list[Change]:
    """Changes of what the delivery keeps of a service, by other hands and since it was last applied, oldest first."""
    kept = {one.entity for one in delivery.objects} & parts(declared)
    return [
        change
        for change in facts.changes
        if change.entity in kept
        and change.kind in EDITS
        and foreign(change.actor)
        and (delivery.applied_at is None or change.at > delivery.applied_at)
    ]


def rewritten(delivery: Delivery, declared: Declared) -> str:
    """Who wrote the pod template last, by the object itself, if that was none of the tool's own hands."""
    later = delivery.applied_at is None or declared.template_at is None or declared.template_at > delivery.applied_at
    return declared.template_by if foreign(declared.template_by) and later else ""


def hindrance(estate: Estate, delivery: Delivery) -> str:
    """Why what is declared does not arrive, by revisions, dependencies and objects alone; "" if it does."""
    others = {one.entity: one for one in estate.deliveries}
    unready = [need.name for need in delivery.needs if need not in others or not others[need].ready]
    if unready:
        return f"it waits for {', '.join(unready)}, which is not there or not ready"
    if delivery.wanted and delivery.wanted != delivery.applied:
        return f"{delivery.wanted[:40]} is wanted and {delivery.applied[:40] or 'nothing'} was applied"
    if delivery.failed:
        return f"the last try to apply {delivery.wanted[:40] or 'it'} failed"
    if delivery.complaints and delivery.tool == "Argo CD" and not delivery.wanted:
        return "it cannot tell what is wanted"
    there = {declared.entity for declared in estate.workloads}
    lost = [one.entity.name for one in delivery.objects if one.entity.kind in LISTED and one.entity not in there]
    return f"{', '.join(sorted(lost)[:3])} is declared and not there" if lost and estate.workloads else ""


def standing(facts: Facts, estate: Estate, delivery: Delivery, entity: Entity) -> tuple[str, str]:
    """An outcome of the probe, and what it rests on."""
    declared, name = workload_of(estate, entity), f"{delivery.entity.kind} {delivery.entity.name}"
    by_hand = edits(facts, delivery, declared) if declared else []
    author = rewritten(delivery, declared) if declared else ""
    if by_hand:
        return "edited live", f"{by_hand[-1].summary} by {by_hand[-1].actor}, not by {delivery.tool} ({name})"
    if author and declared:
        return (
            "edited live",
            f"{author} wrote the template of {declared.entity.name} last, not {delivery.tool} ({name})",
        )
    if delivery.suspended or (delivery.differs and not delivery.automatic):
        return "suspended", f"{name} is suspended or applies nothing by itself"
    if why := hindrance(estate, delivery):
        return "not applied", f"{name}: {why}"
    return "in step", f"{name} applied what is wanted, and nobody else wrote {entity.name}"
