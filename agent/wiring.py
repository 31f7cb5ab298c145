"""The composition root: settings in, a working installation out. With agent.reality and agent.channels the only importer of `integrations`.

Adapters are imported where they are built, so that a verb pays only for what it uses.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from agent.graph import Machine, build
from agent.history import Shelf
from agent.model.alert import Alert
from agent.model.checked import Checked
from agent.model.rules import Rules
from agent.model.snapshot import Snapshot
from agent.ports import Ports
from agent.reasoning.causes import names
from agent.settings import Settings
from agent.world import RecordedWorld, Shop, World

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
    return settings.rules(names())


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
            configs=world.configs,
            silences=world.silences,
            freshness=world.freshness,
        )
        world.shelf.open(store.store.contents)
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


def folder_checked(settings: Settings) -> Checked:
    """Whether the data folder could be worked in; it is not opened."""
    from integrations.store.folder import folder_checked as looked  # noqa: PLC0415 - heavy

    return looked(settings.state_dir)


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


def read_alerts(body: bytes) -> list[Alert]:
    """Alerts from a webhook body. Raises SteadyhandError naming the field that is wrong."""
    from integrations.alertmanager.webhook import parse  # noqa: PLC0415 - heavy

    return parse(body)


BURN_WINDOWS_SHRUNK = 12.0
"""The demo's alert rules look at a twelfth of the workbook's windows, so that they fire within minutes, not an hour."""


def simulated_shop(seed: int, speed: float, start: datetime) -> Shop:
    """A shop whose time runs `speed` times faster than ours."""
    from integrations.simulation import scenarios  # noqa: PLC0415 - heavy
    from integrations.simulation.actuator import SimulatedActuator  # noqa: PLC0415 - heavy
    from integrations.simulation.alerts import SimulatedAlertmanager  # noqa: PLC0415 - heavy
    from integrations.simulation.clock import AcceleratedClock  # noqa: PLC0415 - heavy
    from integrations.simulation.cluster import SimulatedCluster  # noqa: PLC0415 - heavy
    from integrations.simulation.configuring import SimulatedContents  # noqa: PLC0415 - heavy
    from integrations.simulation.metrics import SimulatedMetrics  # noqa: PLC0415 - heavy
    from integrations.simulation.world import World as Simulation  # noqa: PLC0415 - heavy

    clock = AcceleratedClock(start, speed)
    simulation, shelf = Simulation(seed, clock), Shelf()
    world = World(
        clock=clock,
        metrics=SimulatedMetrics(simulation),
        cluster=SimulatedCluster(simulation),
        actuator=SimulatedActuator(simulation, shelf),
        configs=SimulatedContents(simulation),
        shelf=shelf,
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
