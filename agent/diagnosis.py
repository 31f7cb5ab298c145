"""What can be reached and may be done, and what an investigation lacks without it. Called by `steadyhand doctor`."""

from agent import wiring
from agent.errors import Unusable
from agent.model.checked import Checked
from agent.model.question import Gap
from agent.policy.approvers import told
from agent.settings import Settings


async def diagnose(settings: Settings) -> list[Checked]:
    """Everything, one after the other. Never raises for a missing source."""
    found = [await _metrics_checked(settings), *await wiring.cluster_checked(settings)]
    try:
        count = len(wiring.rules(settings).playbooks)
        found.append(Checked(name="playbooks", ok=True, detail=f"{count} valid"))
    except Unusable as error:
        found.append(Checked(name="playbooks", ok=False, detail=str(error), cost="nothing is ever proposed"))
    found.append(Checked(name="approvers", ok=True, detail=told(settings.approvers, known=settings.api.known)))
    return found


async def _metrics_checked(settings: Settings) -> Checked:
    lost = "no burn rate, no onset, no test by metrics: nothing can be confirmed or verified"
    prometheus = wiring.prometheus_of(settings)
    if prometheus is None:
        return Checked(name="Prometheus", ok=False, detail="prometheus.url is not set", cost=lost)
    version = await prometheus.version()
    await prometheus.aclose()
    if isinstance(version, Gap):
        return Checked(name="Prometheus", ok=False, detail=f"{version.reason}: {version.detail}", cost=lost)
    return Checked(name="Prometheus", ok=True, detail=f"{settings.prometheus.url}, version {version}")
