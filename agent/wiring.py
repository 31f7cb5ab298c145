"""The composition root: settings in, a working installation out. With agent.channels the only importer of `integrations`.

Adapters are imported where they are built, so that a verb pays only for what it uses.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from agent.errors import Unusable
from agent.freshness import UNKEPT, Freshness
from agent.graph import Machine, build
from agent.model.alert import Alert
from agent.model.checked import Checked
from agent.model.rules import Rules
from agent.model.snapshot import Snapshot
from agent.ports import SILENT, Actuator, Calendars, ClusterSource, Notices, Ports
from agent.reasoning.causes import catalogue
from agent.settings import Settings
from agent.silences import UNASKED
from agent.world import RecordedWorld, Shop, World

if TYPE_CHECKING:
    from integrations.alertmanager.silences import AlertmanagerSilences
    from integrations.kubernetes.api import Api
    from integrations.prometheus.source import Prometheus

Check = Callable[[], Awaitable[list[str]]]


@dataclass(frozen=True)
class Installation:
    """Everything a verb needs: what the machine can reach, the machine, and what keeps the process from being ready.

    A source that is down is no such thing: alerts must still be taken in, and coverage will say what was not seen.
    """

    ports: Ports
    machine: Machine
    checks: list[Check]
    tidy: Callable[[str], Awaitable[None]]


def rules(settings: Settings) -> Rules:
    """The house's rules with the playbooks, whose causes must be in the catalogue. Raises Unusable."""
    return settings.rules({cause.name for cause in catalogue()})


@asynccontextmanager
async def install(house: Rules, world: World, folder: Path) -> AsyncIterator[Installation]:
    """Open the store in a folder and put the machine on the given world. Raises Unusable."""
    from integrations.store.open import open_store  # noqa: PLC0415 - heavy

    store = await open_store(folder)
    try:
        ports = Ports(
            clock=world.clock,
            metrics=world.metrics,
            cluster=world.cluster,
            actuator=world.actuator,
            notices=world.notices,
            store=store.store,
            rules=house,
            calendars=world.calendars,
            silences=world.silences,
            freshness=world.freshness,
        )
        yield Installation(ports, build(store.checkpointer), [store.healthy], store.prune)
    finally:
        await store.aclose()


def recorded(snapshot: Snapshot) -> RecordedWorld:
    """The world as the recorded investigation was told about it."""
    from integrations.recording import sources  # noqa: PLC0415 - as the others
    from integrations.recording.clock import RecordedClock  # noqa: PLC0415 - as the others

    clock = RecordedClock(snapshot.moments)
    answers = sources.Answers(snapshot.evidence, clock)
    return RecordedWorld(
        clock=clock,
        metrics=sources.RecordedMetrics(answers),
        cluster=sources.RecordedCluster(answers),
        actuator=sources.RecordedActuator(snapshot.previews),
        calendars=sources.RecordedCalendars(snapshot.calendars),
        silences=sources.RecordedSilences(snapshot.silences),
        enter=clock.enter,
        unrecorded=answers.unrecorded,
    )


def discreet(world: World) -> World:
    """The same world, every answer redacted before it is used: what a recording is made of."""
    from integrations.recording.discreet import DiscreetActuator, DiscreetCluster, DiscreetMetrics  # noqa: PLC0415

    return replace(
        world,
        metrics=DiscreetMetrics(world.metrics),
        cluster=DiscreetCluster(world.cluster),
        actuator=DiscreetActuator(world.actuator),
    )


def audit_of(settings: Settings) -> tuple[Iterator[str], list[str]]:
    """The audit in the data folder, entries as JSON, and the ledger's effects it lacks. Raises Unusable."""
    from integrations.store.audit_file import lines, untold  # noqa: PLC0415 - heavy

    return lines(settings.state_dir), untold(settings.state_dir)


def write_snapshot(snapshot: Snapshot, path: Path) -> None:
    """Keep a recording in a file. Raises Unusable."""
    from integrations.recording import archive  # noqa: PLC0415 - as the others

    archive.write(snapshot, path)


def read_snapshot(path: Path) -> Snapshot:
    """A recording from a file. Raises Unusable, saying what is wrong with it."""
    from integrations.recording import archive  # noqa: PLC0415 - as the others

    return archive.read(path)


@asynccontextmanager
async def real_world(settings: Settings, at: datetime | None = None) -> AsyncIterator[World]:
    """Prometheus and Kubernetes as configured, dry if so wanted; `at` makes it the world of a past moment. Raises Unusable."""
    from integrations.absent import NoCluster, NoMetrics, PastCluster  # noqa: PLC0415 - as the others
    from integrations.clock import PastClock, SystemClock  # noqa: PLC0415 - as the others
    from integrations.dryrun.actuator import DryActuator  # noqa: PLC0415 - as the others

    async with AsyncExitStack() as closing:
        prometheus = prometheus_of(settings)
        if prometheus:
            closing.push_async_callback(prometheus.aclose)
        api, why = await _kubernetes(settings)
        cluster: ClusterSource = NoCluster(why)
        actuator: Actuator = NoCluster(why)
        notices: Notices = SILENT
        freshness: Freshness = UNKEPT
        if api:
            from integrations.kubernetes.actuator import KubernetesActuator  # noqa: PLC0415 - heavy
            from integrations.kubernetes.notices import KubernetesNotices  # noqa: PLC0415 - heavy
            from integrations.kubernetes.source import KubernetesSource  # noqa: PLC0415 - heavy

            closing.push_async_callback(api.close)
            cluster, actuator, notices = KubernetesSource(api), KubernetesActuator(api), KubernetesNotices(api)
            closing.push_async_callback(notices.aclose)
            freshness = api.kept
        silences = silences_of(settings)
        if silences:
            closing.push_async_callback(silences.aclose)
        yield World(
            clock=PastClock(at) if at else SystemClock(),
            metrics=prometheus or NoMetrics(),
            cluster=PastCluster(cluster, at) if at else cluster,
            calendars=calendar_files(),
            actuator=DryActuator(actuator) if settings.dry_run else actuator,
            notices=SILENT if settings.dry_run else notices,
            freshness=freshness,
            silences=silences if silences and not at else UNASKED,  # it knows only the present ones
        )


def calendar_files() -> Calendars:
    """Calendars as files, read when asked."""
    from integrations.icalendar.source import CalendarFiles  # noqa: PLC0415 - as the others

    return CalendarFiles()


def prometheus_of(settings: Settings) -> "Prometheus | None":
    """The configured Prometheus, or None."""
    if settings.prometheus.url is None:
        return None
    from integrations.prometheus.source import Prometheus  # noqa: PLC0415 - heavy

    wanted = settings.prometheus
    return Prometheus(
        settings.prometheus.url,
        headers=wanted.request_headers(),
        bearer_token=wanted.token if wanted.token() else None,
        ca_file=str(wanted.ca_file) if wanted.ca_file else None,
        verify=not wanted.insecure_skip_verify,
        timeout_seconds=wanted.timeout_seconds,
        max_series=wanted.max_series,
    )


def silences_of(settings: Settings) -> "AlertmanagerSilences | None":
    """The configured Alertmanager, or None. Raises Unusable."""
    wanted = settings.alertmanager
    if wanted.url is None:
        return None
    from integrations.alertmanager.silences import AlertmanagerSilences  # noqa: PLC0415 - heavy

    return AlertmanagerSilences(
        wanted.url,
        wanted.credentials,
        ca_file=str(wanted.ca_file) if wanted.ca_file else None,
        verify=not wanted.insecure_skip_verify,
        timeout_seconds=wanted.timeout_seconds,
    )


async def _kubernetes(settings: Settings) -> "tuple[Api | None, str]":
    """The API, or why there is none. A kubeconfig or context that was asked for by name must work."""
    wanted = settings.kubernetes
    if not wanted.enabled:
        return None, "kubernetes.enabled is false"
    from integrations.kubernetes.api import connect  # noqa: PLC0415 - heavy

    kubeconfig = str(wanted.kubeconfig) if wanted.kubeconfig else None
    try:
        return await connect(kubeconfig, wanted.context, wanted.request_timeout_seconds), ""
    except Unusable as missing:
        if kubeconfig or wanted.context:
            raise
        return None, str(missing)


def read_alerts(body: bytes) -> list[Alert]:
    """Alerts from a webhook body. Raises SteadyhandError naming the field that is wrong."""
    from integrations.alertmanager.webhook import parse  # noqa: PLC0415 - heavy

    return parse(body)


async def cluster_checked(settings: Settings) -> list[Checked]:
    """What the Kubernetes API says about itself and our rights. Never raises for one that is missing."""
    from integrations.kubernetes.access import review  # noqa: PLC0415 - heavy
    from integrations.kubernetes.failure import Failure  # noqa: PLC0415 - heavy

    lost = "no workload, change or pod is seen, and nothing can be done"
    try:
        api, why = await _kubernetes(settings)
    except Unusable as error:
        api, why = None, str(error)
    if api is None:
        return [Checked(name="Kubernetes", ok=False, detail=why, cost=lost)]
    try:
        version = await api.version()
        accesses = await review(api, sorted({slo.service.namespace for slo in rules(settings).slos}))
    except Failure as failure:
        return [Checked(name="Kubernetes", ok=False, detail=str(failure), cost=lost)]
    finally:
        await api.close()
    reached = Checked(name="Kubernetes", ok=True, detail=f"{api.server}, version {version}")
    return [reached, *(access.checked() for access in accesses)]


BURN_WINDOWS_SHRUNK = 12.0
"""The demo's alert rules look at a twelfth of the workbook's windows, so that they fire within minutes, not an hour."""


def simulated_shop(seed: int, speed: float, start: datetime) -> Shop:
    """A shop whose time runs `speed` times faster than ours."""
    from integrations.simulation import scenarios  # noqa: PLC0415 - heavy
    from integrations.simulation.actuator import SimulatedActuator  # noqa: PLC0415 - heavy
    from integrations.simulation.alerts import SimulatedAlertmanager  # noqa: PLC0415 - heavy
    from integrations.simulation.clock import AcceleratedClock  # noqa: PLC0415 - heavy
    from integrations.simulation.cluster import SimulatedCluster  # noqa: PLC0415 - heavy
    from integrations.simulation.metrics import SimulatedMetrics  # noqa: PLC0415 - heavy
    from integrations.simulation.world import World as Simulation  # noqa: PLC0415 - heavy

    clock = AcceleratedClock(start, speed)
    simulation = Simulation(seed, clock)
    world = World(
        clock=clock,
        metrics=SimulatedMetrics(simulation),
        cluster=SimulatedCluster(simulation),
        actuator=SimulatedActuator(simulation),
    )

    async def alerts(url: str) -> None:
        watched = SimulatedAlertmanager(simulation, url, shrink=BURN_WINDOWS_SHRUNK, services=["checkout"])
        await watched.run()

    return Shop(
        world=world,
        alerts=alerts,
        stage={
            "bad release": lambda: scenarios.bad_release(simulation),
            "innocent release": lambda: scenarios.innocent_release(simulation),
        },
    )
