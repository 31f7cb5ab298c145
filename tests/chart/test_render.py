"""The chart rendered by helm: over a matrix of values, into configuration the program understands, and refused in words."""

import os
from pathlib import Path

import pytest
import yaml

from agent import settings
from agent.policy.reach import reach
from docs.rights import RULES, shipped
from tests import servers
from tests.chart.cases import CASES, WRONG
from tests.chart.releases import OPERATOR, outside
from tests.chart.tool import CHART

pytestmark = pytest.mark.tier2
GOLDEN = Path(__file__).parent / "default.yaml"
WRITES = {"create", "update", "patch", "delete", "deletecollection", "*"}
OUTSIDE = outside("sre", "sh")
RIGHTS = yaml.safe_load(RULES.read_text())


def test_lint_finds_nothing(helm):
    done = helm.run("lint", "--strict", CHART)
    assert done.ok, done.text
    assert "[WARNING]" not in done.text


def test_the_default_render_is_the_one_that_was_reviewed(helm):
    """STEADYHAND_WRITE_GOLDEN=1 writes it anew: look at the difference before you commit it."""
    text = helm.template().text
    if os.environ.get("STEADYHAND_WRITE_GOLDEN"):
        GOLDEN.write_text(text)
    assert text == GOLDEN.read_text()


@pytest.mark.parametrize("name", CASES)
def test_it_renders_the_same_twice_and_its_configuration_is_understood(helm, tmp_path, name):
    done = helm.template(CASES[name], apis=OPERATOR)
    assert helm.template(CASES[name], apis=OPERATOR).text == done.text
    config = next(each for each in done.objects if each["kind"] == "ConfigMap" and "config.yaml" in each["data"])
    path = tmp_path / "config.yaml"
    path.write_text(config["data"]["config.yaml"])
    settings.load(path).rules()
    assert not [each for each in done.objects if each["kind"] == "Secret"], "no random value without a cluster"


@pytest.mark.parametrize(("values", "said"), WRONG, ids=[said[:40] for _, said in WRONG])
def test_wrong_values_are_refused_in_one_sentence(helm, values, said):
    done = helm.template(values)
    assert not done.ok
    assert said in done.text
    assert "runtime error" not in done.text
    assert "nil pointer" not in done.text


def test_by_default_nothing_can_be_written_and_no_secret_be_read(helm):
    done = helm.template()
    rules = [
        rule for found in (done.rules("ClusterRole"), done.rules("Role")) for each in found.values() for rule in each
    ]
    assert rules
    assert not [rule for rule in rules if WRITES & set(rule["verbs"])]
    assert not [rule for rule in rules if "secrets" in rule["resources"]]


def test_without_cluster_wide_rights_there_is_no_cluster_role(helm):
    done = helm.template(CASES["some namespaces"])
    assert done.rules("ClusterRole") == {}
    assert not [each for each in done.objects if each["kind"] == "ClusterRoleBinding"]
    assert set(done.rules("Role")) == {
        f"shop/{OUTSIDE}-read",
        f"store/{OUTSIDE}-read",
        f"shop/{OUTSIDE}-logs",
        f"shop/{OUTSIDE}-act",
    }


def granted(rules: list[dict]) -> set[tuple[str, str, str]]:
    return {(g, r, v) for rule in rules for g in rule["apiGroups"] for r in rule["resources"] for v in rule["verbs"]}


@pytest.mark.parametrize(
    ("values", "playbooks"),
    [
        (CASES["acting"], list(RIGHTS["playbooks"])),
        (CASES["acting a little"], ["rollback", "restart"]),
        (CASES["enabled by configuration"], ["restart"]),
    ],
)
def test_acting_gives_the_rights_of_the_enabled_playbooks_and_no_other(helm, values, playbooks):
    done = helm.template(values)
    wanted = [RIGHTS["playbooks"][name] for name in playbooks]
    inside = granted([rule for each in wanted if not each["nodes"] for rule in each["rules"]])
    for namespace in values["actions"]["namespaces"]:
        assert granted(done.rules("Role")[f"{namespace}/{OUTSIDE}-act"]) == inside
    on_nodes = done.rules("ClusterRole").get(f"/{OUTSIDE}-nodes", [])
    wide = [rule for each in wanted if each["nodes"] for rule in each["rules"]]
    assert granted(on_nodes) == (granted(wide) if values["actions"].get("nodes") else set())


@pytest.mark.parametrize(
    ("values", "there"),
    [
        ({}, {}),
        ({"actions": {"namespaces": ["shop"], "playbooks": ["restart", "cordon-node"]}}, {"shop": ["restart"]}),
        (
            {"actions": {"namespaces": ["shop"], "playbooks": ["restart", "cordon-node"], "nodes": True}},
            {"shop": ["cordon-node", "restart"], "other": ["cordon-node"]},
        ),
    ],
    ids=["by default", "in one namespace", "and nodes"],
)
def test_the_policy_lets_a_person_approve_there_and_nowhere_else(helm, tmp_path, values, there):
    path = tmp_path / "config.yaml"
    path.write_text(helm.template(values).one("ConfigMap")["data"]["config.yaml"])
    wanted = settings.load(path)
    found = reach(wanted.policy, wanted.rules().playbooks, ["shop", "other"])
    assert {name: sorted(each.name for each in could) for name, could in found.items()} == there


def test_every_playbook_that_ships_has_its_rules():
    assert [each.name for each in shipped()] == list(RIGHTS["playbooks"])


def test_prometheus_understands_the_alerts_about_itself(helm, tmp_path):
    program = servers.binary("promtool")
    if program is None:
        pytest.skip("no promtool: install Prometheus")
    rule = helm.template(CASES["watched"], apis=OPERATOR).one("PrometheusRule")
    path = tmp_path / "rules.yaml"
    path.write_text(yaml.safe_dump({"groups": rule["spec"]["groups"]}))
    done = servers.subprocess.run([program, "check", "rules", path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "SELECTOR" not in path.read_text()


def test_the_token_of_the_pod_is_short_lived_and_the_only_one(helm):
    pod = helm.template().one("StatefulSet")["spec"]["template"]["spec"]
    assert pod["automountServiceAccountToken"] is False
    (access,) = [each["projected"] for each in pod["volumes"] if "projected" in each]
    assert access["sources"][0]["serviceAccountToken"]["expirationSeconds"] == 3600


def test_no_secret_is_in_the_configuration(helm):
    done = helm.template({**CASES["Slack over a socket"], **CASES["Prometheus with all its locks"]})
    config = done.one("ConfigMap")["data"]["config.yaml"]
    assert "bot_token_file" in config
    assert "headers" not in config, "they come from the Secret, as a variable"


def test_whoever_is_not_named_may_not_come_in(helm):
    policy = helm.template({"networkPolicy": {"ingressFrom": []}}).one("NetworkPolicy")["spec"]
    assert "ingress" not in policy
    assert policy["policyTypes"] == ["Ingress", "Egress"]


@pytest.mark.parametrize(
    ("url", "port"),
    [
        ("http://p.m:9090/prometheus", 9090),
        ("https://p.test", 443),
        ("http://p.test", 80),
        ("http://[fd00::1]:9090", 9090),
        ("http://[fd00::1]", 80),
    ],
)
def test_the_port_of_prometheus_is_opened(helm, url, port):
    policy = helm.template({"prometheus": {"url": url}}).one("NetworkPolicy")["spec"]
    assert [{"port": port, "protocol": "TCP"}] in [rule["ports"] for rule in policy["egress"]]


def test_nothing_else_is_opened(helm):
    policy = helm.template().one("NetworkPolicy")["spec"]
    assert sorted({each["port"] for rule in policy["egress"] for each in rule["ports"]}) == [53, 443, 6443]
