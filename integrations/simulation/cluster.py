"""The simulated world as a cluster source: answers every cluster question as the Kubernetes adapter would."""

from collections.abc import Sequence

from agent.loglines import entry
from agent.model.cluster import ServiceEndpoints
from agent.model.entity import Entity
from agent.model.message import Message
from agent.model.question import (
    Changes,
    ChangesQuestion,
    ClusterAnswer,
    ClusterQuestion,
    Configs,
    ConfigsQuestion,
    Events,
    EventsQuestion,
    Gap,
    GapReason,
    Inventory,
    InventoryQuestion,
    Logs,
    LogsQuestion,
    Messages,
    MessagesQuestion,
    Nodes,
    NodesQuestion,
    Pods,
    PodsQuestion,
    Revisions,
    RevisionsQuestion,
    Services,
    ServicesQuestion,
    WorkloadQuestion,
    Workloads,
)
from agent.model.record import Record
from agent.reasoning.reading import Log, choose
from integrations.simulation import portrait
from integrations.simulation.deployment import Deployment
from integrations.simulation.estate import estate
from integrations.simulation.logbook import excerpt
from integrations.simulation.pod import SimulatedPod
from integrations.simulation.shop import ALIASES
from integrations.simulation.template import CONTAINER, config_names
from integrations.simulation.world import World


class SimulatedCluster:
    """Implements `agent.ports.ClusterSource`."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def ask(self, question: ClusterQuestion) -> ClusterAnswer | Gap:
        """The answer record that belongs to the question; an empty list, or nothing of that name, is Gap(EMPTY)."""
        self._world.advance()
        match question:
            case WorkloadQuestion() | RevisionsQuestion() | PodsQuestion() | ConfigsQuestion():
                return self._of_workload(question)
            case LogsQuestion() | MessagesQuestion():
                return self._logs(question) if isinstance(question, LogsQuestion) else self._messages(question)
            case NodesQuestion():
                return Nodes(items=self._world.nodes)
            case InventoryQuestion():
                return self._inventory(question)
            case EventsQuestion() | ServicesQuestion() | ChangesQuestion():
                return self._of_namespace(question)
            case _:
                return Gap(reason=GapReason.NOT_CONFIGURED, detail=f"the simulation has no {question.kind}")

    def _of_workload(
        self, question: WorkloadQuestion | RevisionsQuestion | PodsQuestion | ConfigsQuestion
    ) -> ClusterAnswer | Gap:
        found = self._named(question) if isinstance(question, WorkloadQuestion) else self._deployment(question.entity)
        if found is None:
            name = question.name if isinstance(question, WorkloadQuestion) else str(question.entity)
            return _nothing(f"there is no workload {name}")
        match question:
            case WorkloadQuestion():
                return Workloads(items=[portrait.workload(found, self._world.advance())])
            case RevisionsQuestion():
                newest_first = sorted(found.sets, key=lambda replica_set: -replica_set.number)
                return Revisions(items=[portrait.revision(found, one) for one in newest_first])
            case PodsQuestion():
                pods = [portrait.pod(pod, found.namespace) for pod in sorted(found.pods, key=lambda pod: pod.name)]
                return Pods(items=pods) if pods else _nothing(f"{found.entity} has no pods")
            case ConfigsQuestion():
                names = sorted(config_names(found.current.template))
                return Configs(items=[self._world.configs[name].record() for name in names])

    def _named(self, question: WorkloadQuestion) -> Deployment | None:
        if question.namespace != self._world.namespace:
            return None
        return self._world.deployments.get(ALIASES.get(question.name, question.name))

    def _deployment(self, entity: Entity) -> Deployment | None:
        if entity.namespace != self._world.namespace or entity.kind != "Deployment":
            return None
        return self._world.deployments.get(entity.name)

    def _of_namespace(self, question: EventsQuestion | ServicesQuestion | ChangesQuestion) -> ClusterAnswer | Gap:
        world, now = self._world, self._world.advance()
        ours = question.namespace == world.namespace
        found: ClusterAnswer
        items: Sequence[Record]
        match question:
            case EventsQuestion():
                found = Events(items=world.chronicle.events(now))
                items = found.items
            case ChangesQuestion():
                found = Changes(items=world.chronicle.changes(question.window.start, question.window.end))
                items = found.items
            case ServicesQuestion():
                found = Services(items=self._services())
                items = found.items
        return found if ours and items else _nothing(f"no {question.kind} in namespace {question.namespace}")

    def _services(self) -> list[ServiceEndpoints]:
        names = {name: name for name in self._world.deployments} | ALIASES
        return [portrait.endpoints(name, self._world.deployments[names[name]]) for name in sorted(names)]

    def _logs(self, question: LogsQuestion) -> Logs | Gap:
        world = self._world
        everyone = (pod for deployment in world.deployments.values() for pod in deployment.pods)
        pod = next((pod for pod in everyone if pod.name == question.pod), None)
        if pod is None or question.namespace != world.namespace:
            return _nothing(f"there is no pod {question.namespace}/{question.pod}")
        if question.container not in ("", CONTAINER):
            return _nothing(f"pod {question.pod} has no container {question.container}, only {CONTAINER}")
        found = excerpt(world, pod, previous=question.previous, limit=question.lines)
        if found is None or not found.lines:
            which = "previous container" if question.previous else "container"
            return _nothing(f"the {which} {CONTAINER} of pod {question.pod} has no log")
        return Logs(excerpt=found)

    def _inventory(self, question: InventoryQuestion) -> Inventory | Gap:
        if question.namespace != self._world.namespace:
            return _nothing(f"there is nothing in namespace {question.namespace}")
        return Inventory(estate=estate(self._world, self._world.advance()))

    def _messages(self, question: MessagesQuestion) -> Messages | Gap:
        """Chosen and taken apart as the Kubernetes adapter does it: pod by pod, within the same bounds."""
        world = self._world
        names = {name: name for name in world.deployments} | ALIASES
        asked = sorted(question.services or world.deployments)
        ours = question.namespace == world.namespace
        pods = {
            pod.name: (name, pod)
            for name in (asked if ours else [])
            if name in names
            for pod in world.deployments[names[name]].pods
        }
        seen = [(name, portrait.pod(pod, world.namespace)) for name, pod in pods.values()]
        chosen = choose(seen, question.window.start)
        if not chosen:
            return _nothing(f"no pod with a log in namespace {question.namespace}")
        share = {log.service: sum(each.service == log.service for each in chosen) for log in chosen}
        found: list[Message] = []
        for log in chosen:
            found += self._lines(question, log, pods[log.pod][1], max(1, question.limit // share[log.service]))
        return Messages(
            items=sorted(found, key=lambda each: (each.at is not None, each.at)),
            unseen=[f"{name}: it has no pods" for name in asked if name not in share],
        )

    def _lines(self, question: MessagesQuestion, log: Log, pod: SimulatedPod, limit: int) -> list[Message]:
        kept = excerpt(self._world, pod, previous=log.previous, limit=limit)
        start, end = question.window.start, question.window.end
        within = [line for line in (kept.lines if kept else []) if line.at and start <= line.at <= end]
        said = [(line.at, entry(line.text)) for line in within]
        return [
            Message(service=log.service, at=at, level=one.level, text=one.text, fields=one.fields, pod=log.pod)
            for at, one in said
        ]


def _nothing(detail: str) -> Gap:
    return Gap(reason=GapReason.EMPTY, detail=detail)
