import httpx
import pytest

from tests.cluster import binaries
from tests.cluster import control_plane as module
from tests.cluster.api import Api
from tests.cluster.audit import read
from tests.cluster.control_plane import ControlPlane, existing


def test_a_machine_without_go_is_told_what_to_get(monkeypatch, tmp_path):
    for name in ("KUBECONFIG", "STEADYHAND_E2E_KUBECONFIG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("STEADYHAND_CACHE", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "install Go" in module.missing()
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "config"))
    assert module.missing() == ""


def test_without_a_named_cluster_there_is_no_existing_one(monkeypatch):
    for name in ("KUBECONFIG", "STEADYHAND_E2E_KUBECONFIG"):
        monkeypatch.delenv(name, raising=False)
    assert existing() is None


def test_a_change_of_the_module_asks_for_a_new_build(monkeypatch, tmp_path):
    folder = tmp_path / "control-plane"
    folder.mkdir()
    for name in [*binaries.PROGRAMS, binaries.STAGES]:
        (folder / name).touch()
    (folder / ".stamp").write_text("of another go.mod")
    monkeypatch.setenv("STEADYHAND_CACHE", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "install Go" in binaries.unbuildable()


def test_a_line_of_the_audit_log_that_is_still_being_written_is_left_for_later(tmp_path):
    (tmp_path / "log").write_text('{"stage": "ResponseComplete", "verb": "upd')
    assert read(tmp_path / "log") == []
    assert read(tmp_path / "no-such-log") == []


@pytest.mark.tier2
def test_the_audit_log_tells_dry_runs_and_refusals_from_writes(control_plane):
    if control_plane.audit() is None:
        pytest.skip("the cluster that KUBECONFIG names keeps its audit log to itself")
    api, path = control_plane.api, "/apis/apps/v1/namespaces/audited/deployments/web"
    api.namespace("audited")
    api.deploy("audited", "web", "web:1", 1)
    api.request(
        "PATCH",
        f"{path}?dryRun=All",
        json={"spec": {"replicas": 3}},
        headers={"Content-Type": "application/merge-patch+json"},
    )
    with pytest.raises(httpx.HTTPStatusError):
        api.patch(path, {"spec": {"replicas": -1}})
    api.patch(path, {"spec": {"replicas": 2}})
    writes = control_plane.writes("audited", "web")
    assert [(write.verb, write.field_manager) for write in writes] == [("create", "kubectl"), ("patch", "kubectl")]
    assert [write.code for write in control_plane.audit() if write.resource == "deployments" and write.code == 422]


@pytest.mark.tier2
def test_nothing_of_a_stopped_control_plane_is_left(control_plane):
    if not isinstance(control_plane, ControlPlane):
        pytest.skip("the cluster that KUBECONFIG names is not ours to stop")
    other = ControlPlane(nodes=1).start()
    processes = list(other._processes.values())
    folder, kubeconfig = other.folder, other.kubeconfig
    assert kubeconfig.is_file()
    other.stop()
    assert all(process.poll() is not None for process in processes)
    assert not folder.exists()
    assert Api(control_plane.kubeconfig).get("/version")["gitVersion"] == binaries.KUBERNETES
