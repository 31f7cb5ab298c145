"""Who may answer a question or take an incident over: the `approvers` of the configuration against a proven identity."""

from agent.model.identity import Approver, Identity, Right


def who_may(right: Right, namespace: str, action: str, approvers: list[Approver]) -> list[Approver]:
    """Those with this right for a namespace and a kind of action ("" for an incident without a question)."""
    return [
        approver
        for approver in approvers
        if right in approver.may
        and (not approver.namespaces or namespace in approver.namespaces)
        and (not approver.actions or not action or action in approver.actions)
    ]


def objection(who: Identity, right: Right, namespace: str, action: str, approvers: list[Approver]) -> str:
    """Why this identity may not, with those who may; "" if it may, or if no approvers are configured at all."""
    if not approvers:
        return ""
    entitled = who_may(right, namespace, action, approvers)
    if any(is_one_of(who, approver) for approver in entitled):
        return ""
    subject = f"{who.name or who.id} ({who.id})" if who.id else "somebody whose identity no channel proved"
    what = f"{right} {action.replace('_', ' ')} in {namespace}" if action else f"{right} an incident of {namespace}"
    names = ", ".join(approver.name for approver in entitled) or "nobody: no approver is configured for it"
    return f"{subject} may not {what}; who may: {names}"


def is_one_of(who: Identity, approver: Approver) -> bool:
    """Whether one of the proven identities is listed. Nobody's identity ("") never is."""
    return bool({who.id, *who.also} & set(approver.identities) - {""})


def person(who: Identity, approvers: list[Approver]) -> str:
    """Whom the two-person rule counts: the approver who is one person with several identities, else the identity."""
    one = next((a for a in approvers if a.one_person and is_one_of(who, a)), None)
    return f"person:{one.name}" if one else who.id


def told(approvers: list[Approver], *, known: bool) -> str:
    """What the configuration amounts to, for `config check` and `doctor`; `known`: whether callers have to say who they are."""
    if approvers:
        one = "1 approver" if len(approvers) == 1 else f"{len(approvers)} approvers"
        return f"{one}: {', '.join(approver.name for approver in approvers)}; nobody else may decide"
    everybody = "every caller with a token" if known else "everybody who reaches the API, by whatever name,"
    return f"none configured: {everybody} may approve and deny everything (`approvers`)"
