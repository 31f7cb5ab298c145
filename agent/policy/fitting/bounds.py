"""Steps that give more room: an autoscaler's maximum, a namespace's quota."""

from math import ceil

from agent.model.action import Action, RaiseQuota, SetBounds
from agent.model.hypothesis import Hypothesis
from agent.model.inventory import Autoscaler, Quota
from agent.model.playbook import Playbook, PlaybookStep
from agent.policy.fitting.workloads import NOT_FOUND
from agent.policy.situation import Situation

WORDS = {
    "quota-cpu": "cpu",
    "quota-memory": "memory",
    "quota-pods": "pods",
    "quota-services": "services",
    "quota-storage": "storage",
}
"""What the name of a limited resource holds, by the cause that says which kind it is."""

FULL = 0.9
"""From this share on a limit refuses the next object of some size."""

BINARY = [("Gi", 2**30), ("Mi", 2**20), ("Ki", 2**10)]


def _raise_bounds(step: PlaybookStep, playbook: Playbook, _why: Hypothesis, situation: Situation) -> Action | str:
    scaler = _scaler(situation)
    if isinstance(scaler, str):
        return scaler
    wanted = scaler.maximum + ceil(scaler.maximum * step.add_replicas_percent / 100)
    maximum = min(wanted, playbook.limits.max_replicas)
    if maximum <= scaler.maximum:
        return f"{scaler.entity} may choose up to {scaler.maximum}, and the playbook's limit is {maximum}"
    return SetBounds(target=scaler.entity, minimum=scaler.minimum, maximum=maximum)


def _scaler(situation: Situation) -> Autoscaler | str:
    workload, estate = situation.workload, situation.estate
    if workload is None:
        return NOT_FOUND
    scalers = estate.autoscalers if estate else []
    same = (workload.entity.kind, workload.entity.name)
    found = next((each for each in scalers if (each.target.kind, each.target.name) == same), None)
    return found or f"no autoscaler of {workload.entity} is known"


def _raise_quota(step: PlaybookStep, _playbook: Playbook, why: Hypothesis, situation: Situation) -> Action | str:
    word = WORDS.get(why.cause)
    quotas = situation.estate.quotas if situation.estate else []
    rows = [
        (quota.used.get(name, 0.0) / hard, quota, name)
        for quota in quotas
        for name, hard in quota.hard.items()
        if word and word in name and hard > 0
    ]
    if not rows:
        return f"no quota of {word or why.cause} is known here"
    share, quota, name = max(rows, key=lambda row: row[0])
    if share < FULL and len(rows) > 1:
        return f"none of the quotas of {word} is used up: {name} of {quota.entity.name} is at {share:.0%}"
    return RaiseQuota(target=quota.entity, resource=name, hard=_more(quota, name, step.add_quota_percent))


def _more(quota: Quota, name: str, percent: int) -> str:
    """The raised limit as a Kubernetes quantity: whole objects, millicores, or binary units of bytes."""
    amount = quota.hard[name] * (1 + percent / 100)
    if "cpu" in name:
        return f"{ceil(amount * 1000)}m"
    if "memory" in name or "storage" in name:
        unit, size = next(((unit, size) for unit, size in BINARY if amount >= size), ("", 1))
        return f"{ceil(amount / size)}{unit}"
    return str(ceil(amount))


FITS = {"raise_bounds": _raise_bounds, "raise_quota": _raise_quota}
