"""Who else is at a target: read from it and its namespace, and unknown where either cannot be read."""

import pytest

from agent.model.company import HANDS_OFF
from agent.model.entity import Entity
from integrations.kubernetes.company import company
from tests.kubernetes.objects import deployment, writer
from tests.kubernetes.scripted_server import answers, says

WEB = Entity(kind="Deployment", namespace="shop", name="web")
PATH, NAMESPACE = "/apis/apps/v1/namespaces/shop/deployments/web", "/api/v1/namespaces/shop"


def namespace(**annotations):
    return {"metadata": {"name": "shop", "annotations": annotations}}


CASES = {
    "nothing is marked": (answers(200, deployment()), answers(200, namespace()), []),
    "the target is": (answers(200, deployment(annotations={HANDS_OFF: ""})), answers(200, namespace()), [str(WEB)]),
    "marked false": (answers(200, deployment(annotations={HANDS_OFF: "False"})), answers(200, namespace()), []),
    "the namespace is": (
        answers(200, deployment()),
        answers(200, namespace(**{HANDS_OFF: "true"})),
        ["Namespace shop"],
    ),
    "the namespace may not be read": (answers(200, deployment()), says(403, "no"), None),
    "the target is marked, the rest may not be read": (
        answers(200, deployment(annotations={HANDS_OFF: "1"})),
        says(403, "no"),
        [str(WEB)],
    ),
    "the target cannot be read": (says(404, "gone"), answers(200, namespace()), None),
}


@pytest.mark.parametrize("name", CASES)
async def test_hands_off_is_known_or_unknown(api, server, name):
    target, around, marked = CASES[name]
    server.on(PATH, target)
    server.on(NAMESPACE, around)
    assert (await company(api, WEB)).marked == marked


async def test_the_targets_field_managers_are_told(api, server):
    server.on(PATH, answers(200, deployment(managed=[writer("kubectl-edit", 9, "spec", "template")])))
    server.on(NAMESPACE, answers(200, namespace()))
    assert [manager.manager for manager in (await company(api, WEB)).managers] == ["kubectl-edit"]


async def test_an_application_is_where_its_workloads_are(api, server):
    argo = Entity(kind="Application", namespace="argocd", name="web")
    resources = [
        {"kind": "Deployment", "namespace": "shop", "name": "web"},
        {"namespace": "billing"},
        {"name": "without"},
    ]
    found = {"metadata": {"name": "web"}, "status": {"resources": resources}}
    server.on("/apis/argoproj.io/v1alpha1/namespaces/argocd/applications/web", answers(200, found))
    server.on("/api/v1/namespaces/argocd", answers(200, namespace()))
    told = await company(api, argo)
    assert told.namespaces == ["billing", "shop"]
    assert [str(each) for each in told.belongs] == ["Deployment shop/web"]


async def test_a_node_has_no_namespace(api, server):
    server.on("/api/v1/nodes/n1", answers(200, {"metadata": {"name": "n1"}}))
    assert (await company(api, Entity(kind="Node", name="n1"))).marked == []


async def test_what_is_no_object_of_a_cluster_is_unknown(api):
    assert (await company(api, Entity(kind="External", name="flags"))).marked is None


OWNED = {
    "a pod, its set": (
        Entity(kind="Pod", namespace="shop", name="web-1-x"),
        "/api/v1/namespaces/shop/pods/web-1-x",
        {"metadata": {"ownerReferences": [{"kind": "ReplicaSet", "name": "web-1", "controller": True}]}},
        ["ReplicaSet shop/web-1"],
    ),
    "an autoscaler, what it scales": (
        Entity(kind="HorizontalPodAutoscaler", namespace="shop", name="web"),
        "/apis/autoscaling/v2/namespaces/shop/horizontalpodautoscalers/web",
        {"metadata": {}, "spec": {"scaleTargetRef": {"kind": "Deployment", "name": "web"}}},
        ["Deployment shop/web"],
    ),
    "a ConfigMap, nothing": (
        Entity(kind="ConfigMap", namespace="shop", name="settings"),
        "/api/v1/namespaces/shop/configmaps/settings",
        {"metadata": {"ownerReferences": ["odd", {"kind": "Deployment"}]}},
        [],
    ),
}


@pytest.mark.parametrize("name", OWNED)
async def test_what_the_target_says_it_belongs_to(api, server, name):
    target, path, found, expected = OWNED[name]
    server.on(path, answers(200, found))
    server.on(NAMESPACE, answers(200, namespace()))
    assert [str(each) for each in (await company(api, target)).belongs] == expected


async def test_what_a_target_that_cannot_be_read_belongs_to_is_unknown(api, server):
    server.on(PATH, says(403, "no"))
    server.on(NAMESPACE, answers(200, namespace()))
    assert (await company(api, WEB)).belongs is None
