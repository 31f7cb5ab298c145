"""Small builders of estates: a namespace `shop` with a web that calls a cart, and one thing wrong with it."""

from datetime import timedelta

from agent.model.cluster import KubeEvent
from agent.model.entity import Entity, ServiceRef
from agent.model.inventory import Autoscaler, Claim, Declared, Disk, Estate, Holder, Machine, Quota, Route, Running
from agent.model.message import Message
from agent.model.pod import Container, ContainerPhase, Pod, Termination
from agent.model.profile import Profile
from agent.model.query import Series
from agent.model.question import (
    Connected,
    ConnectQuestion,
    Inventory,
    InventoryQuestion,
    Messages,
    MessagesQuestion,
    MetricAnswer,
)
from agent.model.record import Window
from agent.model.template import ContainerTemplate, Handler, HealthCheck, PodTemplate, Port
from agent.reasoning import calls, recent
from agent.reasoning.examination import next_test
from agent.reasoning.facts import Facts
from agent.reasoning.judge import update
from agent.reasoning.suspects import rank
from tests.reasoning.builders import ANCHOR, Notebook, after

SHOP = ServiceRef(namespace="shop", name="*")
LISTENING = Port(number=8080)


def check(port: str = "8080", handler: Handler = Handler.HTTP, **changes) -> HealthCheck:
    return HealthCheck(handler=handler, port=port, initial_delay_seconds=10, timeout_seconds=2).evolve(**changes)


def container(**changes) -> ContainerTemplate:
    whole = ContainerTemplate(
        name="main",
        image="registry.example/shop/cart:1.4",
        ports=[LISTENING],
        requests={"cpu": 0.1, "memory": 64 * 2**20},
        limits={"cpu": 0.2, "memory": 128 * 2**20},
        liveness=check(),
        readiness=check(),
    )
    return whole.evolve(**changes)


def template(name: str = "cart", *containers: ContainerTemplate, **changes) -> PodTemplate:
    return PodTemplate(labels={"app": name}, containers=list(containers) or [container()]).evolve(**changes)


def workload(name: str = "cart", **changes) -> Declared:
    entity = Entity(kind="Deployment", namespace="shop", name=name)
    return Declared(entity=entity, template=template(name), replicas=1, ready=1, updated=1).evolve(**changes)


def running(name: str = "cart", **changes) -> Running:
    """A pod that is well; `pod` and `state` of it are changed by their own builders."""
    whole = Running(pod=pod(name), template=template(name), owner_kind="Deployment", owner=name, address="10.0.0.7")
    return whole.evolve(**changes)


def pod(of: str = "cart", **changes) -> Pod:
    whole = Pod(
        namespace="shop",
        name=f"{of}-7d9f-x2",
        owner=f"{of}-7d9f",
        node="worker-a",
        phase="Running",
        ready=True,
        created_at=after(-300),
        labels={"app": of},
        containers=[state()],
    )
    return whole.evolve(**changes)


def state(**changes) -> Container:
    return Container(name="main", phase=ContainerPhase.RUNNING, ready=True).evolve(**changes)


def crashed(code: int = 1, reason: str = "Error", restarts: int = 4) -> Container:
    end = Termination(reason=reason, exit_code=code, at=ANCHOR - timedelta(seconds=20))
    return state(
        phase=ContainerPhase.WAITING, ready=False, reason="CrashLoopBackOff", restarts=restarts, last_ended=end
    )


def waiting(name: str = "cart", **asked) -> Running:
    """A pod without a node."""
    lonely = pod(
        name, node="", phase="Pending", ready=False, containers=[state(phase=ContainerPhase.WAITING, ready=False)]
    )
    return running(name, pod=lonely, template=template(name, **asked), address="")


def route(name: str = "cart", **changes) -> Route:
    whole = Route(
        entity=Entity(kind="Service", namespace="shop", name=name),
        selector={"app": name},
        ports=[Port(number=80, target="8080")],
        ready=["10.0.0.7:8080"],
        cluster_address="10.96.0.7",
    )
    return whole.evolve(**changes)


def machine(name: str = "worker-a", **changes) -> Machine:
    whole = Machine(
        name=name,
        ready=True,
        labels={"kubernetes.io/hostname": name},
        allocatable={"cpu": 4.0, "memory": 8 * 2**30, "pods": 110},
        requested={"cpu": 1.0, "memory": 2**30, "pods": 9},
        conditions={"Ready": "True: KubeletReady: kubelet is posting ready status"},
    )
    return whole.evolve(**changes)


def said(reason: str, message: str, name: str = "cart", kind: str = "Pod", count: int = 5) -> KubeEvent:
    whole = {"Pod": f"{name}-7d9f-x2", "ReplicaSet": f"{name}-7d9f"}.get(kind, name)
    entity = Entity(kind=kind, namespace="" if kind == "Node" else "shop", name=whole)
    moment = ANCHOR - timedelta(seconds=10)
    return KubeEvent(
        entity=entity, type="Warning", reason=reason, message=message, count=count, first_at=moment, last_at=moment
    )


def claim(**changes) -> Claim:
    entity = Entity(kind="PersistentVolumeClaim", namespace="shop", name="cart-data")
    return Claim(entity=entity, phase="Pending", storage_class="", access_modes=["RWO"], requested=2**30).evolve(
        **changes
    )


def disk(**changes) -> Disk:
    return Disk(name="disk-1", phase="Available", access_modes=["RWO"], capacity=2**30).evolve(**changes)


def quota(resource: str, used: float, hard: float) -> Quota:
    entity = Entity(kind="ResourceQuota", namespace="shop", name="limits")
    return Quota(entity=entity, hard={resource: hard}, used={resource: used})


def scaler(current: int, maximum: int, **conditions: str) -> Autoscaler:
    entity = Entity(kind="HorizontalPodAutoscaler", namespace="shop", name="cart")
    target = Entity(kind="Deployment", namespace="shop", name="cart")
    return Autoscaler(
        entity=entity, target=target, maximum=maximum, current=current, desired=current, conditions=conditions
    )


def holder(kind: str, name: str, *keys: str) -> Holder:
    return Holder(entity=Entity(kind=kind, namespace="shop", name=name), keys=list(keys))


def shop(**changes) -> Estate:
    """Two workloads that are well, their Services and two nodes."""
    whole = Estate(
        namespace="shop",
        at=ANCHOR,
        workloads=[workload("web"), workload("cart")],
        pods=[running("web"), running("cart")],
        routes=[route("web"), route("cart")],
        machines=[machine("worker-a"), machine("worker-b")],
        service_accounts=["default"],
    )
    return whole.evolve(**changes)


def line(text: str, service: str = "web", count: int = 20) -> Message:
    return Message(service=service, text=text, count=count)


def seen(
    estate: Estate,
    *lines: Message,
    edges: tuple[tuple[str, str], ...] = (("web", "cart"),),
    courses: tuple[Series, ...] = (),
    refused: tuple[str, ...] = (),
    about: ServiceRef = SHOP,
) -> Facts:
    """Everything known of an incident about the whole namespace, or a service; connections to `refused` Services fail."""
    notebook = Notebook(Profile(service=about))
    notebook.answer(InventoryQuestion(namespace="shop"), Inventory(estate=estate))
    if lines:
        window = Window(start=after(-5400), end=ANCHOR)
        notebook.answer(MessagesQuestion(namespace="shop", window=window), Messages(items=list(lines)))
    graph = [
        Series(labels={"__name__": "traces_service_graph_request_total", "client": caller, "server": callee})
        for caller, callee in edges
    ]
    notebook.answer(calls.questions("shop", ANCHOR)[0], MetricAnswer(series=graph))
    (courses_asked,) = recent.questions("shop", ANCHOR)
    notebook.answer(courses_asked, MetricAnswer(series=list(courses)))
    for one in estate.routes:
        for port in one.ports[:1]:
            question = ConnectQuestion(namespace="shop", service=one.entity.name, port=port.number)
            notebook.answer(question, Connected(accepted=one.entity.name not in refused, detail="tried"))
    return notebook.facts()


def course(metric: str, before: float, after_: float, **labels: str) -> Series:
    """A level for two minutes and another for two."""
    start = ANCHOR.timestamp() - 300
    times = [start + 10 * i for i in range(24)]
    values = [before + 0.001 * (i % 3) for i in range(12)] + [after_ + 0.001 * (i % 3) for i in range(12)]
    return Series(labels={"__name__": metric, **labels}, times=times, values=values)


def concluded(facts: Facts) -> list[tuple[str, str, float]]:
    """Cause, entity and probability after every worthwhile test, most probable first."""
    hypotheses, done = rank(facts), set[str]()
    while test := next_test(facts, hypotheses, done):
        done.add(test.key)
        if reading := test.probe.read(facts, test.subject):
            hypotheses = update(hypotheses, test.probe, test.subject, reading)
    return [(h.cause, h.entity.name, h.probability) for h in sorted(hypotheses, key=lambda h: -h.probability)]
