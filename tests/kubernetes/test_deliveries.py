"""What Argo CD, Flux and Gateways say of a namespace, from raw objects."""

from agent.model.entity import Entity
from tests.kubernetes.estates import named, of
from tests.kubernetes.objects import deployment

FLUX = {"kustomize.toolkit.fluxcd.io/name": "apps", "kustomize.toolkit.fluxcd.io/namespace": "shop"}


def ready(status: str, reason: str, message: str = "") -> dict:
    return {"type": "Ready", "status": status, "reason": reason, "message": message}


def one(**seen):
    (delivery,) = of(**seen).deliveries
    return delivery


def test_an_application_elsewhere_that_keeps_nothing_here_is_left_out():
    far = named("far", spec={"destination": {"namespace": "elsewhere"}})
    assert of(Application=[far]).deliveries == []


def test_conditions_of_an_application_are_complaints_only_if_they_are_errors():
    conditions = [
        {"type": "ComparisonError", "message": "cannot read the repository"},
        {"type": "OrphanedResourceWarning", "message": "2 objects"},
    ]
    found = one(
        Application=[named("a", spec={"destination": {"namespace": "shop"}}, status={"conditions": conditions})]
    )
    assert found.complaints == ["ComparisonError: cannot read the repository"]
    assert not found.automatic


def test_an_object_that_could_not_be_synced_says_why():
    resource = {"kind": "Deployment", "name": "web", "namespace": "shop"}
    failed = {**resource, "status": "SyncFailed", "message": "field is immutable"}
    status = {
        "resources": [{**resource, "status": "OutOfSync", "health": {"status": "Missing"}}],
        "operationState": {"phase": "Failed", "syncResult": {"resources": [failed]}},
    }
    (kept,) = one(Application=[named("a", status=status)]).objects
    assert (kept.differs, kept.detail) == (True, "Missing: field is immutable")


def test_a_kustomization_keeps_what_its_inventory_lists_here():
    entries = [{"id": "shop_web_apps_Deployment"}, {"id": "other_api_apps_Deployment"}, {"id": "_shop__Namespace"}]
    found = one(Kustomization=[named("apps", status={"inventory": {"entries": entries}})])
    assert [each.entity for each in found.objects] == [Entity(kind="Deployment", namespace="shop", name="web")]


def test_without_an_inventory_the_labels_tell():
    web = deployment(labels=FLUX)
    found = one(Kustomization=[named("apps", status={"conditions": [ready("True", "Done")]})], Deployment=[web])
    assert [each.entity.name for each in found.objects] == ["web"]
    assert found.ready
    assert found.complaints == []


def test_what_a_delivery_here_needs_is_told_wherever_it_is():
    apps = named("apps", spec={"dependsOn": [{"name": "base", "namespace": "infra"}]})
    base = {
        "metadata": {"name": "base", "namespace": "infra"},
        "status": {"conditions": [ready("False", "BuildFailed")]},
    }
    lone = {"metadata": {"name": "lone", "namespace": "infra"}}
    found = of(Kustomization=[apps, base, lone]).deliveries
    assert {each.entity.name: each.complaints for each in found} == {"apps": [], "base": ["BuildFailed"]}


def test_a_helm_releases_applied_revision_is_the_last_that_was_deployed():
    history = [
        {"chartVersion": "2.0.0", "status": "failed", "namespace": "shop"},
        {"chartVersion": "1.9.0", "status": "superseded", "namespace": "shop"},
    ]
    found = one(HelmRelease=[named("web", status={"history": history})])
    assert (found.applied, found.wanted, found.failed) == ("1.9.0", "2.0.0", True)


def test_secrets_in_what_a_tool_says_are_masked():
    message = "https://user:hunter2-planted@git.example/repo: not found"
    found = one(Kustomization=[named("apps", status={"conditions": [ready("False", "ArtifactFailed", message)]})])
    assert "hunter2-planted" not in found.model_dump_json()


def test_a_listener_takes_its_own_namespace_unless_it_says_otherwise():
    listeners = [
        {"name": "a", "port": 80},
        {"name": "b", "port": 81, "allowedRoutes": {"namespaces": {"from": "All"}}},
    ]
    (gateway,) = of(Gateway=[named("public", spec={"listeners": listeners})]).gateways
    assert [(each.name, each.takes_from) for each in gateway.listeners] == [("a", "Same"), ("b", "All")]
