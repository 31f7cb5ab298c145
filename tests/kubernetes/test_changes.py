from itertools import pairwise

import pytest

from agent.model.change import ChangeKind
from agent.model.entity import Entity
from integrations.kubernetes.changes import all_changes
from integrations.kubernetes.revisions import of_deployment, of_history
from integrations.kubernetes.rollouts import RESTARTED
from tests.kubernetes.objects import at, deployment, replica_set, scaling, stamp, template, writer

WEB = Entity(kind="Deployment", namespace="shop", name="web")


def told(found: dict, sets: list[dict], events: list[dict] | None = None) -> list[tuple]:
    """(kind, minutes, from, to, actor) of every change, oldest first."""
    changes = sorted(
        all_changes({"Deployment": [found], "ReplicaSet": sets, "Event": events or []}), key=lambda each: each.at
    )
    return [(each.kind.value, each.at, each.from_revision, each.to_revision, each.actor) for each in changes]


def progressing(minutes: float) -> dict:
    return {"type": "Progressing", "status": "True", "lastUpdateTime": stamp(minutes)}


def test_each_new_replica_set_is_a_rollout_from_the_number_before_it_even_with_gaps():
    sets = [replica_set("web:1", 4, 0), replica_set("web:2", 7, 10), replica_set("web:3", 9, 20, replicas=2)]
    found = deployment("web:3", revision=9, managed=[writer("alice", 20, "spec", "template")])
    assert told(found, sets) == [
        ("rollout", at(0), None, 4, ""),
        ("rollout", at(10), 4, 7, ""),
        ("rollout", at(20), 7, 9, "alice"),
    ]


def test_a_reused_replica_set_is_a_rollback_dated_by_the_least_upper_bound():
    scaled_up = writer("kube-controller-manager", 31, "spec", "replicas")
    sets = [replica_set("web:1", 3, 0, history="1", replicas=2, managed=[scaled_up]), replica_set("web:2", 2, 10)]
    found = deployment(
        "web:1", revision=3, managed=[writer("bob", 30, "spec", "template")], conditions=[progressing(32)]
    )
    assert told(found, sets) == [
        ("rollout", at(0), None, 3, ""),
        ("rollout", at(10), 3, 2, ""),
        ("rollback", at(30), 2, 3, "bob"),
    ]


def test_a_manager_that_wrote_something_else_later_does_not_postpone_the_rollback():
    scaled_up = writer("kube-controller-manager", 31, "spec", "replicas")
    sets = [replica_set("web:1", 3, 0, history="1", replicas=2, managed=[scaled_up]), replica_set("web:2", 2, 10)]
    found = deployment(
        "web:1", revision=3, managed=[writer("bob", 90, "spec", "template")], conditions=[progressing(32)]
    )
    assert told(found, sets)[-1] == ("rollback", at(31), 2, 3, "bob")


def test_a_rollback_that_was_superseded_is_dated_by_the_controllers_event_or_left_out():
    sets = [
        replica_set("web:1", 3, 0, history="1"),
        replica_set("web:2", 2, 10),
        replica_set("web:3", 4, 40, replicas=2),
    ]
    found = deployment("web:3", revision=4)
    without = told(found, sets)
    assert [kind for kind, *_ in without] == ["rollout"] * 3
    with_event = told(found, sets, [scaling("web-hash1", 0, 1, 25), scaling("web-hash1", 0, 2, 0)])
    assert ("rollback", at(25), 2, 3, "") in with_event
    combined = told(found, sets, [scaling("web-hash1", 0, 1, 5, last=26, combined=True)])
    assert ("rollback", at(26), 2, 3, "") in combined


def test_the_pruned_revision_between_two_starts_leaves_the_rollback_without_a_from():
    sets = [replica_set("web:1", 3, 0, history="1", replicas=2)]
    found = deployment("web:1", revision=3, managed=[writer("bob", 30, "spec", "template")])
    assert told(found, sets) == [("rollout", at(0), None, 3, ""), ("rollback", at(30), None, 3, "bob")]


def test_a_template_that_differs_only_in_its_restart_time_is_a_restart():
    restarted = template("web:1", annotations={RESTARTED: stamp(10)})
    sets = [replica_set("web:1", 1, 0), replica_set("web:1", 2, 10, replicas=2, template=restarted, name="web-b")]
    found = deployment(revision=2, template=restarted, managed=[writer("kubectl-rollout", 10, "spec", "template")])
    assert told(found, sets)[-1] == ("restart", at(10), 1, 2, "kubectl-rollout")


def test_a_restart_that_also_changes_a_variable_is_a_rollout():
    changed = template("web:1", {"MODE": "fast"}, {RESTARTED: stamp(10)})
    sets = [replica_set("web:1", 1, 0), replica_set("web:1", 2, 10, replicas=2, template=changed, name="web-b")]
    assert told(deployment(revision=2, template=changed), sets)[-1][0] == "rollout"


def test_replica_sets_of_others_and_without_a_number_are_left_out():
    stranger = replica_set("web:9", 9, 5, owner="somebody-else")
    unnumbered = replica_set("web:8", 0, 5)
    assert [
        each.revision.number for each in of_deployment(deployment(), [replica_set("web:1", 1, 0), stranger, unnumbered])
    ] == [1]


def test_the_current_revision_is_the_one_with_the_deployments_template_not_the_one_it_is_annotated_with():
    kept = of_deployment(deployment("web:1", revision=2), [replica_set("web:1", 1, 0), replica_set("web:2", 2, 10)])
    assert [(each.revision.number, each.revision.current) for each in kept] == [(2, False), (1, True)]


def test_while_the_controller_has_not_made_the_new_set_the_last_one_is_current():
    kept = of_deployment(deployment("web:3", revision=2), [replica_set("web:1", 1, 0), replica_set("web:2", 2, 10)])
    assert [(each.revision.number, each.revision.current) for each in kept] == [(2, True), (1, False)]


def test_a_scaling_between_two_sizes_is_told_with_its_hand():
    hand = writer("kubectl", None, "spec", "replicas", subresource="scale")
    found = deployment(replicas=5, managed=[hand])
    events = [scaling("web-hash1", 0, 2, 0), scaling("web-hash1", 2, 5, 30)]
    assert told(found, [replica_set("web:1", 1, 0, replicas=5)], events)[-1] == ("scale", at(30), None, None, "kubectl")


def test_the_steps_of_a_rollout_are_no_scalings():
    sets = [replica_set("web:1", 1, 0), replica_set("web:2", 2, 10, replicas=4)]
    sizes = [(3, 1), (2, 2), (1, 3), (0, 4)]
    steps = [scaling("web-hash2", 0, 1, 10), scaling("web-hash1", 4, 3, 10)]
    for step, ((old, new), (old_after, new_after)) in enumerate(pairwise(sizes)):
        steps += [scaling("web-hash2", new, new_after, 11 + step), scaling("web-hash1", old, old_after, 11.5 + step)]
    kinds = [kind for kind, *_ in told(deployment("web:2", revision=2, replicas=4), sets, steps)]
    assert kinds == ["rollout", "rollout"]
    later = [*steps, scaling("web-hash2", 4, 6, 20)]
    assert told(deployment("web:2", revision=2, replicas=6), sets, later)[-1][0] == "scale"


def test_while_a_rollout_is_under_way_no_step_is_a_scaling():
    sets = [replica_set("web:1", 1, 0, replicas=3), replica_set("web:2", 2, 10, replicas=1)]
    found = deployment("web:2", revision=2, replicas=4, status={"updatedReplicas": 1, "replicas": 5})
    events = [scaling("web-hash2", 0, 1, 10), scaling("web-hash1", 4, 3, 10), scaling("web-hash2", 1, 2, 25)]
    assert [kind for kind, *_ in told(found, sets, events)] == ["rollout", "rollout"]


def test_a_scaling_whose_event_is_gone_is_told_by_the_resized_set():
    hand = writer("kube-controller-manager", None, "spec", "replicas", subresource="scale")
    resized = writer("kube-controller-manager", 30, "spec", "replicas")
    found = deployment(replicas=5, managed=[hand], conditions=[progressing(1)])
    sets = [replica_set("web:1", 1, 0, replicas=5, managed=[resized])]
    assert told(found, sets)[-1] == ("scale", at(30), None, None, "an autoscaler")
    assert [kind for kind, *_ in told(deployment(managed=[hand], conditions=[progressing(30)]), sets)] == ["rollout"]


def test_an_edited_config_map_is_a_change_a_new_one_and_a_leaders_are_not():
    def config(name: str, *managed: dict, labels: dict | None = None) -> dict:
        metadata = {"name": name, "namespace": "shop", "creationTimestamp": stamp(0), "managedFields": list(managed)}
        return {"metadata": {**metadata, "labels": labels or {}}}

    found = [
        config("edited", writer("helm", 0, "data", "a"), writer("alice", 5, "data", "index-url")),
        config("new", writer("helm", 0, "data", "a")),
        config("leader", writer("elector", 9, "metadata", "annotations", "leader")),
    ]
    (change,) = all_changes({"ConfigMap": found})
    assert (change.kind, change.entity.name, change.at, change.actor, change.keys) == (
        ChangeKind.CONFIG,
        "edited",
        at(5),
        "alice",
        ["index-url"],
    )
    release = config("sh.helm.release.v1.web.v2", writer("helm", 5, "data", "release"), labels={"owner": "helm"})
    assert all_changes({"Secret": [release]}) == []


def test_nodes_come_are_cordoned_and_go():
    ready = {"type": "Ready", "status": "Unknown", "lastTransitionTime": stamp(9)}
    node = {
        "metadata": {
            "name": "n1",
            "creationTimestamp": stamp(0),
            "managedFields": [writer("kubectl-cordon", 5, "spec", "unschedulable")],
        },
        "spec": {"unschedulable": True},
        "status": {"conditions": [ready]},
    }
    changes = all_changes({"Node": [node]})
    assert [(change.at, change.actor) for change in changes] == [(at(0), ""), (at(5), "kubectl-cordon"), (at(9), "")]
    assert len({change.id for change in changes}) == 3


@pytest.mark.parametrize("kind", ["StatefulSet", "DaemonSet"])
def test_workloads_with_controller_revisions_have_rollouts_and_rollbacks_too(kind):
    def history(name: str, revision: int, minutes: float, image: str, *managed: dict) -> dict:
        return {
            "metadata": {
                "name": name,
                "creationTimestamp": stamp(minutes),
                "uid": name,
                "managedFields": list(managed),
                "labels": {"controller.kubernetes.io/hash": name},
                "ownerReferences": [{"controller": True, "uid": "deployment-uid"}],
            },
            "revision": revision,
            "data": {"spec": {"template": {"$patch": "replace", **template(image)}}},
        }

    found = deployment("web:1")
    found["status"]["updateRevision"] = "a"
    histories = [
        history("a", 3, 0, "web:1", writer("kube-controller-manager", 30, "revision")),
        history("b", 2, 10, "web:2"),
    ]
    kept = of_history(found, histories)
    assert [(each.revision.number, each.revision.current) for each in kept] == [(3, True), (2, False)]
    assert "$patch" not in kept[0].revision.template
    changes = sorted(all_changes({kind: [found], "ControllerRevision": histories}), key=lambda each: each.at)
    assert [(each.kind.value, each.at) for each in changes] == [
        ("rollout", at(0)),
        ("rollout", at(10)),
        ("rollback", at(30)),
    ]


def test_ids_do_not_change_from_one_look_to_the_next():
    sets = [replica_set("web:1", 3, 0, history="1", replicas=2), replica_set("web:2", 2, 10)]
    early = deployment("web:1", revision=3, managed=[writer("bob", 30, "spec", "template")])
    late = deployment("web:1", revision=3, managed=[writer("bob", 95, "spec", "template")])
    ids = [{change.id for change in all_changes({"Deployment": [each], "ReplicaSet": sets})} for each in (early, late)]
    assert ids[0] == ids[1]
    assert len(ids[0]) == 3
