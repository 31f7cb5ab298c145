"""ConfigMaps on the real control plane: an earlier content is put back from the record, a flag of flagd is turned."""

import json
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from agent.errors import Refused
from agent.model.action import Observation, Preview, RestoreConfig, SetFlag
from agent.model.content import HistoryLimits
from agent.model.entity import Entity
from agent.model.question import Gap
from integrations.kubernetes.actuator import KubernetesActuator
from integrations.kubernetes.api import connect
from integrations.kubernetes.configuring import KubernetesContents
from tests.fakes import memory_store

pytestmark = pytest.mark.tier2

OLD = {"app.yaml": "mode: fast\nworkers: 4\n", "level": "info"}
NEW = {"app.yaml": "mode: fast\nworkers: 400\n", "extra": "1"}
FLAGS = '{\n  "flags": {\n    "basket": {"state": "ENABLED", "variants": {"on": true}},\n    "other": {"state": "ENABLED"}\n  }\n}\n'


@pytest.fixture
async def here(control_plane) -> AsyncIterator[SimpleNamespace]:
    client, api = control_plane.api, await connect(str(control_plane.kubeconfig))
    namespace = client.namespace(f"config-{uuid.uuid4().hex[:8]}")
    contents = memory_store().contents
    yield SimpleNamespace(
        client=client,
        namespace=namespace,
        path=f"/api/v1/namespaces/{namespace}/configmaps",
        target=Entity(kind="ConfigMap", namespace=namespace, name="settings"),
        contents=contents,
        actuator=KubernetesActuator(api, contents=contents),
        source=KubernetesContents(api),
    )
    await api.close()
    client.delete(f"/api/v1/namespaces/{namespace}")


def write(here, **parts) -> dict:
    """The ConfigMap with exactly these parts."""
    path = f"{here.path}/settings"
    body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings"}, **parts}
    try:
        found = here.client.get(path)
    except Exception:  # noqa: BLE001 - the test client's own error for one that is not there
        return here.client.create(here.path, body)
    return here.client.put(path, {**body, "metadata": found["metadata"]})


async def record(here) -> list[str]:
    """What a sweep of the recorder does; the versions there are."""
    for content in await here.source.contents(here.namespace, HistoryLimits(), datetime.now(UTC)):
        await here.contents.keep(content)
    return [version.digest for version in await here.contents.versions(here.target)]


def reader(here, name: str, spec: dict, replicas: int = 2) -> None:
    labels = {"app": name}
    container = {"name": "app", "image": "shop/web:1", **spec.pop("container", {})}
    here.client.create(
        f"/apis/apps/v1/namespaces/{here.namespace}/deployments",
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": name},
            "spec": {
                "replicas": replicas,
                "selector": {"matchLabels": labels},
                "template": {"metadata": {"labels": labels}, "spec": {"containers": [container], **spec}},
            },
        },
    )


async def done(here, action, key="k-1"):
    """Previewed without a change, done twice under one key, written once, recognised."""
    path, before = f"{here.path}/settings", here.client.get(f"{here.path}/settings")
    preview = await here.actuator.preview(action)
    assert isinstance(preview, Preview), preview
    assert here.client.get(path)["metadata"]["resourceVersion"] == before["metadata"]["resourceVersion"]
    assert (await here.actuator.observe(action, preview.before, key)).observation is Observation.NOT_DONE
    first = await here.actuator.apply(action, preview.before, key)
    written = here.client.get(path)["metadata"]["resourceVersion"]
    assert (
        (await here.actuator.apply(action, preview.before, key)).spec_hash == first.spec_hash == preview.after_spec_hash
    )
    assert here.client.get(path)["metadata"]["resourceVersion"] == written
    assert (await here.actuator.observe(action, preview.before, key)).observation is Observation.DONE
    return preview


async def test_a_recorded_content_is_put_back_whole_and_the_present_one_after_it(here):
    write(here, data=OLD, binaryData={"logo": "AAEC"})
    (old,) = await record(here)
    write(here, data=NEW)
    preview = await done(here, RestoreConfig(target=here.target, version=old))
    found = here.client.get(f"{here.path}/settings")
    assert (found["data"], found["binaryData"]) == (OLD, {"logo": "AAEC"})
    assert "workers: 400" in preview.diff
    assert "-extra: '1'" in preview.diff
    assert preview.undo == RestoreConfig(target=here.target, version=preview.before.spec_hash)
    await done(here, preview.undo, "k-2")
    found = here.client.get(f"{here.path}/settings")
    assert (found["data"], found.get("binaryData")) == (NEW, None)


async def test_what_somebody_else_wrote_meanwhile_is_not_overwritten(here):
    write(here, data=OLD)
    (old,) = await record(here)
    write(here, data=NEW)
    action = RestoreConfig(target=here.target, version=old)
    preview = await here.actuator.preview(action)
    write(here, data={"level": "debug"})
    with pytest.raises(Refused, match="no longer what was approved"):
        await here.actuator.apply(action, preview.before, "k-1")
    assert (await here.actuator.observe(action, preview.before, "k-1")).observation is Observation.CANNOT_TELL
    assert here.client.get(f"{here.path}/settings")["data"] == {"level": "debug"}


async def test_a_content_with_a_secret_is_never_recorded_nor_put_back(here):
    write(here, data={"url": "postgres://shop:hunter2@db/shop"})
    (old,) = await record(here)
    assert "hunter2" not in (await here.contents.get(here.target, old)).model_dump_json()
    write(here, data=NEW)
    gap = await here.actuator.preview(RestoreConfig(target=here.target, version=old))
    assert isinstance(gap, Gap)
    assert "look secret and are not recorded" in gap.detail


async def test_where_the_present_content_looks_secret_it_is_said_that_nothing_undoes_it(here):
    write(here, data=OLD)
    (old,) = await record(here)
    write(here, data={"db_password": "hunter2"})
    preview = await here.actuator.preview(RestoreConfig(target=here.target, version=old))
    assert preview.undo is None
    assert "cannot be undone" in preview.warnings[0]
    assert "hunter2" not in preview.model_dump_json()


@pytest.mark.parametrize("known", [True, False])
async def test_a_content_nobody_recorded_or_that_is_there_already_is_no_action(here, known):
    write(here, data=OLD)
    (old,) = await record(here)
    gap = await here.actuator.preview(RestoreConfig(target=here.target, version=old if known else "f" * 32))
    assert isinstance(gap, Gap)
    assert ("nothing to do" if known else "is not recorded") in gap.detail


async def test_an_immutable_one_is_left_alone(here):
    write(here, data=OLD, immutable=True)
    (old,) = await record(here)
    gap = await here.actuator.preview(RestoreConfig(target=here.target, version=old))
    assert "immutable" in gap.detail


async def test_who_sees_it_only_after_a_restart_is_said(here):
    write(here, data=OLD)
    (old,) = await record(here)
    write(here, data=NEW)
    volume = {"name": "conf", "configMap": {"name": "settings"}}
    mount = {"name": "conf", "mountPath": "/conf"}
    reader(here, "by-env", {"container": {"envFrom": [{"configMapRef": {"name": "settings"}}]}})
    reader(here, "by-file", {"container": {"volumeMounts": [mount]}, "volumes": [volume]})
    reader(here, "by-part", {"container": {"volumeMounts": [{**mount, "subPath": "level"}]}, "volumes": [volume]})
    reader(here, "stranger", {})
    preview = await here.actuator.preview(RestoreConfig(target=here.target, version=old))
    said = " ".join(preview.warnings)
    assert "Deployment by-env reads it at its start only" in said
    assert "Deployment by-part reads it at its start only" in said
    assert "Deployment by-file mounts it" in said
    assert "stranger" not in said
    assert preview.pods == 6


async def test_a_flag_is_turned_off_and_on_again_and_nothing_else(here):
    write(here, data={"flags.json": FLAGS, "readme": "flags"})
    preview = await done(here, SetFlag(target=here.target, flag="basket", state="DISABLED"))
    written = here.client.get(f"{here.path}/settings")["data"]
    assert written == {"flags.json": FLAGS.replace('"state": "ENABLED", ', '"state": "DISABLED", '), "readme": "flags"}
    assert json.loads(written["flags.json"])["flags"]["other"] == {"state": "ENABLED"}
    assert preview.undo == SetFlag(target=here.target, flag="basket", state="ENABLED")
    await done(here, preview.undo, "k-2")
    assert here.client.get(f"{here.path}/settings")["data"]["flags.json"] == FLAGS


async def test_a_flag_somebody_else_turned_meanwhile_is_left_alone(here):
    write(here, data={"flags.json": FLAGS})
    action = SetFlag(target=here.target, flag="basket", state="DISABLED")
    preview = await here.actuator.preview(action)
    write(here, data={"flags.json": FLAGS.replace('"other": {"state": "ENABLED"}', '"other": {"state": "DISABLED"}')})
    with pytest.raises(Refused, match="no longer what was approved"):
        await here.actuator.apply(action, preview.before, "k-1")


@pytest.mark.parametrize(("flag", "state", "said"), [("gone", "DISABLED", "in none"), ("basket", "off", "knows no state"), ("basket", "ENABLED", "nothing to do")])  # fmt: skip
async def test_a_flag_that_cannot_be_turned_says_why(here, flag, state, said):
    write(here, data={"flags.json": FLAGS})
    gap = await here.actuator.preview(SetFlag(target=here.target, flag=flag, state=state))
    assert isinstance(gap, Gap)
    assert said in gap.detail
