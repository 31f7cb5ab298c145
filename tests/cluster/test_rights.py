"""Rights on a real API server: its own words of a refusal, the bindings that explain it, and the change that gave the right."""

import uuid
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from agent.model.change import ChangeKind
from agent.model.message import Message
from agent.model.question import Changes, ChangesQuestion, Inventory, InventoryQuestion
from agent.model.record import Window
from agent.reasoning import rights
from integrations.kubernetes.api import connect
from integrations.kubernetes.source import KubernetesSource
from tests.cluster.api import Api
from tests.cluster.control_plane import ControlPlane
from tests.cluster.stage import ClusterStage

pytestmark = pytest.mark.tier2
RBAC = "/apis/rbac.authorization.k8s.io/v1/namespaces"


@pytest.fixture
def stage(control_plane):
    if not isinstance(control_plane, ControlPlane):
        pytest.skip("tokens are made for our own control plane only")
    made = ClusterStage(control_plane.api, f"rights-{uuid.uuid4().hex[:8]}")
    yield made
    control_plane.api.delete(f"/api/v1/namespaces/{made.namespace}")


@pytest.fixture
async def source(control_plane):
    connected = await connect(str(control_plane.kubeconfig))
    yield KubernetesSource(connected)
    await connected.close()


def allow(stage, *verbs: str) -> None:
    stage.api.create(
        f"{RBAC}/{stage.namespace}/roles",
        {
            "metadata": {"name": "finder"},
            "rules": [{"apiGroups": [""], "resources": ["configmaps"], "verbs": list(verbs)}],
        },
    )
    stage.api.create(
        f"{RBAC}/{stage.namespace}/rolebindings",
        {
            "metadata": {"name": "finders"},
            "subjects": [{"kind": "ServiceAccount", "name": "finder", "namespace": stage.namespace}],
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "finder"},
        },
    )


def refused(control_plane, stage) -> str:
    """What the API server says to the account when it lists ConfigMaps."""
    path = f"/api/v1/namespaces/{stage.namespace}/serviceaccounts/finder/token"
    token = stage.api.create(path, {"spec": {"expirationSeconds": 3600}})["status"]["token"]
    finder = Api(control_plane.kubeconfig, token=token)
    with pytest.raises(httpx.HTTPStatusError) as refusal:
        finder.get(f"/api/v1/namespaces/{stage.namespace}/configmaps")
    finder.close()
    return str(refusal.value)


async def estate(source, stage):
    answer = await source.ask(InventoryQuestion(namespace=stage.namespace))
    assert isinstance(answer, Inventory), answer
    return answer.estate


async def test_what_the_server_refuses_is_read_and_explained_by_its_own_objects(control_plane, stage, source):
    accounts = f"/api/v1/namespaces/{stage.namespace}/serviceaccounts"
    stage.api.create(accounts, {"metadata": {"name": "finder"}, "automountServiceAccountToken": False})
    allow(stage, "get")
    told = rights._refusal(Message(service="web", text=refused(control_plane, stage)), rights.Refused.FORBIDDEN)
    assert told.user == f"system:serviceaccount:{stage.namespace}:finder"
    assert (told.verb, told.resource, told.group, told.where) == ("list", "configmaps", "", stage.namespace)
    before = await estate(source, stage)
    assert rights.granted(before, told) is False
    assert before.unmounted == ["finder"]
    rule = [{"op": "add", "path": "/rules/0/verbs/-", "value": "list"}]
    stage.api.patch(f"{RBAC}/{stage.namespace}/roles/finder", rule, kind="json")
    assert rights.granted(await estate(source, stage), told) is True
    now = datetime.now(UTC)
    window = Window(start=now - timedelta(hours=1), end=now + timedelta(seconds=5))
    changes = await source.ask(ChangesQuestion(namespace=stage.namespace, window=window))
    assert isinstance(changes, Changes)
    kinds = {change.entity.kind for change in changes.items if change.kind is ChangeKind.POLICY}
    assert {"Role", "RoleBinding", "ServiceAccount"} <= kinds
