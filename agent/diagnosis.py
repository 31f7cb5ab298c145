"""What can be reached and may be done, and what an investigation lacks without it. Called by `steadyhand doctor`."""

from agent import channels, reality, wiring
from agent.errors import SteadyhandError, Unusable
from agent.model.checked import Checked
from agent.model.question import Gap
from agent.policy.approvers import told
from agent.settings import Settings


async def diagnose(settings: Settings) -> list[Checked]:
    """Everything, one after the other. Never raises for a missing source."""
    found = [await _metrics_checked(settings), *await reality.cluster_checked(settings)]
    found += [*await _silences_checked(settings), *await _slack_checked(settings), wiring.folder_checked(settings)]
    try:
        count = len(wiring.rules(settings).playbooks)
        found.append(Checked(name="playbooks", ok=True, detail=f"{count} valid"))
    except Unusable as error:
        found.append(Checked(name="playbooks", ok=False, detail=str(error), cost="nothing is ever proposed"))
    found.append(Checked(name="approvers", ok=True, detail=told(settings.approvers, known=settings.api.known)))
    return found


async def reachable(settings: Settings) -> list[Checked]:
    """The sources and channels alone, and the rights to read in one row: what the running daemon asks. Never raises for one."""
    found = [await _metrics_checked(settings), *await reality.cluster_checked(settings, rights_in_one=True)]
    return [*found, *await _silences_checked(settings), *await _slack_checked(settings)]


async def _slack_checked(settings: Settings) -> list[Checked]:
    try:
        return await channels.slack_known(settings)
    except SteadyhandError as error:
        return [Checked(name="Slack", ok=False, detail=str(error), cost="nobody is told or asked there")]


async def _metrics_checked(settings: Settings) -> Checked:
    lost = "no burn rate, no onset, no test by metrics: nothing can be confirmed or verified"
    prometheus = reality.prometheus_of(settings)
    if prometheus is None:
        return Checked(name="Prometheus", ok=False, detail="prometheus.url is not set", cost=lost)
    version = await prometheus.version()
    await prometheus.aclose()
    if isinstance(version, Gap):
        return Checked(name="Prometheus", ok=False, detail=f"{version.reason}: {version.detail}", cost=lost)
    return Checked(name="Prometheus", ok=True, detail=f"{settings.prometheus.url}, version {version}")


async def _silences_checked(settings: Settings) -> list[Checked]:
    """Nothing where none is configured: then nobody expects silences to be seen."""
    name, lost = "Alertmanager", "no silence is seen, and a person is asked before anything is done"
    try:
        silences = reality.silences_of(settings)
        if silences is None:
            return []
        try:
            version = await silences.version()
        finally:
            await silences.aclose()
    except SteadyhandError as error:
        return [Checked(name=name, ok=False, detail=str(error), cost=lost)]
    said = f", version {version}" if version else ""
    return [Checked(name=name, ok=True, detail=f"{settings.alertmanager.url}{said}")]
