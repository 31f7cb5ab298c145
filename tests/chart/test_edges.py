"""What the chart makes of values at their edges: blank, empty, alike, or such as YAML would read as something else."""

import hashlib
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from docs import chart
from tests.chart.cases import CASES
from tests.chart.releases import OPERATOR

SCHEMA = json.loads(chart.schema())


def item(path: str) -> dict[str, Any]:
    """The schema of a list's entries."""
    found: dict[str, Any] = SCHEMA
    for key in path.split("."):
        if "$ref" in found:
            found = SCHEMA["$defs"][found["$ref"].rpartition("/")[2]]
        found = found["properties"][key]
    return dict(found["items"])


@pytest.mark.parametrize(
    "path",
    [
        "actions.namespaces",
        "actions.playbooks",
        "read.namespaces",
        "read.logs.namespaces",
        "api.callers",
        "ingress.paths",
    ],
)
def test_no_list_of_names_takes_an_empty_one(path):
    pattern = item(path)["pattern"]
    assert pattern.startswith("^")
    assert re.search(pattern, "") is None


def test_every_section_has_to_be_there():
    sections = {name for name, each in SCHEMA["properties"].items() if "$ref" in each}
    assert "probes" in sections
    assert sections <= set(SCHEMA["required"])


def keys(values: dict[str, Any], above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Where every value and every section of values.yaml stands."""
    for name, each in values.items():
        yield (*above, name)
        if isinstance(each, dict):
            yield from keys(each, (*above, name))


@pytest.mark.tier2
@pytest.mark.parametrize("section", chart.Values.model_fields)
def test_whatever_is_left_blank_is_either_its_default_or_refused_in_one_line(helm, section):
    settings = {"config": dict.fromkeys(SCHEMA["properties"]["config"]["properties"])}
    known = {**yaml.safe_load(chart.values()), **settings}[section]
    for path in [(section,), *(keys(known, (section,)) if isinstance(known, dict) else ())]:
        blank: Any = None
        for name in reversed(path):
            blank = {name: blank}
        done = helm.template(blank)
        said = ("missing property", "got null, want")
        assert done.ok or any(each in done.text for each in said), f"{'.'.join(path)}: {done.text}"
        assert not done.ok or done.objects


@pytest.mark.tier2
def test_what_is_blank_by_default_may_stay_blank(helm):
    lists = ("imagePullSecrets", "tolerations", "extraEnv", "extraVolumes", "nodeSelector", "commonLabels", "config")
    blank: dict[str, Any] = {
        **dict.fromkeys(lists),
        "nameOverride": None,
        "actions": {"namespaces": None, "playbooks": None, "extraRules": None},
        "read": {"namespaces": None, "logs": {"namespaces": None}},
        "prometheus": {"url": None, "existingSecret": None, "tokenKey": None},
        "slack": {"channel": None},
        "networkPolicy": {"prometheusPorts": None},
    }
    assert helm.template(blank).text == helm.template().text


@pytest.mark.tier2
def test_a_channel_that_is_blank_is_no_slack(helm):
    pod = helm.template({"config": {"slack": {"channel": None}}}).one("StatefulSet")["spec"]["template"]["spec"]
    assert "slack" not in [each["name"] for each in pod["volumes"]]


@pytest.mark.tier2
def test_a_pod_that_never_gets_ready_does_not_keep_the_next_one_away(helm):
    assert helm.template().one("StatefulSet")["spec"]["podManagementPolicy"] == "Parallel"


@pytest.mark.tier2
@pytest.mark.parametrize("name", CASES)
def test_no_rule_lets_everything_out(helm, name):
    policies = [each for each in helm.template(CASES[name], apis=OPERATOR).objects if each["kind"] == "NetworkPolicy"]
    assert [rule for each in policies for rule in each["spec"]["egress"] if not rule.get("ports")] == []


@pytest.mark.tier2
@pytest.mark.parametrize(
    "values",
    [
        {},
        {"config": {"policy": {"autonomy": "propose"}}, "rbac": {"create": False}},
        {"actions": {"namespaces": ["shop"]}},
        {"actions": {"namespaces": ["shop"]}, "config": {"approvers": []}},
        {"slack": {"channel": "x", "existingSecret": "y"}},
    ],
)
def test_there_is_always_somebody_named_who_alone_may_approve(helm, values):
    config = yaml.safe_load(helm.template(values).one("ConfigMap")["data"]["config.yaml"])
    assert config["approvers"] == [{"name": "operator", "identities": ["api:operator"]}]


@pytest.mark.tier2
def test_releases_whose_names_read_alike_do_not_share_what_is_outside_of_their_namespaces(helm):
    names = []
    for namespace, release in (("a-b", "c"), ("a", "b-c")):
        done = helm.run("template", release, chart.CHART, "--namespace", namespace)
        assert done.ok, done.text
        names.append(done.one("ClusterRole")["metadata"]["name"])
    assert names[0] != names[1]
    assert names[0] == f"a-b-c-steadyhand-{hashlib.sha256(b'a-b/c').hexdigest()[:8]}-read"


@pytest.mark.tier2
def test_names_that_yaml_would_read_as_numbers_stay_names(helm):
    values = {
        "actions": {"namespaces": ["007"]},
        "api": {"existingSecret": "1e3", "callers": ["123", "true"]},
        "slack": {"channel": "1", "existingSecret": "0x10", "botTokenKey": "12", "appTokenKey": "null"},
        "prometheus": {"url": "http://p", "existingSecret": "12", "tokenKey": "1", "caKey": "2", "headersKey": "3"},
        "tls": {"existingSecret": "99"},
        "ingress": {"enabled": True, "host": "1", "className": "2", "tlsSecret": "3"},
        "serviceAccount": {"name": "5"},
        "persistence": {"existingClaim": "6"},
        "priorityClassName": "8",
        "config": {"approvers": [{"name": "ana", "identities": ["slack:U1"]}]},
    }
    done = helm.template(values)
    pod = done.one("StatefulSet")["spec"]["template"]["spec"]
    volumes = {each["name"]: each for each in pod["volumes"]}
    assert (pod["priorityClassName"], pod["serviceAccountName"]) == ("8", "5")
    assert volumes["state"]["persistentVolumeClaim"]["claimName"] == "6"
    assert volumes["api"]["secret"]["items"] == [{"key": each, "path": each} for each in ("123", "true")]
    assert [each["key"] for each in volumes["slack"]["secret"]["items"]] == ["12", "null"]
    assert volumes["tls"]["secret"]["secretName"] == "99"
    assert done.one("Ingress")["spec"]["ingressClassName"] == "2"
    roles = [each["metadata"]["namespace"] for each in done.objects if each["kind"] == "Role"]
    assert roles == ["007"]


@pytest.mark.tier2
def test_whoever_comes_in_by_tls_asks_for_the_name_that_the_certificate_has(helm):
    done = helm.template(CASES["watched"], apis=OPERATOR)
    name = "sh-steadyhand.sre.svc"
    assert name in done.one("Certificate")["spec"]["dnsNames"]
    assert done.one("ServiceMonitor")["spec"]["endpoints"][0]["tlsConfig"]["serverName"] == name
    hook = done.one("AlertmanagerConfig")["spec"]["receivers"][0]["webhookConfigs"][0]
    assert hook["url"] == f"https://{name}:8484/api/v1/alerts/alertmanager"


@pytest.mark.tier2
def test_alerts_about_series_that_nobody_collects_are_refused(helm):
    done = helm.template({"monitoring": {"prometheusRule": {"enabled": True}}}, apis=OPERATOR)
    assert not done.ok
    assert "monitoring.prometheusRule needs monitoring.serviceMonitor" in done.text
