"""What can be reached and may be done, and what an investigation lacks without it. Called by `steadyhand doctor`."""

from agent import channels, reality, wiring
from agent.errors import SteadyhandError, Unusable
from agent.model.checked import Checked
from agent.model.playbook import Playbook
from agent.model.question import Gap
from agent.policy.approvers import told
from agent.policy.reach import named, reach
from agent.settings import Settings


async def diagnose(settings: Settings) -> list[Checked]:
    """Everything, one after the other. Never raises for a missing source."""
    try:
        playbooks = wiring.rules(settings).playbooks
        read = Checked(name="playbooks", ok=True, detail=f"{len(playbooks)} valid")
    except Unusable as error:
        playbooks, read = [], Checked(name="playbooks", ok=False, detail=str(error), cost="nothing is ever proposed")
    may = reach(settings.policy, playbooks, settings.investigated() or named(settings.policy) or [""])
    found = [await _metrics_checked(settings), *await reality.cluster_checked(settings, may)]
    found += [
        *await _silences_checked(settings),
        *await _slack_checked(settings),
        wiring.folder_checked(settings),
        read,
    ]
    found.append(Checked(name="acting", ok=True, detail=_acting(may)))
    found.append(Checked(name="approvers", ok=True, detail=told(settings.approvers, known=settings.api.known)))
    return found


def _acting(may: dict[str, list[Playbook]]) -> str:
    if not may:
        return "not configured: by its policy it looks and proposes nothing to do, and needs no right to write"
    names = sorted({playbook.name for could in may.values() for playbook in could})
    return f"{len(names)} playbooks in {', '.join(name or 'any namespace' for name in may)}"


async def reachable(settings: Settings) -> list[Checked]:
    """The sources and channels alone, and the rights to read in one row: what the running daemon asks. Never raises for one."""
    found = [await _metrics_checked(settings), *await reality.cluster_checked(settings, {}, rights_in_one=True)]
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
