"""Is an object ours to write? What a controller would put back within minutes is not; pure.

Found from ownerReferences, the marks of GitOps tools and Helm, and field managers. Called where an estate is put together
(integrations.kubernetes) and before an action is proposed (agent.policy.fitting).
"""

from agent.model.action import Action, Restart
from agent.model.entity import Entity
from agent.model.keeper import Keeper
from agent.policy.situation import Situation

HELM = "Helm"

MARKS = {
    "argocd.argoproj.io/tracking-id": "Argo CD",
    "argocd.argoproj.io/instance": "Argo CD",
    "kustomize.toolkit.fluxcd.io/name": "Flux",
    "helm.toolkit.fluxcd.io/name": "Flux",
    "fluxcd.io/sync-checksum": "Flux",
    "configmanagement.gke.io/managed": "Config Sync",
    "meta.helm.sh/release-name": HELM,
}
"""Labels and annotations by which tools mark what they keep, those that reconcile first."""

HANDS = {
    "argocd-controller": "Argo CD",
    "argocd-application-controller": "Argo CD",
    "kustomize-controller": "Flux",
    "helm-controller": "Flux",
    "helm": HELM,
}
"""Field managers of the same, for objects that carry no mark."""

ADDONS = "addonmanager.kubernetes.io/mode"


def keeper(entity: Entity, marks: dict[str, str], hands: list[str], owner: str = "") -> Keeper | None:
    """Who keeps it: its controlling owner ("Kind name"), else a tool by label or annotation, else one by field manager."""
    if owner:
        kind, _, name = owner.partition(" ")
        return Keeper(entity=entity, tool=kind, name=name)
    if marks.get(ADDONS) == "Reconcile":
        return Keeper(entity=entity, tool="the addon manager")
    marked = next((mark for mark in MARKS if marks.get(mark)), "")
    if marked:
        name = marks[marked].partition(":")[0] if MARKS[marked] in ("Argo CD", HELM) else marks[marked]
        return _tool(entity, MARKS[marked], name)
    known = sorted({HANDS[hand] for hand in hands if hand in HANDS})
    return _tool(entity, known[0]) if known else None  # Helm comes last, by the alphabet too


def _tool(entity: Entity, tool: str, name: str = "") -> Keeper:
    return Keeper(
        entity=entity, tool=tool, name="" if tool in ("Flux", "Config Sync") else name[:100], reconciles=tool != HELM
    )


def put_back(action: Action, situation: Situation) -> str:
    """Why it is not to be done; empty where nobody would put the old state back within minutes.

    What a tool keeps may be restarted: it compares what is declared, and a restart only adds an annotation that is not
    (Argo CD's own "restart" action is the same; Flux drops what the field manager `kubectl` added, which we are not).
    """
    target = action.target
    found = _keeper(target, situation)
    if isinstance(found, str):
        return found
    if found is None or not found.reconciles:
        return ""
    if found.tool in MARKS.values():
        if isinstance(action, Restart):
            return ""
        return f"{found.tool} manages {target} and would re-sync it: revert the change in Git"
    return f"{found} owns {target} and would put it back: change it there"


def _keeper(target: Entity, situation: Situation) -> Keeper | str | None:
    """Of what the investigation saw; where it could not look, why that is not known."""
    workload, estate = situation.workload, situation.estate
    told = [each for each in estate.keepers if each.entity == target] if estate else []
    told += [
        Keeper(entity=target, tool=delivery.tool, name=delivery.entity.name)
        for delivery in (estate.deliveries if estate else [])
        if any(each.entity == target for each in delivery.objects)
    ]
    if workload is not None and workload.entity == target:
        hands = [each.manager for each in workload.managers if not each.subresource]
        own = keeper(target, {**workload.labels, **workload.annotations}, hands)
        told += [own] if own else []
    elif target.kind != "External" and (estate is None or not estate.knows(target.kind)):
        return f"whether something keeps {target} as it is declared elsewhere could not be seen"
    return next((each for each in told if each.reconciles), told[0] if told else None)
