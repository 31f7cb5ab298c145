"""Who else is at the target: people's writes since what is blamed, and rollouts that are not the blamed one."""

import pytest

from agent.model.change import Change, ChangeKind
from agent.model.workload import FieldManager, Revision, Workload
from agent.policy.attempt import Hand
from agent.policy.presence import rollouts, touches, under_way
from agent.policy.situation import Situation
from tests.policy.attempts import TARGET
from tests.reasoning.builders import PAYMENTS, after, named


def changed(seconds: int = 0, actor: str = "kim", **more) -> Change:
    known = {"id": "c", "kind": ChangeKind.ROLLOUT, "entity": TARGET, "to_revision": 7, "summary": "s"}
    return Change(at=after(seconds), actor=actor, **{**known, **more})


def written(manager: str = "kubectl-edit", seconds: int = 300) -> FieldManager:
    return FieldManager(manager=manager, operation="Update", at=after(seconds))


BLAMED = changed(0)
SEEN = {
    "the blamed change itself": ([BLAMED], [], []),
    "what a pipeline wrote with it": ([changed(59, kind=ChangeKind.CONFIG, id="d")], [], []),
    "what somebody else wrote right after it": ([changed(1, actor="jo", id="d")], [], [Hand.CHANGE]),
    "what came after it": ([changed(61, kind=ChangeKind.SCALE, id="d")], [], [Hand.CHANGE]),
    "an actor nobody knows": ([changed(61, actor="", id="d")], [], [Hand.CHANGE]),
    "a controller": ([changed(61, actor="kube-controller-manager")], [], []),
    "ourselves": ([changed(61, actor="steadyhand")], [], []),
    "a commit that nobody says is live": ([changed(61, kind=ChangeKind.COMMIT)], [], []),
    "somebody else's target": ([changed(61, entity=named(PAYMENTS))], [], []),
    "kubectl": ([], [written()], [Hand.KUBECTL]),
    "kubectl that brought what is blamed": ([], [written("kubectl-set", seconds=0)], []),
    "a console": ([], [written("k9s")], [Hand.KUBECTL]),
    "another program": ([], [written("argocd-controller")], []),
    "a write nobody dated": ([], [FieldManager(manager="kubectl", operation="Update")], []),
}


@pytest.mark.parametrize("name", SEEN)
def test_a_touch_is_a_persons_and_later_than_what_is_blamed(name):
    changes, managers, hands = SEEN[name]
    assert [touch.hand for touch in touches(TARGET, changes, managers, BLAMED)] == hands


def test_where_nothing_is_blamed_every_touch_counts():
    assert len(touches(TARGET, [changed()], [written(seconds=-100)], None)) == 2


def workload(**more) -> Workload:
    known = {"generation": 2, "observed_generation": 2, "replicas": 3, "updated": 3, "spec_hash": "h"}
    return Workload(entity=TARGET, uid="u", resource_version="1", **{**known, **more})


COURSE = {
    "done": ({"conditions": {"Progressing": "True: NewReplicaSetAvailable: ok"}}, False),
    "done, its pods crash": (
        {"conditions": {"Progressing": "True: NewReplicaSetAvailable: ok", "Available": "False: x: y"}, "ready": 0},
        False,
    ),
    "new pods come": ({"conditions": {"Progressing": "True: ReplicaSetUpdated: new"}, "updated": 3}, True),
    "stuck": ({"conditions": {"Progressing": "False: ProgressDeadlineExceeded: no"}, "updated": 1}, False),
    "not yet noticed": ({"generation": 3, "conditions": {"Progressing": "True: NewReplicaSetAvailable: ok"}}, True),
    "says nothing, some are old": ({"updated": 2}, True),
    "says nothing, all are new": ({}, False),
}


@pytest.mark.parametrize("name", COURSE)
def test_a_rollout_is_under_way_as_kubectl_sees_it(name):
    fields, expected = COURSE[name]
    assert under_way(workload(**fields)) is expected


def place(number: int, current: bool = True, change: Change | None = BLAMED) -> Situation:
    revision = Revision(number=number, name="r", template_hash="t", created_at=after(0), current=current)
    return Situation(workload=workload(updated=1), change=change, revisions=[revision])


def test_the_blamed_rollout_is_nobody_elses():
    assert rollouts(place(7)) == []


@pytest.mark.parametrize("other", [place(8), place(7, current=False), place(7, change=None)])
def test_any_other_rollout_is(other):
    (told,) = rollouts(other)
    assert "is under way" in told


def test_a_workload_nobody_could_read_is_unknown():
    assert rollouts(Situation(workload=None)) is None
