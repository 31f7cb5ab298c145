"""From answers to a service's profile: its workload, its SLO (configured or by convention), whom it calls."""

from agent.model.entity import ServiceRef
from agent.model.evidence import Evidence
from agent.model.profile import Edge, Profile
from agent.model.query import Series
from agent.model.question import GapReason, MetricAnswer, Workloads
from agent.model.rules import Rules
from agent.model.slo import Sli, Slo
from agent.model.workload import Workload
from agent.reasoning import topology
from agent.slo.conventions import find_sli


def profile(service: ServiceRef, workloads: Evidence, series: Evidence, rules: Rules) -> Profile:
    """Put the two identifying answers together; what is missing is said in `unresolved`."""
    if service.whole:
        return Profile(service=service)
    found = workloads.answer.items if isinstance(workloads.answer, Workloads) else []
    existing = series.answer.series if isinstance(series.answer, MetricAnswer) else []
    workload = found[0] if len(found) == 1 else None
    slo = rules.slo_of(service) or _assumed(service, find_sli(service, existing), rules)
    missing = [] if workload else [_no_workload(service, workloads, found)]
    if slo is None:
        missing.append(_no_sli(service, series))
    return Profile(
        service=service,
        workload=workload,
        slo=slo,
        edges=_edges(service, existing, workload),
        unresolved="; ".join(missing),
    )


def _edges(service: ServiceRef, existing: list[Series], workload: Workload | None) -> list[Edge]:
    return topology.edges(service, existing, workload.references if workload else [])


def _assumed(service: ServiceRef, sli: Sli | None, rules: Rules) -> Slo | None:
    if sli is None:
        return None
    default = rules.default_slo
    return Slo(
        name=f"{service.name}-availability",
        service=service,
        objective=default.objective,
        period_days=default.period_days,
        sli=sli,
        assumed=True,
    )


def _no_workload(service: ServiceRef, evidence: Evidence, found: list[Workload]) -> str:
    if len(found) > 1:
        return f"{service} stands for several workloads: {', '.join(str(w.entity) for w in found)}"
    gap = evidence.gap
    if gap and gap.reason is not GapReason.EMPTY:
        return f"the workload of {service} could not be looked for ({gap.reason}: {gap.detail})"
    reason = f" ({gap.detail})" if gap else ""
    return f"no Deployment, StatefulSet or DaemonSet called {service.name} in namespace {service.namespace}, nor behind a Service of that name{reason}"


def _no_sli(service: ServiceRef, evidence: Evidence) -> str:
    gap = evidence.gap
    if gap and gap.reason is not GapReason.EMPTY:
        return (
            f"no SLO is configured for {service}, and its metrics could not be looked for ({gap.reason}: {gap.detail})"
        )
    reason = f" ({gap.detail})" if gap else ""
    return f"no SLO is configured for {service} and no metric convention matches its series{reason}"
