"""What bounds a namespace's workloads: quotas, limit ranges, autoscalers, disruption budgets. Called by estate.py."""

from agent.model.entity import Entity
from agent.model.inventory import Autoscaler, DisruptionBudget, Quota
from integrations.kubernetes.declared import entity
from integrations.kubernetes.fields import Json, at, conditions, items, name_of, number, section, text, texts
from integrations.kubernetes.quantities import quantities
from integrations.kubernetes.templates import requirements

_BOUNDS = {
    "min": "min",
    "max": "max",
    "default": "default limit",
    "defaultRequest": "default request",
    "maxLimitRequestRatio": "max limit/request ratio",
}


def quota(found: Json) -> Quota:
    """A ResourceQuota: what the controller has counted, else only what is declared."""
    return Quota(
        entity=entity("ResourceQuota", found),
        hard=quantities(found, "status", "hard") or quantities(found, "spec", "hard"),
        used=quantities(found, "status", "used"),
    )


def limit_range(found: Json) -> list[str]:
    """Every bound of a LimitRange in words: "NAME: Container max memory 128Mi"."""
    return [
        f"{name_of(found)}: {text(each, 'type')} {words} {resource} {value}"
        for each in items(found, "spec", "limits")
        for key, words in _BOUNDS.items()
        for resource, value in sorted(texts(each, key).items())
    ]


def autoscaler(found: Json) -> Autoscaler:
    """A HorizontalPodAutoscaler."""
    target, spec = section(found, "spec", "scaleTargetRef"), section(found, "spec")
    here = entity("HorizontalPodAutoscaler", found)
    return Autoscaler(
        entity=here,
        target=Entity(kind=text(target, "kind"), namespace=here.namespace, name=text(target, "name")),
        minimum=number(spec, "minReplicas") if "minReplicas" in spec else 1,
        maximum=number(spec, "maxReplicas"),
        current=number(found, "status", "currentReplicas"),
        desired=number(found, "status", "desiredReplicas"),
        conditions=conditions(found),
    )


def disruption_budget(found: Json) -> DisruptionBudget:
    """A PodDisruptionBudget."""
    selector, status = at(found, "spec", "selector"), section(found, "status")
    return DisruptionBudget(
        entity=entity("PodDisruptionBudget", found),
        everything=isinstance(selector, dict) and not any(selector.values()),
        selector=texts(selector, "matchLabels"),
        requirements=requirements(section(found, "spec", "selector")),
        minimum=_amount(found, "minAvailable"),
        maximum=_amount(found, "maxUnavailable"),
        healthy=number(status, "currentHealthy"),
        desired=number(status, "desiredHealthy"),
        expected=number(status, "expectedPods"),
        allowed=number(status, "disruptionsAllowed"),
        conditions=conditions(found),
    )


def _amount(found: Json, key: str) -> str:
    """A number of pods or a share of them, "" where it is not given."""
    value = at(found, "spec", key)
    return str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
