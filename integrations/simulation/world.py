"""The simulated cluster: state, time, and everything that may be done to it.

It is evaluated lazily: whoever asks calls `advance`, which lives through all scrapes that are due by
the clock. The same seed, the same actions at the same virtual times: the same world, to the sample.
Views on it are `SimulatedMetrics`, `SimulatedCluster`, `SimulatedActuator` and `SimulatedAlertmanager`.
"""

import itertools
import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import numpy as np

from agent.model.change import Change, ChangeKind
from agent.model.entity import Entity
from agent.model.record import digest
from agent.ports import Clock
from integrations.simulation import founding
from integrations.simulation.chronicle import Chronicle, template_change
from integrations.simulation.config import ConfigMap
from integrations.simulation.deployment import Deployment
from integrations.simulation.fault import Fault, FaultBoard, FaultKind
from integrations.simulation.kubelet import Kubelet
from integrations.simulation.pod import SimulatedPod
from integrations.simulation.rollout import Controller
from integrations.simulation.samples import Samples
from integrations.simulation.shop import REQUESTS_PER_SECOND, SHOP, ServicePlan
from integrations.simulation.template import (
    Template,
    config_names,
    pod_template,
    with_build,
    with_restart,
)
from integrations.simulation.traffic import Traffic, series_of

KEPT = timedelta(hours=3)
HISTORY = timedelta(minutes=90)
PACE_SECONDS = (13.0, 17.0)
"""A container's time from start to ready; one value a world, drawn by seed."""

DEPENDENCY_MODES = {
    "errors": FaultKind.ERRORS,
    "disk": FaultKind.DISK,
    "crash": FaultKind.CRASH,
    "down": FaultKind.DOWN,
}


class World:
    """One namespace of one small cluster. `step_seconds` is the scrape interval and the grain of its time."""

    def __init__(self, seed: int, clock: Clock, namespace: str = "shop", step_seconds: int = 5) -> None:
        if step_seconds <= 0 or KEPT.total_seconds() % step_seconds:
            raise ValueError(
                f"the step divides three hours into whole scrapes, for example 5 or 15; got {step_seconds}"
            )
        self.seed, self.clock, self.namespace, self.step_seconds = seed, clock, namespace, step_seconds
        self.plans: dict[str, ServicePlan] = {plan.name: plan for plan in SHOP}
        self.chronicle = Chronicle(namespace)
        self.samples = Samples(int(KEPT.total_seconds()) // step_seconds)
        self.board = FaultBoard()
        self.rng = random.Random(f"names {seed}")
        self._noise = np.random.default_rng([seed, 1])
        self._versions = itertools.count(1000)
        self._due: list[tuple[datetime, Callable[[], object]]] = []
        self._inside: datetime | None = None
        self._serving: dict[str, list[SimulatedPod]] = {}
        self._running: list[tuple[Deployment, SimulatedPod]] = []
        self._memory_rows, self._limits = np.zeros(0, dtype=np.intp), np.zeros(0)
        now = clock.now()
        self.nodes = founding.nodes(now)
        self.kubelet = Kubelet(self.chronicle, self.board, self.samples)
        self.controller = Controller(self.chronicle, self.rng, list(founding.ZONES), self.rng.uniform(*PACE_SECONDS))
        self.traffic = Traffic(SHOP, self.board, self.samples, seed, REQUESTS_PER_SECOND)
        self.configs = {f"{plan.name}-config": founding.config_map(plan, namespace, now) for plan in SHOP}
        self.deployments = {plan.name: founding.deployment(plan, namespace, now, self.rng) for plan in SHOP}
        self._last = self._grid(now - HISTORY)
        for deployment in self.deployments.values():
            founding.populate(deployment, self.controller, now)
            for pod in deployment.pods:
                self._expose(pod)
            deployment.resource_version = next(self._versions)
        self.advance()

    def _grid(self, moment: datetime) -> datetime:
        return datetime.fromtimestamp(moment.timestamp() // self.step_seconds * self.step_seconds, UTC)

    def _expose(self, pod: SimulatedPod) -> None:
        pod.rows = self.samples.register(series_of(self.plans[pod.app], self.namespace, pod.name))
        self.samples.switch(pod.rows, on=False)
        self.kubelet.expose(pod)

    def deployment(self, service: str) -> Deployment:
        """A Deployment by name; KeyError names those there are."""
        if service not in self.deployments:
            raise KeyError(
                f"no Deployment {service!r} in the simulated namespace; there are {', '.join(self.deployments)}"
            )
        return self.deployments[service]

    def advance(self) -> datetime:
        """Live through every scrape due by now; returns the present."""
        if self._inside is not None:
            return self._inside
        now, step = self.clock.now(), timedelta(seconds=self.step_seconds)
        while self._last + step <= now:
            self._last += step
            self._inside = self._last
            try:
                self._step(self._last)
            finally:
                self._inside = None
        return now

    def _step(self, now: datetime) -> None:
        while self._due and self._due[0][0] <= now:
            self._due.pop(0)[1]()
        touched, moved = self.board.touched(now), not self._serving
        for deployment in self.deployments.values():
            if deployment.settled and deployment.name not in touched:
                continue
            ticks = [self.kubelet.tick(deployment, pod, now) for pod in deployment.pods]
            if self.controller.reconcile(deployment, now, self._expose) or any(ticks):
                deployment.resource_version = next(self._versions)
                moved = True
        if moved:
            self._serving = {d.name: [pod for pod in d.pods if pod.serving] for d in self.deployments.values()}
            self._running = [(d, pod) for d in self.deployments.values() for pod in d.pods if pod.running]
            self._memory_rows = np.array([pod.rows[-1] for _d, pod in self._running], dtype=np.intp)
            self._limits = np.array([float(pod.memory_limit) for _d, pod in self._running])
        self.traffic.flow(self._serving, now, self.step_seconds, moved=moved)
        self._breathe(now, leaking=bool(touched))
        self.samples.scrape(now.timestamp())

    def _breathe(self, now: datetime, *, leaking: bool) -> None:
        normal = self._noise.normal(0.3, 0.005, len(self._running)) * self._limits
        self.samples.put(self._memory_rows, normal)
        for (deployment, pod), size in zip(self._running if leaking else [], normal.tolist(), strict=False):
            pod.memory = self.kubelet.leak(deployment, pod, now, size)
            self.samples.put(pod.rows[-1:], pod.memory)

    def schedule(self, at: datetime, what: Callable[[], object]) -> None:
        """Have something happen at the first scrape not before that time."""
        self._due.append((at, what))
        self._due.sort(key=lambda entry: entry[0])

    def release(
        self,
        service: str,
        image: str,
        faults: Sequence[Fault] | None = None,
        env: dict[str, str] | None = None,
        actor: str = founding.DEPLOYER,
    ) -> Change:
        """Deploy another image or environment; `faults` are bound to this build. ValueError if nothing would change."""
        now, deployment = self.advance(), self.deployment(service)
        template = with_build(deployment.current.template, image, env or {})
        if template == deployment.current.template:
            raise ValueError(f"{service} already runs {image} with this environment: give another image or env")
        change = self.put_template(deployment, template, actor)
        for fault in faults or []:
            build = deployment.build
            self.board.add(fault.evolve(service=service, build=build, start=fault.start or now))
        return change

    def put_template(self, deployment: Deployment, template: Template, actor: str) -> Change:
        """Write a Deployment's pod template, as a deployer, a restart or a rollback does; the controller does the rest."""
        now, reused = self.advance(), deployment.holding(template) is not None
        before = deployment.switch(template, now)
        if before is deployment.current:
            raise ValueError(f"{deployment.entity} already has this pod template")
        deployment.wrote(actor, now, template=True)
        deployment.resource_version = next(self._versions)
        sets = (before, deployment.current)
        return self.chronicle.change(template_change(deployment, before, actor, reused=reused), sets)

    def restart(self, service: str, actor: str = founding.DEPLOYER) -> Change:
        """Replace all pods by fresh ones of the same template, as `kubectl rollout restart`."""
        now, deployment = self.advance(), self.deployment(service)
        return self.put_template(deployment, with_restart(deployment.current.template, now.isoformat()), actor)

    def scale(self, service: str, replicas: int, actor: str = founding.DEPLOYER) -> Change:
        """Set the number of replicas. ValueError for a negative number, or the one there is."""
        now, deployment = self.advance(), self.deployment(service)
        if replicas < 0 or replicas == deployment.replicas:
            raise ValueError(
                f"{service} has {deployment.replicas} replicas: give another number, not below 0; got {replicas}"
            )
        before, deployment.replicas, deployment.settled = deployment.replicas, replicas, False
        deployment.generation += 1
        deployment.wrote(actor, now, template=False)
        deployment.resource_version = next(self._versions)
        summary = f"{deployment.entity} was scaled from {before} to {replicas} replicas"
        return self._noted(ChangeKind.SCALE, deployment.entity, actor, summary)

    def create(
        self, name: str, image: str, replicas: int = 1, env: dict[str, str] | None = None, config: str = ""
    ) -> Change:
        """Deploy something new beside the shop; nobody calls it. ValueError if there is a Deployment so called."""
        if name in self.deployments:
            raise ValueError(f"there is a Deployment {name!r} already: release or scale it")
        now, plan = self.advance(), ServicePlan(name=name, versions=[], replicas=replicas, routes=[], env=env or {})
        template = pod_template(name, image, plan.env, config, plan.memory_limit)
        made = founding.newcomer(self.namespace, name, replicas, template, now, self.rng.getrandbits(128))
        made.wrote(founding.DEPLOYER, now, template=True)
        made.resource_version = next(self._versions)
        self.plans[name], self.deployments[name] = plan, made
        return self._noted(
            ChangeKind.ROLLOUT, made.entity, founding.DEPLOYER, f"{made.entity} was created with {image}"
        )

    def write_config(self, name: str, data: dict[str, str], actor: str = "config-editor") -> Change | None:
        """Create a ConfigMap (which is no change to anybody), or replace its data."""
        now, found = self.advance(), self.configs.get(name)
        if found is None:
            self.configs[name] = ConfigMap(self.namespace, name, dict(data), now)
            return None
        return self._rewrite(found, data, actor)

    def _rewrite(self, config: ConfigMap, data: dict[str, str], actor: str) -> Change:
        keys = sorted(key for key in config.data.keys() | data.keys() if config.data.get(key) != data.get(key))
        config.data, config.changed_at, config.changed_by = dict(data), self.advance(), actor
        entity = config.record().entity
        return self._noted(ChangeKind.CONFIG, entity, actor, f"{entity} was edited ({', '.join(keys)})", keys)

    def edit_config(self, name: str, key: str, ratio: float = 0.0, actor: str = "config-editor") -> Change:
        """Write a new value under a key; with a ratio, pods that load it fail that share of requests.

        Another edit ends what an earlier one broke. KeyError names the ConfigMaps there are.
        """
        now = self.advance()
        if name not in self.configs:
            raise KeyError(f"no ConfigMap {name!r} in the simulated namespace; there are {', '.join(self.configs)}")
        config, value = self.configs[name], f"value-{next(self._versions)}"
        for service in self._end_config_faults(name):
            if ratio > 0:
                broken = {"config": name, "key": key, "value": value, "start": now}
                self.board.add(Fault(kind=FaultKind.CONFIG, ratio=ratio, service=service, **broken))
        return self._rewrite(config, {**config.data, key: value}, actor)

    def put_config(self, name: str, data: dict[str, str], actor: str) -> Change:
        """Replace all of a ConfigMap's data; a value that broke something before breaks it again."""
        now, known = self.advance(), {fault.service: fault for fault in self.board.faults if fault.config == name}
        for service in self._end_config_faults(name):
            if (fault := known.get(service)) and data.get(fault.key) == fault.value:
                self.board.add(fault.evolve(start=now, end=None))
        return self._rewrite(self.configs[name], data, actor)

    def _end_config_faults(self, name: str) -> list[str]:
        """The services that read it, none of them broken by it any more."""
        readers = [d.name for d in self.deployments.values() if name in config_names(d.current.template)]
        for service in readers:
            self.board.end(service, {FaultKind.CONFIG}, self.advance())
        return readers

    def break_dependency(self, service: str, mode: str, ratio: float = 0.5) -> Fault:
        """Have a service fail by itself: "errors", "disk" (one node), "crash" or "down"; nothing else changes."""
        if mode not in DEPENDENCY_MODES:
            raise ValueError(f"a dependency breaks in one of the modes {', '.join(DEPENDENCY_MODES)}; got {mode!r}")
        now, deployment = self.advance(), self.deployment(service)
        node = deployment.pods_alive[0].node if mode == "disk" else ""
        return self._broken(Fault(kind=DEPENDENCY_MODES[mode], ratio=ratio, service=service, node=node, start=now))

    def oom(self, service: str, seconds_to_limit: float = 150.0) -> Fault:
        """Let the memory of the pods that are there now grow to the limit in about that time, again after each restart."""
        now, deployment = self.advance(), self.deployment(service)
        pace = 0.7 * self.plans[service].memory_limit / seconds_to_limit
        names = [pod.name for pod in deployment.pods_alive]
        fault = Fault(kind=FaultKind.LEAK, ratio=0.6, bytes_per_second=pace, service=service, pods=names, start=now)
        return self._broken(fault)

    def spoil(self, service: str, ratio: float, route: str = "") -> Fault:
        """Have requests of a service fail for a reason that nothing in the cluster shows."""
        fault = Fault(kind=FaultKind.DATA, ratio=ratio, route=route, service=service, start=self.advance())
        self.deployment(service)
        return self._broken(fault)

    def heal(self, service: str) -> None:
        """End what was broken about a service by `break_dependency`, `oom`, `spoil` or `edit_config`, not a bad build."""
        now = self.advance()
        self.board.end(service, set(FaultKind) - {FaultKind.CODE, FaultKind.UNREADY}, now)

    def _broken(self, fault: Fault) -> Fault:
        self.board.add(fault)
        return fault

    def _noted(
        self, kind: ChangeKind, entity: Entity, actor: str, summary: str, keys: list[str] | None = None
    ) -> Change:
        now = self.advance()
        number = next(self._versions)
        id_ = f"{kind}-{digest(kind, entity, now, number)}"
        return self.chronicle.change(
            Change(id=id_, kind=kind, entity=entity, at=now, actor=actor, summary=summary, keys=keys or [])
        )
