"""`steadyhand investigate` from end to end: real requests, real metrics, real logs of two releases side by side.

Four people ask at the same time about the same half rolled out release: with all rights and metrics
that tell pods apart, with metrics that do not (so that logs must), and each with fewer rights.
"""

import json
from dataclasses import dataclass
from typing import Any

import pytest

from agent.model.coverage import Coverage
from tests.node.account import Account
from tests.node.node import Node
from tests.node.shop import Shop

pytestmark = pytest.mark.tier3
CONFIRMED, INCONCLUSIVE = 0, 3
PATIENCE_SECONDS = 150
READ = ["get", "list"]
NO_LOGS = [
    {"apiGroups": ["apps"], "resources": ["*"], "verbs": READ},
    {"apiGroups": ["discovery.k8s.io"], "resources": ["endpointslices"], "verbs": READ},
    {"apiGroups": [""], "resources": ["pods", "services", "events", "configmaps", "secrets"], "verbs": READ},
]
TRACE = "KeyError: 'loyal'"
DIVIDED, UNDIVIDED, VIEWER, NO_LOG_READER = "pods told apart", "pods not told apart", "viewer", "logs out of reach"


@dataclass(frozen=True)
class Answer:
    """What one person got."""

    code: int
    report: dict[str, Any]

    def suspect(self, cause: str = "bad-release") -> dict[str, Any]:
        """The strongest hypothesis of that cause."""
        return next(each for each in self.report["hypotheses"] if each["cause"] == cause)

    def tests(self) -> dict[str, dict[str, Any]]:
        """The tests of the strongest bad release about itself, by probe."""
        return {each["probe"]: each for each in self.suspect()["tests"] if each["own"]}

    def gaps(self, source: str) -> str:
        """What of a source was not seen, as the report says it."""
        return "\n".join(next(each["gaps"] for each in self.report["coverage"]["items"] if each["source"] == source))

    @property
    def cap(self) -> float:
        """The highest confidence that what was seen allows."""
        return Coverage.model_validate(self.report["coverage"]).cap

    def blames_release_2(self) -> None:
        change = next(each for each in self.report["changes"] if each["id"] == self.suspect()["change"])
        assert (change["kind"], change["from_revision"], change["to_revision"]) == ("rollout", 1, 2)
        assert self.report["hypotheses"][0] == self.suspect()


@pytest.fixture(scope="module")
def answers(shop: Shop, node: Node) -> dict[str, Answer]:
    shop.release_half_way()
    generation = node.api.deployment(shop.namespace, "checkout")["metadata"]["generation"]
    viewer = Account(node, shop.namespace, "viewer", "view").kubeconfig(shop.folder / "viewer")
    no_logs = Account(node, shop.namespace, "no-logs", NO_LOGS).kubeconfig(shop.folder / "no-logs")
    undivided = ("--config", str(shop.undivided()))
    asked = {
        DIVIDED: shop.investigate(node.kubeconfig),
        UNDIVIDED: shop.investigate(node.kubeconfig, *undivided),
        VIEWER: shop.investigate(viewer),
        NO_LOG_READER: shop.investigate(no_logs, *undivided),
    }
    found: dict[str, Answer] = {}
    for who, process in asked.items():
        printed, complaints = process.communicate(timeout=PATIENCE_SECONDS)
        assert process.returncode in (CONFIRMED, INCONCLUSIVE), f"{who}: {process.returncode}\n{complaints}"
        found[who] = Answer(process.returncode, json.loads(printed))
    assert node.api.deployment(shop.namespace, "checkout")["metadata"]["generation"] == generation, "it wrote"
    return found


def test_a_release_that_fails_beside_the_old_one_is_confirmed_as_bad(answers: dict[str, Answer]) -> None:
    answer = answers[DIVIDED]
    assert answer.code == CONFIRMED, answer.report["summary"]
    answer.blames_release_2()
    split = answer.tests()["revision split"]
    assert (split["seen"], split["discriminating"]) == ("only new", True)
    assert "(2 pods) 0.0% of" in split["statement"], "the old pods serve, and fail nothing"
    assert set(split["evidence"]) <= {each["id"] for each in answer.report["evidence"]}
    assert answer.report["confidence"] == pytest.approx(min(answer.suspect()["probability"], answer.cap), abs=0.001)
    gaps = {item["source"]: item["gaps"] for item in answer.report["coverage"]["items"]}
    (traces,) = gaps.pop("traces")
    assert "no trace store" in traces
    hidden = [each for each in gaps.pop("cluster") if "neither a pod nor a Lease" not in each]  # a hidden control plane
    assert hidden == []
    assert set(map(tuple, gaps.values())) == {()}


def test_where_metrics_cannot_tell_releases_apart_their_logs_do(answers: dict[str, Answer]) -> None:
    answer = answers[UNDIVIDED]
    assert answer.code == CONFIRMED, answer.report["summary"]
    answer.blames_release_2()
    tests = answer.tests()
    assert "revision split" not in tests
    novelty = tests["log novelty"]
    assert (novelty["seen"], novelty["discriminating"]) == ("only new", True)
    assert f'only the new revision logs "{TRACE}"' in novelty["statement"], "stack traces of time-outs are in both"
    assert "times in 2 pods, 0 in 2 old ones" in novelty["statement"]
    read = {each["id"]: each for each in answer.report["evidence"]}
    assert {read[each]["source"] for each in novelty["evidence"]} == {"logs"}
    assert len(novelty["evidence"]) == 4


def test_with_the_rights_of_the_view_role_the_verdict_is_the_same_and_what_was_not_seen_is_named(
    answers: dict[str, Answer],
) -> None:
    answer = answers[VIEWER]
    answer.blames_release_2()
    assert answer.tests()["revision split"]["seen"] == "only new"
    for source in ("changes", "cluster"):
        assert "nodes is forbidden" in answer.gaps(source)
    assert "secrets is forbidden" in answer.gaps("changes")
    assert answer.code == CONFIRMED, answer.report["summary"]
    assert answer.report["confidence"] <= answer.cap < answers[DIVIDED].cap, "less was seen, so less is certain"
    assert answer.report["proposal"] is None
    assert any("cannot update" in step for step in answer.report["next_steps"]), answer.report["next_steps"]


def test_where_neither_metrics_nor_logs_can_tell_nothing_is_confirmed_and_the_missing_right_is_named(
    answers: dict[str, Answer],
) -> None:
    answer = answers[NO_LOG_READER]
    assert answer.code == INCONCLUSIVE, answer.report["summary"]
    answer.blames_release_2()
    assert not {"revision split", "log novelty"} & set(answer.tests())
    assert 'cannot get resource "pods/log"' in answer.gaps("logs")
    assert any("log" in step for step in answer.report["next_steps"]), answer.report["next_steps"]
    assert TRACE not in json.dumps(answer.report)
