"""The chart on a real API server: taken as it is, nothing more allowed than said, and gone without a trace."""

import base64
import json
from pathlib import Path

import pytest
import yaml

from agent import diagnosis, settings
from docs.rights import RULES
from tests.chart import operators
from tests.chart.cases import CASES
from tests.chart.releases import OPERATOR, Helm, outside
from tests.chart.tool import CHART
from tests.cluster.api import Api
from tests.cluster.control_plane import ControlPlane
from tests.cluster.extensions import defined

pytestmark = pytest.mark.tier2
WRITES = {"create", "update", "patch", "delete", "deletecollection", "*"}
RESTRICTED = {f"pod-security.kubernetes.io/{mode}": "restricted" for mode in ("enforce", "warn")}
NAME = "sh-steadyhand"
PLURALS = {"NetworkPolicy": "networkpolicies", "Ingress": "ingresses"}
THEIRS = {
    "ServiceMonitor": "monitoring.coreos.com/v1",
    "PrometheusRule": "monitoring.coreos.com/v1",
    "AlertmanagerConfig": "monitoring.coreos.com/v1alpha1",
    "Certificate": "cert-manager.io/v1",
}
"""What the chart makes of kinds that are not Kubernetes' own."""

OF_NO_NAMESPACE = ("ClusterRole", "ClusterRoleBinding")
KEPT_BY_CONTROLLERS = ("kube-root-ca.crt", "default")


def path(found: dict) -> str:
    """Where the API has an object."""
    version, kind = found["apiVersion"], found["kind"]
    plural = PLURALS.get(kind, f"{kind.lower()}s")
    where = "" if kind in OF_NO_NAMESPACE else f"/namespaces/{found['metadata']['namespace']}"
    return f"{'/apis' if '/' in version else '/api'}/{version}{where}/{plural}/{found['metadata']['name']}"


def tried(api: Api, found: dict) -> list[str]:
    """What the server says to a server-side apply of it as a dry run: warnings, none when it is content."""
    answer = api._http.request(
        "PATCH",
        path(found),
        content=json.dumps(found),
        params={"dryRun": "All", "fieldManager": "helm", "fieldValidation": "Strict"},
        headers={"Content-Type": "application/apply-patch+yaml"},
    )
    assert answer.is_success, f"{path(found)}: {answer.text}"
    return answer.headers.get_list("Warning")


@pytest.fixture(scope="module")
def places(control_plane):
    """The namespaces that the matrix names, all with Pod Security as strict as it can be."""
    for name in ("sre", "shop", "store"):
        control_plane.api.namespace(name)
        control_plane.api.patch(f"/api/v1/namespaces/{name}", {"metadata": {"labels": RESTRICTED}})
    yield control_plane
    for name in ("sre", "shop", "store"):
        control_plane.api.delete(f"/api/v1/namespaces/{name}")


@pytest.mark.parametrize("name", [name for name in CASES if name != "watched"])
def test_the_server_takes_every_object_and_warns_of_nothing(helm, places, name):
    for found in helm.template(CASES[name]).objects:
        assert tried(places.api, found) == [], f"{found['kind']} {found['metadata']['name']}"


@pytest.fixture(scope="module")
def operated(places):
    """The same, with what the Prometheus operator and cert-manager define."""
    if reason := operators.missing():
        pytest.skip(reason)
    with defined(places.api, operators.definitions()):
        yield places


@pytest.mark.parametrize("more", [{}, {"tls": {"existingSecret": "door"}}], ids=["cert-manager", "a certificate"])
def test_the_operators_kinds_are_taken_as_well(helm, operated, more):
    found = helm.template({**CASES["watched"], **more}, apis=OPERATOR).objects
    assert set(THEIRS) - {each["kind"] for each in found} == ({"Certificate"} if more else set())
    for each in found:
        assert tried(operated.api, each) == [], f"{each['kind']} {each['metadata']['name']}"


def test_the_operators_schema_is_asked(helm, operated):
    monitor = helm.template(CASES["watched"], apis=OPERATOR).one("ServiceMonitor")
    monitor["spec"]["endpoints"][0]["interval"] = "often"
    with pytest.raises(AssertionError, match=r"spec\.endpoints"):
        tried(operated.api, monitor)


def test_where_the_operators_are_it_is_installed_with_all_of_it_and_gone_with_all_of_it(live, operated, namespace):
    install(live, namespace, CASES["watched"])
    places = [f"/apis/{group}/namespaces/{namespace}/{kind.lower()}s" for kind, group in THEIRS.items()]
    assert [len(operated.api.get(place)["items"]) for place in places] == [1] * len(places)
    assert live.run("uninstall", "sh", "--namespace", namespace).ok
    assert [operated.api.get(place)["items"] for place in places] == [[]] * len(places)


def test_the_server_would_warn_of_a_pod_that_is_not_restricted(helm, places):
    done = helm.template({"securityContext": {"allowPrivilegeEscalation": True}})
    warnings = tried(places.api, done.one("StatefulSet"))
    assert "allowPrivilegeEscalation != false" in warnings[0]


def left(api: Api, namespace: str) -> list[str]:
    """What of a release is still there."""
    kinds = {
        "/api/v1": ["configmaps", "secrets", "services", "serviceaccounts", "persistentvolumeclaims"],
        "/apis/apps/v1": ["statefulsets"],
        "/apis/networking.k8s.io/v1": ["networkpolicies", "ingresses"],
        "/apis/rbac.authorization.k8s.io/v1": ["roles", "rolebindings"],
    }
    places = [f"{group}/namespaces/{namespace}/{kind}" for group, all_of in kinds.items() for kind in all_of]
    places += [f"/apis/rbac.authorization.k8s.io/v1/{kind}" for kind in ("clusterroles", "clusterrolebindings")]
    found = [(place.rpartition("/")[2], each["metadata"]) for place in places for each in api.get(place)["items"]]
    ours = [(kind, meta) for kind, meta in found if meta.get("namespace") == namespace or namespace in meta["name"]]
    return sorted(f"{kind}/{meta['name']}" for kind, meta in ours if meta["name"] not in KEPT_BY_CONTROLLERS)


def install(live, namespace: str, values: dict, verb: str = "install") -> str:
    done = live.run(verb, "sh", CHART, "--namespace", namespace, "--create-namespace", values=values)
    assert done.ok, done.text
    return done.text


def secret(api: Api, namespace: str) -> dict[str, str]:
    found = api.get(f"/api/v1/namespaces/{namespace}/secrets/{NAME}-api")["data"]
    return {key: base64.b64decode(value).decode() for key, value in found.items()}


def test_tokens_are_made_at_install_and_kept_until_it_is_uninstalled(live, control_plane, namespace, shop):
    notes = install(live, namespace, {})
    assert "nothing: it says what it found. It has no right to write" in notes
    assert "No cluster was asked" not in notes
    made = secret(control_plane.api, namespace)
    assert set(made) == {"operator", "alertmanager"}
    assert len(set(made.values())) == 2
    assert all(len(each) == 40 for each in made.values())

    changed = {"actions": {"namespaces": [shop]}, "api": {"callers": ["operator", "alertmanager", "bot"]}}
    notes = install(live, namespace, changed, "upgrade")
    assert f"after a person approved, in {shop}" in notes
    more = secret(control_plane.api, namespace)
    assert {name: more[name] for name in made} == made
    assert len(more["bot"]) == 40
    assert f"roles/{outside(namespace, 'sh')}-act" in left(control_plane.api, shop)

    done = live.run("rollback", "sh", "1", "--namespace", namespace)
    assert done.ok, done.text
    assert secret(control_plane.api, namespace).items() >= made.items()
    assert left(control_plane.api, shop) == []

    done = live.run("uninstall", "sh", "--namespace", namespace)
    assert done.ok, done.text
    assert left(control_plane.api, namespace) == [f"persistentvolumeclaims/{NAME}-state"]


def test_a_volume_that_is_not_to_stay_goes_with_the_rest(live, control_plane, namespace):
    install(live, namespace, {"persistence": {"retain": False}})
    assert f"persistentvolumeclaims/{NAME}-state" in left(control_plane.api, namespace)
    done = live.run("uninstall", "sh", "--namespace", namespace, "--wait")
    assert done.ok, done.text
    assert left(control_plane.api, namespace) == []


def test_what_stayed_is_taken_up_by_the_next_install(live, control_plane, namespace):
    install(live, namespace, {})
    claim = f"/api/v1/namespaces/{namespace}/persistentvolumeclaims/{NAME}-state"
    before = control_plane.api.get(claim)["metadata"]["uid"]
    assert live.run("uninstall", "sh", "--namespace", namespace).ok
    install(live, namespace, {})
    assert control_plane.api.get(claim)["metadata"]["uid"] == before


def test_two_releases_in_two_namespaces_do_not_meet(live, control_plane, namespace, shop):
    other = f"{namespace}-b"
    acting = {"actions": {"namespaces": [shop]}}
    try:
        install(live, namespace, acting)
        install(live, other, acting)
    finally:
        assert live.run("uninstall", "sh", "--namespace", other).ok
        control_plane.api.delete(f"/api/v1/namespaces/{other}")
    assert f"roles/{outside(namespace, 'sh')}-act" in left(control_plane.api, shop)
    assert live.run("uninstall", "sh", "--namespace", namespace).ok


def account(plane: ControlPlane, namespace: str) -> Path:
    """A kubeconfig with a token as the pod has it."""
    where = f"/api/v1/namespaces/{namespace}/serviceaccounts/{NAME}/token"
    token = plane.api.create(where, {"spec": {"expirationSeconds": 3600}})["status"]["token"]
    return plane.kubeconfig_with_token(namespace, token)


def allowed(kubeconfig: Path, namespace: str) -> set[tuple[str, str, str]]:
    """What `kubectl auth can-i --list` shows, as (group, resource, verb); asking about oneself left out."""
    api = Api(kubeconfig)
    answer = api.create("/apis/authorization.k8s.io/v1/selfsubjectrulesreviews", {"spec": {"namespace": namespace}})
    api.close()
    rules = [
        (g, r, v)
        for rule in answer["status"]["resourceRules"]
        for g in rule["apiGroups"]
        for r in rule["resources"]
        for v in rule["verbs"]
    ]
    return {each for each in rules if not each[1].startswith("self")}


@pytest.fixture
def plane(control_plane) -> ControlPlane:
    if not isinstance(control_plane, ControlPlane):
        pytest.skip("tokens are made for our own control plane only")
    return control_plane


async def checked(live, plane, namespace: str, tmp_path: Path):
    """What `steadyhand doctor` says with the release's configuration and its account."""
    found = plane.api.get(f"/api/v1/namespaces/{namespace}/configmaps/{NAME}-config")
    config = tmp_path / "config.yaml"
    config.write_text(found["data"]["config.yaml"])
    kubeconfig = account(plane, namespace)
    wanted = settings.load(config, {"kubernetes.kubeconfig": str(kubeconfig)})
    return kubeconfig, {each.name: each for each in await diagnosis.diagnose(wanted)}


async def test_by_default_it_may_write_nothing_and_doctor_misses_no_right(live, plane, namespace, tmp_path):
    install(live, namespace, {})
    kubeconfig, checks = await checked(live, plane, namespace, tmp_path)
    may = allowed(kubeconfig, namespace) | allowed(kubeconfig, "kube-system")
    assert ("apps", "deployments", "list") in may
    assert not [each for each in may if each[2] in WRITES]
    assert not [each for each in may if each[1] == "secrets"]
    missing = [name for name, check in checks.items() if not check.ok]
    assert missing == ["Prometheus"], "it has none in this test"
    assert "needs no right to write" in checks["acting"].detail
    assert live.run("uninstall", "sh", "--namespace", namespace).ok


async def test_with_actions_it_may_do_exactly_what_the_playbooks_need_there(live, plane, namespace, shop, tmp_path):
    install(live, namespace, {"actions": {"namespaces": [shop]}, "events": {"enabled": True}})
    kubeconfig, checks = await checked(live, plane, namespace, tmp_path)
    rights = yaml.safe_load(RULES.read_text())
    rules = [rule for each in rights["playbooks"].values() if not each["nodes"] for rule in each["rules"]]
    wanted = {
        (g, r, v)
        for rule in [*rules, *rights["events"]]
        for g in rule["apiGroups"]
        for r in rule["resources"]
        for v in rule["verbs"]
    }
    elsewhere = allowed(kubeconfig, "kube-system")
    assert allowed(kubeconfig, shop) - elsewhere == wanted - elsewhere
    assert not [each for each in allowed(kubeconfig, namespace) if each[2] in WRITES], "not where it runs itself"
    assert not [each for each in elsewhere if each[2] in WRITES]
    assert [name for name, check in checks.items() if not check.ok] == ["Prometheus"]
    assert checks[f"update deployments.apps in {shop}"].ok
    assert live.run("uninstall", "sh", "--namespace", namespace).ok


async def test_in_one_namespace_only_it_says_what_it_cannot_see(live, plane, namespace, tmp_path):
    notes = install(live, namespace, {"read": {"clusterWide": False}})
    assert "no nodes, volumes or storage classes" in notes
    kubeconfig, checks = await checked(live, plane, namespace, tmp_path)
    assert not allowed(kubeconfig, "kube-system") - allowed(kubeconfig, "default")
    assert checks[f"list pods in {namespace}"].ok
    assert not checks["list nodes"].ok
    assert checks["list nodes"].cost == "node failures, zones, labels and taints are not seen"
    assert not [each for each in left(plane.api, namespace) if each.startswith("cluster")]
    assert live.run("uninstall", "sh", "--namespace", namespace).ok


def test_a_tenant_who_owns_two_namespaces_can_install_it_there(helm, plane, namespace, shop):
    plane.api.namespace(namespace)
    plane.api.create(f"/api/v1/namespaces/{namespace}/serviceaccounts", {"metadata": {"name": NAME}})
    everything = [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}]
    role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "tenant"}
    subject = {"kind": "ServiceAccount", "name": NAME, "namespace": namespace}
    for each in (namespace, shop):
        place = f"/apis/rbac.authorization.k8s.io/v1/namespaces/{each}"
        plane.api.create(f"{place}/roles", {"metadata": {"name": "tenant"}, "rules": everything})
        binding = {"metadata": {"name": "tenant"}, "roleRef": role, "subjects": [subject]}
        plane.api.create(f"{place}/rolebindings", binding)
    theirs = Helm(helm.home, account(plane, namespace))
    values = {
        "read": {"clusterWide": False, "namespaces": [namespace, shop]},
        "serviceAccount": {"name": "theirs"},
        "actions": {"namespaces": [shop]},
    }
    done = theirs.run("install", "sh", CHART, "--namespace", namespace, values=values)
    assert done.ok, done.text
    assert set(secret(plane.api, namespace)) == {"operator", "alertmanager"}
    assert theirs.run("uninstall", "sh", "--namespace", namespace).ok
