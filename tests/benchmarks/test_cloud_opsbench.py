"""The adapter of Cloud-OpsBench: what kubectl prints becomes records; the folder itself is read only if it is given."""

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agent.model.entity import Entity
from agent.model.hypothesis import Hypothesis
from agent.model.pod import ContainerPhase
from agent.model.question import (
    Connected,
    ConnectQuestion,
    Gap,
    Inventory,
    InventoryQuestion,
    LogsQuestion,
    Messages,
    MessagesQuestion,
)
from agent.model.record import Window
from agent.model.template import Handler
from agent.reasoning.causes import catalogue
from benchmarks.labelled.cloud_opsbench import DATA_SET
from benchmarks.labelled.cloud_opsbench.describe import age, of, sections
from benchmarks.labelled.cloud_opsbench.quantity import quantity
from benchmarks.labelled.cloud_opsbench.table import columns, rows
from benchmarks.labelled.cloud_opsbench.verdict import WORDS, answers
from tests.benchmarks.printed import DEPLOYMENT, MANIFEST, NODE, POD, SERVICE, TREE


def written(folder: Path, **changes) -> Path:
    """A case's file with the smallest outputs that say something."""
    outputs = {
        "collection_timestamp": "2026-03-02T10:02:00",
        'DescribeResource:{"resource_type":"pods","name":"till-5c9-abc"}': POD,
        'DescribeResource:{"resource_type":"services","name":"till"}': SERVICE,
        'DescribeResource:{"resource_type":"deployments","name":"till"}': DEPLOYMENT,
        'DescribeResource:{"resource_type":"nodes","name":"box-1"}': NODE,
        'GetAppYAML:{"app_name":"till"}': MANIFEST,
        'GetServiceDependencies:{"service_name":"till"}': TREE,
        'CheckServiceConnectivity:{"service_name":"till","port":80}': "till open\nConnection Succeeded",
        'CheckNodeServiceStatus:{"node_name":"box-1","service_name":"kubelet"}': "Active: inactive (dead) since Mon",
        'GetErrorLogs:{"service_name":"till"}': '{"patterns": [{"count": 7, "sample": "ERROR no ledger, token=abc"}]}',
        **changes.pop("outputs", {}),
    }
    case = {
        "namespace": "market",
        "query": "it is slow",
        "tools": {call: place for place, call in enumerate(outputs)},
        "texts": list(outputs.values()),
        "recent_logs": None,
        "metrics_csv": None,
        **changes,
    }
    (folder / "cob-x001.json").write_text(json.dumps(case))
    return folder


async def estate(folder: Path):
    case = DATA_SET.load(folder, "cob-x001")
    answer = await case.cluster.ask(InventoryQuestion(namespace="market"))
    assert isinstance(answer, Inventory)
    return answer.estate


def test_sections_are_split_by_indentation_and_continue_over_lines():
    found = sections(POD.splitlines())
    assert of(found, "Labels").pairs() == {"app": "till", "pod-template-hash": "5c9"}
    assert [one.key for one in of(found, "Containers").inside()] == ["main"]
    assert of(found, "nothing").values() == []


def test_tables_are_split_by_their_heading():
    text = "NAME   ACCESS MODES   CLAIM\ndisk   RWO            market/till\nfree                  <none>\n"
    assert rows(text) == [
        {"NAME": "disk", "ACCESS MODES": "RWO", "CLAIM": "market/till"},
        {"NAME": "free", "ACCESS MODES": "", "CLAIM": ""},
    ]
    assert rows("No resources found in market namespace.") == []
    assert columns(["  Type   Status", "  ----   ------", "  Ready  True"]) == [["Ready", "True"]]


@pytest.mark.parametrize(
    ("text", "number"), [("100m", 0.1), ("64Mi", 64 * 2**20), ("2", 2.0), ("1k", 1000.0), ("<none>", None), ("", None)]
)
def test_quantities_are_numbers(text, number):
    assert quantity(text) == number


def test_ages_are_shortened_as_kubectl_does():
    assert age("5m27s") == timedelta(minutes=5, seconds=27)
    assert age("3d7h") == timedelta(days=3, hours=7)
    assert age("<unknown>") is None


async def test_a_described_pod_is_a_pod_with_what_it_was_asked_to_be(tmp_path):
    (running,) = (await estate(written(tmp_path))).pods
    (container,) = running.pod.containers
    assert (running.owner, running.pod.node, running.pod.ready) == ("till", "box-1", False)
    assert (container.phase, container.reason, container.restarts) == (ContainerPhase.WAITING, "CrashLoopBackOff", 3)
    assert (container.last_ended.reason, container.last_ended.exit_code) == ("OOMKilled", 137)
    (asked,) = running.template.containers
    assert (asked.liveness.handler, asked.liveness.port, asked.liveness.path) == (Handler.HTTP, "9000", "/live")
    assert (asked.readiness.handler, asked.readiness.port) == (Handler.GRPC, "9000")
    assert (asked.requests, asked.limits) == ({"cpu": 0.25}, {"memory": 128 * 2**20})
    assert running.template.node_selector == {"disk": "ssd"}
    assert [(t.key, t.value, t.operator) for t in running.template.tolerations][1] == ("kind", "gpu", "Equal")
    assert [(v.kind, v.source) for v in running.template.volumes] == [("persistentVolumeClaim", "till-data")]
    assert [(r.kind, r.name, r.key, r.variable) for r in asked.references] == [("Secret", "ledger-login", "user", "LEDGER_USER")]  # fmt: skip


async def test_secrets_are_masked_wherever_they_stand(tmp_path):
    found = await estate(written(tmp_path))
    assert "not-for-you" not in found.model_dump_json()
    assert "hunter2" not in found.model_dump_json()


async def test_the_manifest_completes_what_describe_leaves_out(tmp_path):
    (workload,) = (await estate(written(tmp_path))).workloads
    assert (workload.replicas, workload.ready) == (2, 1)
    assert workload.template.pull_with == ["store-login"]
    assert workload.template.dns_policy == "None"
    assert workload.template.node_affinity[0][0].values == ["a"]


async def test_services_nodes_and_components_are_read(tmp_path):
    found = await estate(written(tmp_path))
    assert [(p.number, p.target, p.protocol) for p in found.routes[0].ports] == [(80, "9000", "TCP"), (81, "admin", "UDP")]  # fmt: skip
    (machine,) = found.machines
    assert (machine.ready, machine.unschedulable, machine.taints) == (False, True, ["kind=gpu:NoSchedule"])
    assert (machine.allocatable["cpu"], machine.requested["cpu"]) == (4.0, 1.5)
    assert "stopped posting" in machine.conditions["Ready"]
    assert [(c.name, c.node, c.healthy) for c in found.components] == [("kubelet", "box-1", False)]


async def test_events_are_dated_by_their_age(tmp_path):
    (event,) = (await estate(written(tmp_path))).events
    assert (event.reason, event.count) == ("BackOff", 4)
    assert event.last_at == datetime(2026, 3, 2, 9, 1, 50, tzinfo=UTC)
    assert event.first_at == datetime(2026, 3, 2, 9, 1, 10, tzinfo=UTC)


async def test_log_samples_keep_their_count_and_lose_their_secrets(tmp_path):
    case = DATA_SET.load(written(tmp_path), "cob-x001")
    window = Window(start=case.now - timedelta(hours=1), end=case.now)
    answer = await case.cluster.ask(MessagesQuestion(namespace="market", window=window))
    assert isinstance(answer, Messages)
    assert [(m.service, m.count, "abc" in m.text) for m in answer.items] == [("till", 7, False)]


async def test_connections_that_were_tried_are_answered_and_others_are_gaps(tmp_path):
    case = DATA_SET.load(written(tmp_path), "cob-x001")
    tried = await case.cluster.ask(ConnectQuestion(namespace="market", service="till", port=80))
    assert isinstance(tried, Connected)
    assert tried.accepted
    assert isinstance(await case.cluster.ask(ConnectQuestion(namespace="market", service="till", port=9)), Gap)
    assert isinstance(await case.cluster.ask(LogsQuestion(namespace="market", pod="till-5c9-abc")), Gap)


def test_a_manifest_that_is_no_yaml_is_a_trouble_and_no_error(tmp_path):
    broken = {'GetAppYAML:{"app_name":"till"}': "a: [1"}
    assert any("manifest of till" in trouble for trouble in DATA_SET.load(written(tmp_path, outputs=broken), "cob-x001").troubles)  # fmt: skip


def test_a_case_without_its_parts_cannot_be_read(tmp_path):
    (tmp_path / "cob-x001.json").write_text('{"namespace": "market"}')
    with pytest.raises((ValueError, KeyError)):
        DATA_SET.load(tmp_path, "cob-x001")


def test_every_word_stands_for_a_cause_of_the_catalogue():
    assert set(WORDS) <= {cause.name for cause in catalogue()}
    assert len(set(WORDS.values())) == len(WORDS)


async def test_answers_are_in_the_order_of_probability_and_name_the_workload_behind_a_service(tmp_path):
    def claimed(cause: str, probability: float, kind: str, name: str) -> Hypothesis:
        entity = Entity(kind=kind, namespace="market" if kind == "Service" else "", name=name)
        return Hypothesis(id=cause, cause=cause, entity=entity, claim="", prior=probability, probability=probability)

    hypotheses = [claimed("kubelet-down", 0.2, "Node", "box-1"), claimed("image-not-found", 0.7, "Service", "till"), claimed("nothing-visible", 0.1, "Service", "*")]  # fmt: skip
    found = answers(hypotheses, await estate(written(tmp_path)))
    assert [(one["fault_object"], one["root_cause"]) for one in found] == [
        ("app/till", "incorrect_image_reference"),
        ("node/box-1", "kubelet_unavailable"),
    ]


BENCH = os.environ.get("STEADYHAND_BENCH", "")


@pytest.mark.skipif(not BENCH, reason="STEADYHAND_BENCH names no folder with the data sets")
async def test_real_cases_are_read_without_a_warning():
    folder = Path(BENCH) / "cloud-opsbench"
    ids = list(DATA_SET.ids(folder))[::25]
    if not ids:
        pytest.skip(f"no unpacked case in {folder}")
    for case_id in ids:
        case = DATA_SET.load(folder, case_id)
        answer = await case.cluster.ask(InventoryQuestion(namespace=case.incident.service.namespace))
        assert not case.troubles
        assert answer.estate.workloads
        assert answer.estate.pods
        assert answer.estate.machines
