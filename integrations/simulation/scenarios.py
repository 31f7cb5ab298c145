"""Named incidents with a known truth: what the demo plays and what the trust suites are scored against.

Each function lets one incident begin now and returns what is true about it; magnitudes, delays and
manner differ by the world's seed. `stage` varies more: which service, which harmless change comes
first, how long it takes until something breaks.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from agent.model.entity import Entity, ServiceRef
from agent.model.record import Instant, Record
from integrations.simulation.fault import Fault, FaultKind
from integrations.simulation.template import image_of
from integrations.simulation.world import World

DEPENDENCIES = {"checkout": "payments", "payments": "ledger-db", "catalog": "catalog-db"}
"""The services that can suffer from a dependency, each with the one that is broken for it."""

ANY_SERVICE = ["frontend", "checkout", "payments", "catalog"]


class Truth(Record):
    """What an investigation should find: `service` alerts, `cause` is a name of the catalogue."""

    scenario: str
    seed: int
    service: ServiceRef
    cause: str
    entity: Entity  # where the cause sits
    blamed: Entity | None = None  # whose change did it; None: no change did
    innocent: Entity | None = None  # whose change looks guilty by its time alone, and is not
    begins_at: Instant
    note: str


@dataclass(frozen=True)
class Scene:
    """Where and when a scenario is played, and by which dice."""

    world: World
    service: str
    at: datetime
    rng: random.Random

    def entity(self, name: str, kind: str = "Deployment") -> Entity:
        """An object in the shop."""
        return Entity(kind=kind, namespace=self.world.namespace, name=name)

    def truth(self, scenario: str, cause: str, entity: Entity, note: str) -> Truth:
        """The truth of this scene without a blamed change."""
        service = ServiceRef(namespace=self.world.namespace, name=self.service)
        return Truth(
            scenario=scenario,
            seed=self.world.seed,
            service=service,
            cause=cause,
            entity=entity,
            begins_at=self.at,
            note=note,
        )


Script = tuple[Truth, Callable[[], object]]
"""What will be true, and what makes it so when its time comes."""


def _bad_release(scene: Scene) -> Script:
    service, world = scene.service, scene.world
    faults = _bad_build(scene, service)
    entity = scene.entity(service)
    note = f"the new build of {service} fails {faults[0].ratio:.0%} of requests"
    truth = scene.truth("bad_release", "bad-release", entity, note).evolve(blamed=entity)
    image = _next_image(world, service)
    return truth, lambda: world.release(service, image, faults)


def _bad_dependency_release(scene: Scene) -> Script:
    world, callee = scene.world, DEPENDENCIES[scene.service]
    faults, entity = _bad_build(scene, callee), scene.entity(callee)
    note = f"the new build of {callee} fails {faults[0].ratio:.0%} of requests, {scene.service} calls it"
    truth = scene.truth("bad_dependency_release", "bad-dependency-release", entity, note).evolve(blamed=entity)
    image = _next_image(world, callee)
    return truth, lambda: world.release(callee, image, faults)


def _innocent_release(scene: Scene) -> Script:
    world, service, callee = scene.world, scene.service, DEPENDENCIES[scene.service]
    mode, ratio = scene.rng.choice(["errors", "disk", "crash"]), scene.rng.uniform(0.45, 0.8)
    later = timedelta(seconds=scene.rng.choice([0, 5, 10]))
    note = f"{callee} fails by itself ({mode}) within seconds of a harmless release of {service}"
    truth = scene.truth("innocent_release", "dependency-down", scene.entity(callee), note)
    image = _next_image(world, service)

    def act() -> None:
        world.release(service, image)
        world.schedule(world.advance() + later, lambda: world.break_dependency(callee, mode, ratio))

    return truth.evolve(innocent=scene.entity(service)), act


def _dependency_down(scene: Scene) -> Script:
    world, callee = scene.world, DEPENDENCIES[scene.service]
    mode, ratio = scene.rng.choice(["errors", "disk", "crash", "down"]), scene.rng.uniform(0.35, 0.8)
    truth = scene.truth(
        "dependency_down", "dependency-down", scene.entity(callee), f"{callee} fails by itself ({mode})"
    )
    return truth, lambda: world.break_dependency(callee, mode, ratio)


def _config_change(scene: Scene) -> Script:
    world, name = scene.world, f"{scene.service}-config"
    key = scene.rng.choice(sorted(world.configs[name].data))
    ratio, entity = scene.rng.uniform(0.25, 0.7), scene.entity(name, "ConfigMap")
    note = f"the new value of {key} breaks {ratio:.0%} of requests of pods that have loaded it"
    truth = scene.truth("config_change", "config-change", entity, note).evolve(blamed=entity)
    return truth, lambda: world.edit_config(name, key, ratio)


def _oom(scene: Scene) -> Script:
    world, service, seconds = scene.world, scene.service, scene.rng.uniform(100, 180)
    note = f"the memory of {service} grows to its limit every {seconds:.0f} s; fresh pods leak ten times slower"
    return scene.truth("oom", "resource-exhaustion", scene.entity(service), note), lambda: world.oom(service, seconds)


def _nothing_visible(scene: Scene) -> Script:
    world, service, ratio = scene.world, scene.service, scene.rng.uniform(0.15, 0.35)
    route = scene.rng.choice(["", world.plans[service].routes[-1].name])
    note = f"{service} fails {ratio:.0%} of requests{' of ' + route if route else ''} for a reason outside the cluster"
    truth = scene.truth("nothing_visible", "nothing-visible", scene.entity(service), note)
    return truth, lambda: world.spoil(service, ratio, route)


SCRIPTS: dict[str, tuple[Callable[[Scene], Script], list[str]]] = {
    "bad_release": (_bad_release, ANY_SERVICE),
    "innocent_release": (_innocent_release, list(DEPENDENCIES)),
    "dependency_down": (_dependency_down, list(DEPENDENCIES)),
    "config_change": (_config_change, ANY_SERVICE),
    "oom": (_oom, ANY_SERVICE),
    "nothing_visible": (_nothing_visible, ANY_SERVICE),
    "bad_dependency_release": (_bad_dependency_release, list(DEPENDENCIES)),
}
"""Every scenario with the services it can befall."""


def bad_release(world: World, service: str = "checkout") -> Truth:
    """A new image fails part of the requests by new code, and logs what the old one never did."""
    return _now(world, "bad_release", service)


def innocent_release(world: World, service: str = "checkout") -> Truth:
    """A release at the very moment its dependency starts failing by itself; the new revision is fine."""
    return _now(world, "innocent_release", service)


def dependency_down(world: World, service: str = "checkout") -> Truth:
    """The service's dependency fails, and nobody released anything."""
    return _now(world, "dependency_down", service)


def config_change(world: World, service: str = "checkout") -> Truth:
    """A value in the service's ConfigMap breaks the pods that load it."""
    return _now(world, "config_change", service)


def oom(world: World, service: str = "checkout") -> Truth:
    """Memory grows to the limit, containers are killed and restarted, again and again."""
    return _now(world, "oom", service)


def nothing_visible(world: World, service: str = "checkout") -> Truth:
    """Errors rise with no visible change and no failing edge."""
    return _now(world, "nothing_visible", service)


def bad_dependency_release(world: World, service: str = "checkout") -> Truth:
    """The service's dependency is released badly; the service alerts."""
    return _now(world, "bad_dependency_release", service)


def stage(world: World, name: str) -> Truth:
    """A scenario varied by the world's seed: the service, a harmless change first, a delay of up to four minutes.

    KeyError for an unknown name, naming those there are. `begins_at` of the truth is when it starts.
    """
    if name not in SCRIPTS:
        raise KeyError(f"no scenario {name!r}; there are {', '.join(SCRIPTS)}")
    rng = random.Random(f"stage {name} {world.seed}")
    write, services = SCRIPTS[name]
    now, service = world.advance(), rng.choice(services)
    _distract(world, rng, service)
    at = now + timedelta(seconds=rng.uniform(30, 240))
    truth, act = write(Scene(world, service, at, rng))
    world.schedule(at, act)
    return truth


def _now(world: World, name: str, service: str) -> Truth:
    write, services = SCRIPTS[name]
    if service not in services:
        raise ValueError(f"{name} can befall {', '.join(services)}; got {service!r}")
    truth, act = write(Scene(world, service, world.advance(), random.Random(f"{name} {service} {world.seed}")))
    act()
    return truth


def _distract(world: World, rng: random.Random, service: str) -> None:
    """A harmless change somewhere the incident is not: neither the service, nor whom it calls."""
    spared = {service, DEPENDENCIES.get(service), *world.plans[service].callees}
    other = rng.choice([name for name in world.plans if name not in spared])
    match rng.choice(["nothing", "configuration", "scale", "restart"]):
        case "configuration":
            key = rng.choice(sorted(world.configs[f"{other}-config"].data))
            world.edit_config(f"{other}-config", key)
        case "scale":
            world.scale(other, world.plans[other].replicas + 1)
        case "restart":
            world.restart(other)


def _bad_build(scene: Scene, service: str) -> list[Fault]:
    rng, replicas = scene.rng, scene.world.deployment(service).replicas
    after = rng.choice([0.0, 0.0, 10.0, 25.0])
    faults = [Fault(kind=FaultKind.CODE, ratio=rng.uniform(0.25, 0.5), after_seconds=after)]
    if rng.random() < 0.3:  # noqa: PLR2004 - some rollouts get stuck half way
        faults.append(Fault(kind=FaultKind.UNREADY, count=max(replicas // 2, 1)))
    return faults


def _next_image(world: World, service: str) -> str:
    """One patch level above everything that was ever deployed."""
    images = [image_of(one.template) for one in world.deployment(service).sets]
    name = images[0].rpartition(":")[0]
    newest = max(tuple(int(part) for part in image.rpartition(":")[2].split(".")) for image in images)
    return f"{name}:{newest[0]}.{newest[1]}.{newest[2] + 1}"
