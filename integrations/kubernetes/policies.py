"""Changes of what bounds workloads without being one: quotas, limit ranges, network policies, roles, accounts, autoscalers.

Told from managedFields: who wrote the object's own part last, and when. What was deleted leaves no
trace in the API; only a continuous watch could tell. Called by changes.py.
"""

from agent.model.change import Change, ChangeKind
from agent.model.record import digest
from integrations.kubernetes.declared import entity
from integrations.kubernetes.fields import Json, created, text
from integrations.kubernetes.managed import Writer, writers

KINDS = {
    "ResourceQuota": ChangeKind.POLICY,
    "LimitRange": ChangeKind.POLICY,
    "NetworkPolicy": ChangeKind.POLICY,
    "Role": ChangeKind.POLICY,
    "RoleBinding": ChangeKind.POLICY,
    "ServiceAccount": ChangeKind.POLICY,
    "HorizontalPodAutoscaler": ChangeKind.SCALE,
}
_OWN_PARTS = (
    "spec",
    "rules",
    "subjects",
    "roleRef",
    "automountServiceAccountToken",
)  # never status, labels or annotations: controllers write those


def policies(kind: str, found: Json) -> list[Change]:
    """That the object was made, and that it was last edited after it."""
    begun = created(found)
    hands = [
        writer
        for part in _OWN_PARTS
        for writer in writers(found, part)
        if writer.at is not None and writer.subresource != "status"
    ]
    maker = next((hand.manager for hand in hands if hand.at == begun), "")
    told = [_change(kind, found, Writer(maker, "", begun, "", []), "was created")]
    edits = [(hand.at, hand) for hand in hands if hand.at and hand.at > begun]
    if edits:
        told.append(_change(kind, found, max(edits, key=lambda pair: pair[0])[1], "was edited"))
    return told


def _change(kind: str, found: Json, hand: Writer, what: str) -> Change:
    here, at = entity(kind, found), hand.at or created(found)
    return Change(
        id=digest("policy", here, text(found, "metadata", "uid"), what, at),
        kind=KINDS[kind],
        entity=here,
        at=at,
        actor=hand.manager,
        summary=f"{here} {what}",
    )
