"""The alerts about Steadyhand itself, evaluated by Prometheus' own unit tests: each fires when it should, and only then."""

import subprocess
from typing import Any

import pytest
import yaml

from docs.chart import CHART
from tests import servers

pytestmark = pytest.mark.tier1
OURS = 'job="sh", namespace="sre"'
RULES = yaml.safe_load((CHART / "files" / "alerts.yaml").read_text().replace("SELECTOR", OURS))

FIRES: dict[str, dict[str, str]] = {
    "SteadyhandDown": {"up{%s}": "0x200"},
    "SteadyhandNotReady": {"steadyhand_ready{%s}": "0x200"},
    "SteadyhandAlertsNotStored": {'steadyhand_webhooks_total{%s, outcome="failed"}': "0+1x200"},
    "SteadyhandWebhookMisunderstood": {'steadyhand_webhooks_total{%s, outcome="malformed"}': "0+1x200"},
    "SteadyhandSourceFails": {
        'steadyhand_questions_total{%s, source="metrics", outcome="timed out"}': "0+3x200",
        'steadyhand_questions_total{%s, source="metrics", outcome="answered"}': "0+1x200",
    },
    "SteadyhandLacksSomething": {"steadyhand_lacking{%s}": "2x200"},
    "SteadyhandWatchesBroken": {
        'steadyhand_watches{%s, state="broken"}': "20x200",
        'steadyhand_watches{%s, state="open"}': "5x200",
    },
    "SteadyhandQueueGrows": {'steadyhand_incidents{%s, phase="gather"}': "21+1x200"},
    "SteadyhandApprovalWaits": {'steadyhand_incidents{%s, phase="waiting"}': "1x200"},
    "SteadyhandActionsDoNotHelp": {'steadyhand_verifications_total{%s, outcome="not recovered"}': "0+0.2x200"},
    "SteadyhandActionUncertain": {'steadyhand_actions_total{%s, kind="restart", state="unknown"}': "_x145 1x55"},
    "SteadyhandLeaseLost": {"steadyhand_leases_lost_total{%s}": "0+1x200"},
}
WELL = {
    "up{%s}": "1x200",
    "steadyhand_ready{%s}": "1x200",
    "steadyhand_lacking{%s}": "0x200",
    'steadyhand_webhooks_total{%s, outcome="accepted"}': "0+5x200",
    'steadyhand_webhooks_total{%s, outcome="failed"}': "0x200",
    'steadyhand_questions_total{%s, source="metrics", outcome="answered"}': "0+9x200",
    'steadyhand_questions_total{%s, source="metrics", outcome="failed"}': "0+1x200",
    'steadyhand_watches{%s, state="broken"}': "1x200",
    'steadyhand_watches{%s, state="open"}': "40x200",
    'steadyhand_incidents{%s, phase="gather"}': "2x200",
    'steadyhand_incidents{%s, phase="waiting"}': "0x200",
    'steadyhand_verifications_total{%s, outcome="recovered"}': "0+0.1x200",
    'steadyhand_actions_total{%s, kind="restart", state="done"}': "0+1x200",
    "steadyhand_leases_lost_total{%s}": "0x200",
}


def test_no_alert_is_left_out():
    assert set(FIRES) == {rule["alert"] for rule in RULES}


@pytest.mark.parametrize("name", [*FIRES, "none"])
def test_each_fires_for_what_it_is_about_and_nothing_else_does(tmp_path, name):
    program = servers.binary("promtool")
    if program is None:
        pytest.skip("no promtool: install Prometheus")
    series = {**WELL, **FIRES.get(name, {})}
    fired: dict[str, list[Any]] = {each: [] for each in FIRES}
    case = {
        "interval": "1m",
        "input_series": [{"series": key % OURS, "values": values} for key, values in series.items()],
        "promql_expr_test": [
            {
                "expr": f'count(ALERTS{{alertname="{each}", alertstate="firing"}})',
                "eval_time": "150m",
                "exp_samples": [{"labels": "{}", "value": 1}] if each == name else [],
            }
            for each in fired
        ],
    }
    (tmp_path / "rules.yaml").write_text(yaml.safe_dump({"groups": [{"name": "steadyhand", "rules": RULES}]}))
    test = tmp_path / "test.yaml"
    test.write_text(yaml.safe_dump({"rule_files": ["rules.yaml"], "evaluation_interval": "1m", "tests": [case]}))
    done = subprocess.run([program, "test", "rules", test], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
