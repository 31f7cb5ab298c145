"""Changes that no rollout, edit of configuration or node makes: policies, autoscalers, Helm, Argo, Flux."""

import pytest

from agent.model.change import Change, ChangeKind
from integrations.kubernetes.changes import LEADER, all_changes
from integrations.kubernetes.rollouts import RESTARTED
from tests.kubernetes.objects import at, deployment, replica_set, scaling, stamp, template, writer

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def changes(**seen) -> list[Change]:
    return sorted(all_changes(seen, "shop"), key=lambda change: change.at)


def named(name: str, *managed: dict, minutes: float = 0, namespace: str = "shop", **metadata) -> dict:
    fields = {"name": name, "namespace": namespace, "creationTimestamp": stamp(minutes), "managedFields": list(managed)}
    return {"metadata": {**fields, **metadata}}


@pytest.mark.parametrize(
    ("kind", "part"),
    [
        ("ResourceQuota", "spec"),
        ("LimitRange", "spec"),
        ("NetworkPolicy", "spec"),
        ("Role", "rules"),
        ("RoleBinding", "subjects"),
    ],
)
def test_a_policy_that_was_made_and_edited_is_two_changes_with_their_hands(kind, part):
    found = named(
        "p", writer("helm", 0, part, "x"), writer("alice", 5, part, "y"), writer("bob", 9, "metadata", "labels")
    )
    assert [(each.kind, each.at, each.actor, each.entity.kind) for each in changes(**{kind: [found]})] == [
        (ChangeKind.POLICY, at(0), "helm", kind),
        (ChangeKind.POLICY, at(5), "alice", kind),
    ]


def test_a_controller_that_counts_a_quota_has_not_edited_it():
    found = named("q", writer("kube-controller-manager", 9, "status", "used", subresource="status"))
    assert [each.at for each in changes(ResourceQuota=[found])] == [at(0)]


def test_the_bounds_of_an_autoscaler_are_a_matter_of_scale():
    found = named("grow", writer("alice", 7, "spec", "maxReplicas"), minutes=-90)
    assert [(each.kind, each.actor, each.at) for each in changes(HorizontalPodAutoscaler=[found])][-1] == (
        ChangeKind.SCALE,
        "alice",
        at(7),
    )


AUTOSCALER = {**named("grow", minutes=-90), "spec": {"scaleTargetRef": {"kind": "Deployment", "name": "web"}}}
RESCALED = {
    "involvedObject": {"kind": "HorizontalPodAutoscaler", "name": "grow"},
    "reason": "SuccessfulRescale",
    "message": "New size: 5; reason: cpu resource utilization (percentage of request) above target",
    "lastTimestamp": stamp(30),
}


def scaled(*managed: dict, events: list[dict], autoscalers: list[dict]) -> Change:
    told = changes(
        Deployment=[deployment(replicas=5, managed=list(managed))],
        ReplicaSet=[replica_set("web:1", 1, 0, replicas=5)],
        Event=[scaling("web-hash1", 2, 5, 30), *events],
        HorizontalPodAutoscaler=autoscalers,
    )
    return next(each for each in told if each.kind is ChangeKind.SCALE and each.entity.kind == "Deployment")


def test_an_autoscalers_move_is_its_own_and_says_why():
    hand = writer("kube-controller-manager", None, "spec", "replicas", subresource="scale")
    change = scaled(hand, events=[RESCALED], autoscalers=[AUTOSCALER])
    assert change.actor == "HorizontalPodAutoscaler grow"
    assert "cpu resource utilization" in change.summary
    without_event = scaled(hand, events=[], autoscalers=[AUTOSCALER])
    assert without_event.actor == "HorizontalPodAutoscaler grow"


def test_a_persons_scaling_of_an_autoscaled_workload_stays_theirs():
    hand = writer("kubectl", None, "spec", "replicas", subresource="scale")
    assert scaled(hand, events=[], autoscalers=[AUTOSCALER]).actor == "kubectl"
    earlier = {**RESCALED, "lastTimestamp": stamp(10)}
    assert scaled(hand, events=[earlier], autoscalers=[AUTOSCALER]).actor == "kubectl"


@pytest.mark.parametrize(
    ("annotation", "kind"),
    [
        (RESTARTED, "restart"),
        ("checksum/config", "restart"),
        ("rollme", "restart"),
        ("example.com/config-hash", "restart"),
        ("sidecar.istio.io/inject", "rollout"),
        ("prometheus.io/port", "rollout"),
    ],
)
def test_a_rollout_of_nothing_new_is_a_restart(annotation, kind):
    changed = template("web:1", annotations={annotation: "x"})
    sets = [replica_set("web:1", 1, 0), replica_set("web:1", 2, 10, replicas=2, template=changed, name="web-b")]
    told = changes(Deployment=[deployment(revision=2, template=changed)], ReplicaSet=sets)
    assert told[-1].kind.value == kind


def test_a_rollback_to_what_runs_already_is_a_restart():
    restarted = template("web:1", annotations={RESTARTED: stamp(10)})
    sets = [
        replica_set("web:1", 3, 0, history="1", replicas=2, managed=[writer("c", 31, "spec", "replicas")]),
        replica_set("web:1", 2, 10, template=restarted, name="web-b"),
    ]
    found = deployment("web:1", revision=3, managed=[writer("bob", 30, "spec", "template")])
    assert [each.kind for each in changes(Deployment=[found], ReplicaSet=sets)] == [
        ChangeKind.ROLLOUT,
        ChangeKind.RESTART,
        ChangeKind.RESTART,
    ]


@pytest.mark.parametrize("mark", [LEADER, "cluster-autoscaler.kubernetes.io/last-updated"])
def test_what_a_controller_writes_down_for_itself_is_no_configuration(mark):
    notebook = named("notes", writer("controller", 5, "data", "status"), annotations={mark: "x"})
    settings = named("settings", writer("alice", 5, "data", "mode"), annotations={"note": "x"})
    assert [each.entity.name for each in changes(ConfigMap=[notebook, settings])] == ["settings"]


def helm(revision: int, minutes: float, status: str) -> dict:
    labels = {"owner": "helm", "name": "web", "version": str(revision), "status": status}
    return named(f"sh.helm.release.v1.web.v{revision}", minutes=minutes, labels=labels)


def test_each_helm_revision_is_a_sync_known_by_its_labels_only():
    told = changes(Secret=[helm(1, 0, "superseded"), helm(2, 10, "deployed"), helm(3, 20, "failed")])
    assert [(each.kind, each.at, each.from_revision, each.to_revision) for each in told] == [
        (ChangeKind.SYNC, at(0), None, 1),
        (ChangeKind.SYNC, at(10), 1, 2),
        (ChangeKind.SYNC, at(20), 2, 3),
    ]
    assert told[0].summary.endswith("was installed")
    assert told[1].summary.endswith("was upgraded to revision 2")
    assert told[2].summary.endswith("(failed)")
    assert {each.entity.name for each in told} == {"web"}


def application(**spec) -> dict:
    history = [
        {"revision": COMMIT, "deployedAt": stamp(5), "initiatedBy": {"username": "alice"}},
        {"revision": "1.4.2", "deployedAt": stamp(9), "initiatedBy": {"automated": True}, "source": {"chart": "web"}},
        {"revision": "never deployed"},
    ]
    found = named("shop-app", namespace="argocd")
    return {**found, "spec": {"destination": {"namespace": "shop", **spec}}, "status": {"history": history}}


def test_argo_cds_history_is_told_with_commit_and_initiator():
    told = changes(Application=[application()])
    assert [(each.at, each.actor, each.commit, each.version) for each in told] == [
        (at(5), "alice", COMMIT, ""),
        (at(9), "Argo CD", "", "1.4.2"),
    ]
    assert "web 1.4.2" in told[1].summary
    assert changes(Application=[application(namespace="elsewhere")]) == []


def test_flux_tells_the_revisions_it_applied_to_the_namespace():
    kept = {"history": [{"metadata": {"revision": f"main@sha1:{COMMIT}"}, "firstReconciled": stamp(5)}]}
    owning = {"inventory": {"entries": [{"id": "shop_web_apps_Deployment"}]}}
    ready = {
        "type": "Ready",
        "status": "True",
        "message": f"Applied revision: main@sha1:{COMMIT}",
        "lastTransitionTime": stamp(7),
    }
    apps = named("apps", namespace="flux-system")
    assert [
        (each.at, each.commit, each.actor) for each in changes(Kustomization=[{**apps, "status": {**kept, **owning}}])
    ] == [(at(5), COMMIT, "Flux")]
    assert [each.at for each in changes(Kustomization=[{**apps, "status": {"conditions": [ready], **owning}}])] == [
        at(7)
    ]
    assert changes(Kustomization=[{**apps, "status": kept}]) == [], "it owns nothing here"


def test_flux_helm_releases_have_chart_and_version():
    history = [
        {
            "name": "web",
            "namespace": "shop",
            "chartName": "web",
            "chartVersion": "2.0.1",
            "lastDeployed": stamp(5),
            "version": 7,
        },
        {"name": "web", "namespace": "other", "chartVersion": "1.0.0", "lastDeployed": stamp(6)},
    ]
    (change,) = changes(HelmRelease=[{**named("web"), "status": {"history": history}}])
    assert (change.at, change.version, change.to_revision) == (at(5), "2.0.1", 7)


def argo_set(image: str, revision: int, minutes: float) -> dict:
    found = replica_set(image, revision, minutes)
    metadata = found["metadata"]
    metadata["annotations"] = {"rollout.argoproj.io/revision": str(revision)}
    metadata["labels"] = {"rollouts-pod-template-hash": f"hash{image[-1]}", "app": "web"}
    return found


def test_argo_rollouts_have_rollouts_as_deployments_have_and_are_aborted():
    found = deployment("web:2", revision=2, status={"abort": True, "abortedAt": stamp(15)})
    found["metadata"]["annotations"] = {"rollout.argoproj.io/revision": "2"}
    told = changes(Rollout=[found], ReplicaSet=[argo_set("web:1", 1, 0), argo_set("web:2", 2, 10)])
    assert [(each.kind, each.at, each.entity.kind) for each in told] == [
        (ChangeKind.ROLLOUT, at(0), "Rollout"),
        (ChangeKind.ROLLOUT, at(10), "Rollout"),
        (ChangeKind.ROLLBACK, at(15), "Rollout"),
    ]
    assert (told[1].from_revision, told[1].to_revision) == (1, 2)
    assert "aborted" in told[2].summary


AWKWARD = [{}, {"metadata": None, "spec": None, "status": None}, {"status": {"history": [None, {}, {"deployedAt": 5}]}}]


@pytest.mark.parametrize("found", AWKWARD, ids=range(len(AWKWARD)))
@pytest.mark.parametrize(
    "kind",
    ["Application", "Kustomization", "HelmRelease", "Rollout", "Role", "Secret", "HorizontalPodAutoscaler", "Event"],
)
def test_no_object_is_too_odd_to_look_for_changes_in(kind, found):
    for change in changes(**{kind: [found], "ReplicaSet": [found]}):
        assert change.summary
