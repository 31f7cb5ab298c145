"""Argo Rollouts through the eyes of the deployment controller: the same ReplicaSets under annotations of another name.

Called by changes.py, which then tells their history as a Deployment's.
"""

from agent.model.change import Change, ChangeKind
from agent.model.record import digest
from integrations.kubernetes.declared import entity
from integrations.kubernetes.fields import Json, flag, moment, section, text, texts
from integrations.kubernetes.masking import HASH_LABEL

_PREFIX, _DEPLOYMENTS = "rollout.argoproj.io/", "deployment.kubernetes.io/"
_HASH = "rollouts-pod-template-hash"


def translated(found: Json) -> Json:
    """A Rollout, or a ReplicaSet of one, with its revision and template hash where a Deployment has them."""
    metadata = section(found, "metadata")
    annotations = {key.replace(_PREFIX, _DEPLOYMENTS): value for key, value in texts(metadata, "annotations").items()}
    spec, template = section(found, "spec"), section(found, "spec", "template")
    inner = {**section(template, "metadata"), "labels": _labels(template)}
    return {
        **found,
        "metadata": {**metadata, "annotations": annotations, "labels": _labels(found)},
        "spec": {**spec, "template": {**template, "metadata": inner}},
    }


def _labels(found: Json) -> dict[str, str]:
    return {HASH_LABEL if key == _HASH else key: value for key, value in texts(found, "metadata", "labels").items()}


def aborted(found: Json) -> list[Change]:
    """That the controller gave a new revision up: traffic is back on the stable one without anybody's doing."""
    here, at = entity("Rollout", found), moment(found, "status", "abortedAt")
    if at is None or not flag(found, "status", "abort"):
        return []
    return [
        Change(
            id=digest("aborted", here, text(found, "metadata", "uid"), at),
            kind=ChangeKind.ROLLBACK,
            entity=here,
            at=at,
            actor="Argo Rollouts",
            summary=f"{here} was aborted; traffic goes to the stable revision",
        )
    ]
