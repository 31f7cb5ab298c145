"""Who else steers an object and would undo or fight an action of ours: shown as warnings in a preview."""

from agent.redact import redact
from integrations.kubernetes.api import Api
from integrations.kubernetes.failure import Failure
from integrations.kubernetes.fields import Json, flag, items, name_of, text, texts
from integrations.kubernetes.managed import writers
from integrations.kubernetes.route import Route

# label or annotation → who keeps the object as it is written elsewhere
_MARKS = {
    "argocd.argoproj.io/instance": "Argo CD application",
    "argocd.argoproj.io/tracking-id": "Argo CD",
    "kustomize.toolkit.fluxcd.io/name": "Flux Kustomization",
    "helm.toolkit.fluxcd.io/name": "Flux HelmRelease",
    "meta.helm.sh/release-name": "Helm release",
    "fluxcd.io/sync-checksum": "Flux",
}
# field managers of the same, for objects that carry no mark
_MANAGERS = {
    "argocd-controller": "Argo CD",
    "argocd-application-controller": "Argo CD",
    "kustomize-controller": "Flux",
    "helm-controller": "Flux",
    "helm": "Helm",
    "flagger": "Flagger",
    "rollouts-controller": "Argo Rollouts",
}


def steering(found: Json) -> list[str]:
    """Sentences about GitOps tools, Helm and a pause, from the object itself."""
    marks = {**texts(found, "metadata", "labels"), **texts(found, "metadata", "annotations")}
    told = [f"{who} {redact(marks[mark])[:100]} also manages it" for mark, who in _MARKS.items() if marks.get(mark)]
    if not told:
        hands = {writer.manager for writer in writers(found) if not writer.subresource}
        told = [f"{who} also manages it" for who in sorted({_MANAGERS[hand] for hand in hands if hand in _MANAGERS})]
    told = [f"{each}: {_when(each)}; change it there, too" for each in [*told, *_owner(found)]]
    if flag(found, "spec", "paused"):
        told.append("the Deployment is paused: a new template rolls out only after it is resumed")
    return told


def _owner(found: Json) -> list[str]:
    owners = items(found, "metadata", "ownerReferences")
    return [f"{text(each, 'kind')} {text(each, 'name')[:100]} owns it" for each in owners if flag(each, "controller")]


def _when(who: str) -> str:
    return "its next upgrade puts the old state back" if who.startswith("Helm") else "it may put the old state back"


async def autoscalers(api: Api, found: Json) -> list[str]:
    """Sentences about HorizontalPodAutoscalers that scale it, or that it cannot be told."""
    namespace = text(found, "metadata", "namespace")
    try:
        listed = await api.collect(Route("autoscaling/v2", "horizontalpodautoscalers", namespace))
    except Failure as failure:
        return [f"whether an autoscaler owns the replicas is not known: {failure}"]
    return [
        f"the HorizontalPodAutoscaler {name_of(each)} owns the number of replicas and may change it again"
        for each in listed
        if (text(each, "spec", "scaleTargetRef", "kind"), text(each, "spec", "scaleTargetRef", "name"))
        == ("Deployment", name_of(found))
    ]
