"""The real adapters on a line that misbehaves: every outcome is a gap with the right reason, or the port's own word for a write.

Never an exception, never an answer that is not the honest one, never an empty answer that hides a failure; a write
whose answer was lost is Uncertain, and has been carried out once at most. Lines are tried until half of
STEADYHAND_FAULTS went wrong on them (tests/torture/test_faults.py has the rest), by the seed STEADYHAND_SEED; both are
printed, and a broken promise with the command that repeats its one line.
"""

import asyncio
import os
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from agent.errors import Refused, Temporary, Uncertain
from agent.model.action import Applied, Observation, Restart, TargetState
from agent.model.entity import Entity
from agent.model.evidence import Evidence
from agent.model.question import (
    ChangesQuestion,
    ConfigsQuestion,
    EventsQuestion,
    Gap,
    InventoryQuestion,
    NodesQuestion,
    PodsQuestion,
    Question,
    RevisionsQuestion,
    ServicesQuestion,
    WorkloadQuestion,
)
from agent.model.record import Window
from integrations.kubernetes.actions.edit import KEY
from integrations.kubernetes.actuator import KubernetesActuator
from integrations.kubernetes.api import Api, connect
from integrations.kubernetes.source import KubernetesSource
from integrations.kubernetes.workloads import spec_hash
from integrations.prometheus.source import Prometheus
from tests.kubernetes.objects import at, deployment, replica_set, scaling, stamp
from tests.kubernetes.scripted_server import Request
from tests.prometheus.questions import INSTANT, NOW, RANGE, SERIES
from tests.torture.seeds import SEED
from tests.torture.wire import EMPTY, SHAPE, TIMED_OUT, TROUBLES, Line

FAULTS = int(os.environ.get("STEADYHAND_FAULTS", "500")) // 2
ONLY = int(os.environ.get("STEADYHAND_LINE", "0"))
AT_ONCE = 6
HASTY, PATIENT = 0.6, 30.0
"""Seconds until a silent server is given up; nothing that is honest may take longer than that on a busy machine."""

WEB = Entity(kind="Deployment", namespace="shop", name="web")
RESTART = Restart(target=WEB)
PATH = "/apis/apps/v1/namespaces/shop/deployments/web"
HOUR = Window(start=at(-30), end=at(30))


# --- what is honest -----------------------------------------------------------------------------


def pod(name: str) -> dict:
    owner = {"controller": True, "kind": "ReplicaSet", "name": "web-hash1", "uid": "uid-of-web-hash1"}
    metadata = {"name": name, "namespace": "shop", "ownerReferences": [owner], "creationTimestamp": stamp(1)}
    metadata["labels"] = {"app": "web", "pod-template-hash": "hash1"}
    return {
        "metadata": metadata,
        "spec": {"containers": [{"name": "app", "image": "web:1"}]},
        "status": {"phase": "Running"},
    }


@dataclass
class Cluster:
    """One Deployment with what belongs to it; `writes` are those that were carried out."""

    web: dict = field(default_factory=lambda: deployment("web:1"))
    writes: int = 0

    def __call__(self, request: Request, done: bool) -> tuple[int, Any]:
        if request.method == "PUT":
            return self._put(request, done)
        if request.path == PATH:
            return 200, self.web
        if request.path == "/apis":
            groups = ["apps", "batch", "autoscaling", "policy", "discovery.k8s.io", "networking.k8s.io"]
            return 200, {"kind": "APIGroupList", "groups": [{"name": name} for name in groups]}
        if request.path == "/api/v1/namespaces/shop":
            return 200, {"metadata": {"name": "shop"}}
        return self._list(request)

    def _list(self, request: Request) -> tuple[int, Any]:
        lists = {
            "/apis/apps/v1/namespaces/shop/deployments": [self.web],
            "/apis/apps/v1/namespaces/shop/replicasets": [replica_set("web:1", 1, 0, replicas=2)],
            "/api/v1/namespaces/shop/pods": [pod("web-a"), pod("web-b")],
            "/api/v1/namespaces/shop/events": [scaling("web-hash1", 1, 2, 5)],
            "/api/v1/nodes": [{"metadata": {"name": "n1"}, "status": {"conditions": []}}],
        }
        if "limit" not in request.query:
            return 404, {"kind": "Status", "message": "not found", "code": 404}
        found = lists.get(request.path, [])
        second = "continue" in request.query
        if len(found) > 1 and not second:  # in two pages
            return 200, {"kind": "List", "metadata": {"continue": "more"}, "items": found[:1]}
        return 200, {"kind": "List", "metadata": {}, "items": found[1:] if second else found}

    def _put(self, request: Request, done: bool) -> tuple[int, Any]:
        wanted = request.json()
        version = wanted["metadata"].get("resourceVersion")
        if version not in (None, self.web["metadata"]["resourceVersion"]):
            return 409, {"kind": "Status", "message": "the object has been modified", "code": 409}
        after = {**wanted, "metadata": {**wanted["metadata"], "generation": self.web["metadata"]["generation"] + 1}}
        if "dryRun" in request.query or not done:
            return 200, after
        self.writes += 1
        after["metadata"]["resourceVersion"] = str(int(self.web["metadata"]["resourceVersion"]) + 1)
        self.web = after
        return 200, after


def metrics(request: Request, _done: bool) -> tuple[int, Any]:
    """A Prometheus of two series."""
    labels = [{"__name__": "up", "n": str(n)} for n in range(2)]
    if request.path.endswith("/series"):
        return 200, {"status": "success", "data": labels}
    if request.path.endswith("/query_range"):
        result = [{"metric": one, "values": [[1.5, "1"], [61.5, "2"]]} for one in labels]
        return 200, {"status": "success", "data": {"resultType": "matrix", "result": result}}
    result = [{"metric": one, "value": [1.5, "1"]} for one in labels]
    return 200, {"status": "success", "data": {"resultType": "vector", "result": result}}


# --- what is asked ------------------------------------------------------------------------------

QUESTIONS: list[Question] = [
    NodesQuestion(),
    WorkloadQuestion(namespace="shop", name="web"),
    RevisionsQuestion(entity=WEB),
    PodsQuestion(entity=WEB),
    ConfigsQuestion(entity=WEB),
    EventsQuestion(namespace="shop"),
    ServicesQuestion(namespace="shop"),
    ChangesQuestion(namespace="shop", window=HOUR),
    InventoryQuestion(namespace="shop"),
]


def judged(question: Question, answer: Any, honest: Any, met: Counter[str]) -> str:
    """What is wrong with an answer, given what the line did; "" if nothing is."""
    Evidence.model_validate_json(Evidence(id="E1", question=question, answer=answer, asked_at=NOW).model_dump_json())
    if answer == honest or SHAPE in met:
        return ""
    allowed = {TIMED_OUT}.union(*(TROUBLES[kind][1] for kind in met))  # repeated reads take time on a busy machine
    if isinstance(answer, Gap):
        return "" if answer.reason in allowed else f"{answer.reason} ({answer.detail}) after {dict(met)}"
    if getattr(answer, "unseen", []):
        return ""
    return f"an answer that is not the honest one, and does not say so, after {dict(met)}: {answer}"


async def a_metric_question(line: Line, _folder: Path) -> str:
    line.honest = metrics
    question = line.dice.choice([INSTANT, RANGE, SERIES])
    found = []
    for seconds in (2 * HASTY, PATIENT):
        source = Prometheus(f"http://127.0.0.1:{line.port}", timeout_seconds=seconds, max_bytes=2**20)
        try:
            found.append(await source.ask(question))
        finally:
            await source.aclose()
        line.trouble_ends()
    return judged(question, found[0], found[1], line.met)


async def a_cluster_question(line: Line, folder: Path) -> str:
    line.honest, line.share = Cluster(), line.dice.choice([0.3, 1.0])
    question = line.dice.choice(QUESTIONS)
    found = []
    for seconds in (HASTY, PATIENT):
        async with reached(line, folder, seconds) as api:
            found.append(await KubernetesSource(api).ask(question))
        line.trouble_ends()
    return judged(question, found[0], found[1], line.met)


@asynccontextmanager
async def reached(line: Line, folder: Path, seconds: float) -> AsyncIterator[Api]:
    """The API at the other end, given up after that long."""
    api = await connect(line.kubeconfig(folder), timeout_seconds=seconds, pause_seconds=0.001)
    try:
        yield api
    finally:
        await api.close()


async def a_preview(line: Line, folder: Path) -> str:
    cluster = Cluster()
    line.honest, line.share = cluster, line.dice.choice([0.3, 1.0])
    async with reached(line, folder, HASTY) as api:
        answer = await KubernetesActuator(api).preview(RESTART)
    if cluster.writes:
        return "a preview wrote"
    if isinstance(answer, Gap) and answer.reason is EMPTY and SHAPE not in line.met:
        return f"a preview says {answer.detail} after {dict(line.met)}"
    return ""


async def a_write(line: Line, folder: Path) -> str:
    """A write and, where it is in doubt, the look after it."""
    cluster = Cluster()
    line.honest, line.only = cluster, line.dice.choice(["PUT", "PUT", ""])
    found = cluster.web
    before = TargetState(entity=WEB, uid="deployment-uid", generation=1, spec_hash=spec_hash(found), replicas=2)
    async with reached(line, folder, HASTY) as api:
        told = await _told(KubernetesActuator(api).apply(RESTART, before, "key"))
    line.trouble_ends()
    async with reached(line, folder, PATIENT) as api:
        seen = await KubernetesActuator(api).observe(RESTART, before, "key")
    done = cluster.web["metadata"]["annotations"].get(KEY) == "key"
    if cluster.writes > 1 or done != (cluster.writes == 1):
        return f"it was carried out {cluster.writes} times ({told})"
    if (isinstance(told, Applied) and not done) or (isinstance(told, Refused | Temporary) and done):
        return f"{told!r}, and carried out {cluster.writes} times after {dict(line.met)}"
    if isinstance(told, Applied) and SHAPE not in line.met and told.spec_hash != spec_hash(cluster.web):
        return f"{told!r} is not what is there"
    if seen.observation is not (Observation.DONE if done else Observation.NOT_DONE):
        return f"looked at later it is {seen.observation} ({seen.detail}), and carried out {cluster.writes} times"
    return ""


async def _told(call: Awaitable[Applied]) -> Applied | Refused | Temporary | Uncertain:
    try:
        return await call
    except (Refused, Temporary, Uncertain) as error:
        return error


KINDS: list[Callable[[Line, Path], Awaitable[str]]] = [a_metric_question, a_cluster_question, a_preview, a_write]


@dataclass
class Tally:
    """What happened over all lines."""

    asked: Counter[str] = field(default_factory=Counter)
    met: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)

    def told(self) -> str:
        """For people."""
        kinds = ", ".join(f"{what} {count}" for what, count in sorted(self.met.items()))
        asked = ", ".join(f"{count} times {what.replace('_', ' ')}" for what, count in sorted(self.asked.items()))
        return (
            f"\nwire: {self.met.total()} faults of {len(self.met)} kinds on {self.asked.total()} lines ({asked}),"
            f" {len(self.broken)} promises broken; STEADYHAND_SEED={SEED}\n  {kinds}"
        )


async def tried(seed: int, folder: str, tally: Tally) -> None:
    """One line, and what was asked over it."""
    line = await Line(dice=random.Random(seed)).start()
    kind = line.dice.choices(KINDS, [3, 4, 1, 3])[0]
    try:
        wrong = await kind(line, Path(folder))
    except Exception as error:  # noqa: BLE001 - whatever escapes is what is looked for
        wrong = f"{error!r} escaped after {dict(line.met)}"
    finally:
        await line.stop()
    tally.asked[kind.__name__] += 1
    tally.met.update(line.met)
    if wrong:
        replay = f"STEADYHAND_LINE={seed} python -m pytest -s tests/torture/test_wire.py"
        tally.broken.append(f"{kind.__name__}: {wrong}; repeat with: {replay}")


async def test_whatever_the_line_does_an_adapter_says_what_it_is_and_writes_once_at_most(tmp_path, capsys):
    tally, seeds = Tally(), iter(range(SEED * 1_000_000, 2**63))

    async def one_after_the_other() -> None:
        while tally.met.total() < FAULTS:
            seed = next(seeds)
            await tried(seed, mkdtemp(dir=tmp_path), tally)

    if ONLY:
        await tried(ONLY, mkdtemp(dir=tmp_path), tally)
    else:
        await asyncio.gather(*(one_after_the_other() for _ in range(AT_ONCE)))
    with capsys.disabled():
        print(tally.told())
    assert not tally.broken, "\n".join(tally.broken)
