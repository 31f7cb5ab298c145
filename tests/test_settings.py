"""Configuration: where a value comes from, what is refused in which words, and that secrets stay secret."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from agent import settings
from agent.errors import Unusable
from agent.model.playbook import Autonomy
from agent.model.rules import Rules
from agent.reference import rows
from agent.settings import Settings, load

ROOT = Path(__file__).parents[1]
SLO = "slos: [{{name: a, service: shop/checkout, objective: {objective}, total: {total}, {side}: {part}}}]"
QUERY = '"sum(rate(x[{{.window}}]))"'


@pytest.fixture(autouse=True)
def _no_variables_of_ours(monkeypatch):
    for name in [name for name in os.environ if name.upper().startswith("STEADYHAND_")]:
        monkeypatch.delenv(name)


def file_of(folder: Path, text: str) -> Path:
    path = folder / "steadyhand.yaml"
    path.write_text(text)
    return path


def refusal(path: Path | None, overrides: dict[str, object] | None = None) -> str:
    with pytest.raises(Unusable) as refused:
        load(path, overrides or {})
    return str(refused.value)


def test_without_anything_the_defaults_hold():
    loaded = load(None)

    assert loaded.model_dump() == Settings().model_dump()
    assert (str(loaded.state_dir), loaded.listen.host, loaded.listen.port) == ("steadyhand-state", "127.0.0.1", 8484)
    assert loaded.service_labels == Rules().service_labels


def test_flags_beat_the_environment_which_beats_the_file_which_beats_defaults(tmp_path, monkeypatch):
    path = file_of(
        tmp_path, "prometheus: {url: 'http://file:1', timeout_seconds: 2, max_series: 3}\nlisten: {port: 1}\n"
    )
    monkeypatch.setenv("STEADYHAND_PROMETHEUS__URL", "http://env:2")
    monkeypatch.setenv("STEADYHAND_PROMETHEUS__TIMEOUT_SECONDS", "4")
    monkeypatch.setenv("STEADYHAND_KUBERNETES__ENABLED", "false")

    loaded = load(path, {"prometheus.url": "http://flag:3", "kubernetes.context": None, "log": {"level": "debug"}})

    assert loaded.prometheus.url == "http://flag:3"
    assert (loaded.prometheus.timeout_seconds, loaded.prometheus.max_series) == (4, 3)
    assert (loaded.kubernetes.enabled, loaded.kubernetes.context) == (False, None)
    assert (loaded.listen.port, loaded.listen.host, loaded.log.level) == (1, "127.0.0.1", "debug")


def test_lists_and_mappings_come_from_the_environment_as_json(monkeypatch):
    monkeypatch.setenv("STEADYHAND_SERVICE_LABELS", '[["ns", "svc"]]')
    monkeypatch.setenv("STEADYHAND_POLICY__NAMESPACES", '{"shop": "act"}')
    monkeypatch.setenv("STEADYHAND_PROMETHEUS__URL", "")

    loaded = load(None)

    assert loaded.service_labels == [["ns", "svc"]]
    assert loaded.policy.namespaces == {"shop": Autonomy.ACT}
    assert loaded.prometheus.url is None


FOREIGN = [
    "SERVICE_HOST",
    "SERVICE_PORT",
    "SERVICE_PORT_HTTP",
    "PORT",
    "PORT_8484_TCP_ADDR",
    "PROMETHEUS_SERVICE_HOST",
    "PROMETHEUS_PORT",
    "API_PORT_8484_TCP_PROTO",
    "URL",
    "TOKEN",
    "CACHE",
    "COMPLETE",
    "REQUIRE_TIERS",
    "E2E_KUBECONFIG",
    "PROMTOOL",
]


def test_variables_of_a_kubelet_and_of_our_other_parts_are_left_alone(monkeypatch):
    for name in FOREIGN:
        monkeypatch.setenv(f"STEADYHAND_{name}", "tcp://10.0.0.1:8484")

    assert load(None).model_dump() == Settings().model_dump()


ENVIRONMENT = {
    ("STEADYHAND_PROMETEUS__URL", "x"): "STEADYHAND_PROMETEUS__URL: unknown setting; did you mean 'prometheus'?",
    ("STEADYHAND_STATEDIR", "x"): "STEADYHAND_STATEDIR: unknown setting; did you mean 'state_dir'?",
    ("STEADYHAND_LISTEN__PROT", "1"): "STEADYHAND_LISTEN__PROT: listen.prot: unknown key; did you mean 'port'?",
    (
        "STEADYHAND_BUDGET__ROUNDS",
        "-1",
    ): "STEADYHAND_BUDGET__ROUNDS: budget.rounds: got the text '-1'; write more than 0",
    ("STEADYHAND_SLOS", "[{"): "STEADYHAND_SLOS: not JSON; lists and mappings are written as JSON",
    ("STEADYHAND_SLOS", '[{"nam": 1}]'): "STEADYHAND_SLOS: slos[0].nam: unknown key; did you mean 'name'?",
}


@pytest.mark.parametrize(("variable", "text"), ENVIRONMENT)
def test_a_mistake_in_the_environment_is_refused_with_the_variables_name(monkeypatch, variable, text):
    monkeypatch.setenv(variable, text)

    assert ENVIRONMENT[variable, text] in refusal(None)


FILES = {
    "an approver whom nobody can be": (
        "approvers:\n  - {name: sre, identities: ['api:ana']}",
        "2: approvers[0].identities: no caller of that name is in `api.tokens`",
    ),
    "an approver of a provider that is not there": (
        "approvers:\n  - {name: sre, identities: ['oidc-group:sre']}",
        "2: approvers[0].identities: `api.oidc` is not configured",
    ),
    "an approver by login name where there are tokens": (
        "api: {tokens: [{name: a, token: abcdefgh}]}\napprovers:\n  - {name: sre, identities: ['login:kim']}",
        "3: approvers[0].identities: with `api.tokens` or `api.oidc` nobody is known by a login name",
    ),
    "an approver without a channel": (
        "approvers:\n  - {name: sre, identities: [kim]}",
        "2: approvers[0].identities[0]: got the text 'kim'; write something that matches",
    ),
    "an approver for an unknown action": (
        "approvers:\n  - {name: sre, identities: ['slack:U1'], actions: [rolback]}",
        "2: approvers[0].actions: unknown action 'rolback'; did you mean 'rollback'?",
    ),
    "a right that is none": (
        "approvers:\n  - {name: sre, identities: ['slack:U1'], may: [everything]}",
        "approvers[0].may[0]",
    ),
    "a provider whose keys come over plain http": (
        "api: {oidc: {issuer: 'http://id.example.com', audience: a}}",
        "1: api.oidc: keys that come over plain http could be anybody's; write https",
    ),
    "an unknown section": ("promethus: {}", "1: promethus: unknown key; did you mean 'prometheus'?"),
    "a port out of range": ("listen:\n  port: 70000", "2: listen.port: got the number '70000'; write 65535 or less"),
    "an objective in percent without the sign": (
        SLO.format(objective=99.9, total=QUERY, side="bad", part=QUERY),
        'slos[0].objective: an objective lies between 0 and 1, both excluded; write the share of good events, as 0.999 or "99.9%"',
    ),
    "an objective of 100%": (
        SLO.format(objective='"100%"', total=QUERY, side="bad", part=QUERY),
        "slos[0].objective: an objective lies between 0 and 1",
    ),
    "an objective that is no number": (
        SLO.format(objective='"most%"', total=QUERY, side="bad", part=QUERY),
        "slos[0].objective: this is no percentage",
    ),
    "an assumed objective out of range": (
        "default_slo:\n  period_days: 3\n  objective: 12",
        "3: default_slo.objective: an objective lies between 0 and 1",
    ),
    "a query without a window": (
        SLO.format(objective=0.9, total='"rate(x[5m])"', side="bad", part=QUERY),
        "slos[0].total: the query has no {{.window}}; write it where the range goes",
    ),
    "a service without a namespace": (
        SLO.format(objective=0.9, total=QUERY, side="bad", part=QUERY).replace("shop/checkout", "checkout"),
        "slos[0].service: a service is written NAMESPACE/NAME, for example shop/checkout; got 'checkout'",
    ),
    "neither good nor bad": (
        SLO.format(objective=0.9, total=QUERY, side="pod_label", part="pod"),
        "slos[0]: write `total` and exactly one of `good` and `bad`",
    ),
    "a selector with an unknown key": (
        SLO.format(objective=0.9, total="{metrik: x}", side="bad", part=QUERY),
        "slos[0].total.metrik: unknown key; did you mean 'metric'? allowed here: metric, matchers",
    ),
    "a metric that is PromQL": (
        SLO.format(objective=0.9, total="{metric: 'sum(x)'}", side="bad", part=QUERY),
        "slos[0].total.metric: got the text 'sum(x)'; write something that matches",
    ),
    "a label that could break out": (
        SLO.format(objective=0.9, total="{metric: x, matchers: {'a=\"b\"': c}}", side="bad", part=QUERY),
        "slos[0].total.matchers",
    ),
    "a matcher that YAML reads as a number": (
        SLO.format(objective=0.9, total="{metric: x, matchers: {code: 500}}", side="bad", part=QUERY),
        "slos[0].total.matchers.code: got the number '500'; write text, in quotes",
    ),
    "half a pair of labels": ("service_labels:\n  - [a, b]\n  - [a]", "3: service_labels[1]: write two label names"),
    "a freeze that ends before it begins": (
        "policy:\n  freezes:\n    - {start: 2026-12-27T00:00:00Z, end: 2026-12-24T00:00:00Z, reason: r}",
        "3: policy.freezes[0]: the window ends before it begins",
    ),
    "an unknown time zone": (
        "policy:\n  weekly_freezes:\n    - {days: [fri], start: '22:00', end: '06:00', zone: Europe/Berln, reason: r}",
        "3: policy.weekly_freezes[0].zone: there is no time zone of this name; write one of the IANA list",
    ),
    "a folder of time zones": (
        "policy:\n  calendars:\n    - {path: x.ics, zone: Europe}",
        "3: policy.calendars[0].zone: there is no time zone of this name",
    ),
    "a week's window that ends when it begins": (
        "policy:\n  weekly_freezes:\n    - {days: [fri], start: '22:00', end: '22:00', reason: r}",
        "3: policy.weekly_freezes[0]: the window begins and ends at the same time; for a whole day write 00:00 to 24:00",
    ),
    "a time of day that YAML reads as a number": (
        "policy:\n  weekly_freezes:\n    - {days: [fri], start: 22:00, end: '06:00', reason: r}",
        "3: policy.weekly_freezes[0].start: got the number '1320'; write text, in quotes",
    ),
    "a time of day that is none": (
        "policy:\n  weekly_freezes:\n    - {days: [fri], start: '25:00', end: '06:00', reason: r}",
        "3: policy.weekly_freezes[0].start: got the text '25:00'; write something that matches",
    ),
    "no day of the week": (
        "policy:\n  weekly_freezes:\n    - {days: [friday], start: '22:00', end: '06:00', reason: r}",
        "3: policy.weekly_freezes[0].days[0]: got the text 'friday'; write one of 'mon', 'tue'",
    ),
    "a window on no day": (
        "policy:\n  weekly_freezes:\n    - {days: [], start: '22:00', end: '06:00', reason: r}",
        "3: policy.weekly_freezes[0].days: has 0 items; write at least 1",
    ),
    "an exemption nobody wrote": (
        "policy:\n  calendars:\n    - {path: x.ics, exemptions: [pages]}\n  exemptions: [{name: tickets, severities: [ticket]}]",
        "3: policy.calendars[0].exemptions: there is no exemption called 'pages'; known: tickets",
    ),
    "an exemption of everything": (
        "policy:\n  exemptions:\n    - {name: all}",
        "3: policy.exemptions[0].name: it would lift the freeze for everything; say for which",
    ),
    "two exemptions of one name": (
        "policy:\n  exemptions:\n    - {name: a, severities: [page]}\n    - {name: a, actions: [restart]}",
        "4: policy.exemptions[1]: there are two exemptions called 'a'",
    ),
    "an action that does not exist": (
        "policy:\n  autonomy_rules:\n    - {actions: [rolback], autonomy: observe}",
        "3: policy.autonomy_rules[0].actions[0]: there is no such kind of action; write one of rollback, restart",
    ),
    "a service without its namespace": (
        "policy:\n  autonomy_rules:\n    - {services: [checkout], autonomy: act}",
        "3: policy.autonomy_rules[0].services[0]: a service is written NAMESPACE/NAME",
    ),
    "a rule without its autonomy": (
        "policy:\n  autonomy_rules:\n    - {namespaces: [shop]}",
        "3: policy.autonomy_rules[0].autonomy: is missing; add it",
    ),
    "a role nobody has": (
        "approvers: [{name: sre, identities: [slack-group:S9]}]\npolicy:\n  approvers:\n    - {roles: [srf]}",
        "4: policy.approvers[0].roles: there is no approver called 'srf'; did you mean 'sre'?",
    ),
    "a role where nobody has any": (
        "policy:\n  approvers:\n    - {roles: [sre]}",
        "3: policy.approvers[0].roles: there is no approver called 'sre'; `approvers` has none",
    ),
    "nobody to approve": (
        "policy:\n  approvers: [{people: 0}]",
        "2: policy.approvers[0].people: got the number '0'; write 1 or more",
    ),
    "no web address": ("prometheus: {url: 'localhost:9090'}", "1: prometheus.url: this is no web address"),
    "two bearer tokens": (
        "prometheus: {bearer_token: abcdefgh, bearer_token_file: x}",
        "1: prometheus: write only one of `bearer_token` and `bearer_token_file`",
    ),
    "a token and a file": (
        "api: {tokens: [{name: a, token: abcdefgh, token_file: x}]}",
        "1: api.tokens[0]: write exactly one of `token` and `token_file`",
    ),
    "a token that is too short": ("api: {tokens: [{name: a, token: ''}]}", "1: api.tokens[0].token: write at least 8"),
    "one name twice": (
        "api:\n  tokens: [{name: a, token: abcdefgh}, {name: a, token: abcdefgi}]",
        "2: api.tokens: the name 'a' is there twice",
    ),
    "an open door to the world": (
        "log: {level: info}\nlisten:\n  host: 0.0.0.0",
        "3: listen.host: without `api.tokens` anybody who reaches this address could approve actions",
    ),
}


@pytest.mark.parametrize("mistake", FILES)
def test_a_mistake_in_the_file_is_refused_with_line_key_and_what_to_write(tmp_path, mistake):
    text, expected = FILES[mistake]
    path = file_of(tmp_path, text)

    said = refusal(path)

    assert said.startswith(f"{path}:")
    assert expected in said


def test_a_mistake_in_a_flag_is_refused_as_one(tmp_path):
    assert refusal(file_of(tmp_path, "listen: {port: 1}"), {"listen.port": "x"}) == (
        "flag: listen.port: got the text 'x'; write a whole number"
    )


@pytest.mark.parametrize(
    "text",
    [
        "api: {tokens: [{name: a, token: abcdefgh}]}\nlisten: {host: 0.0.0.0}",
        "api: {allow_anonymous: true}\nlisten: {host: 0.0.0.0}",
        "listen: {host: 127.0.0.2}",
        "listen: {host: '::1'}",
        "listen: {host: localhost}",
    ],
)
def test_a_door_that_is_closed_or_meant_to_be_open_starts(tmp_path, text):
    assert load(file_of(tmp_path, text)).listen.host


def test_verification_settings_replace_only_what_they_name_in_every_playbook(tmp_path):
    plain = Settings().rules().playbooks
    changed = load(file_of(tmp_path, "verification: {delay_seconds: 1, min_events: 3}")).rules().playbooks

    assert [p.verification for p in changed] == [p.verification.evolve(delay_seconds=1, min_events=3) for p in plain]


def test_rules_refuse_playbooks_that_do_not_validate(tmp_path):
    (tmp_path / "bad.yaml").write_text("name: x\n")
    loaded = load(None, {"playbooks_dir": tmp_path})

    with pytest.raises(Unusable, match=r"bad\.yaml:1: title: is missing"):
        loaded.rules()


def test_rules_check_causes_against_the_catalogue_they_are_given():
    with pytest.raises(Unusable, match="unknown cause 'bad-release'"):
        Settings().rules({"resource-exhaustion", "bad-dependency-release"})


def test_every_key_is_described_and_the_page_is_current():
    assert [row.key for row in rows(Settings) if not row.description] == []
    assert (ROOT / "docs" / "configuration.md").read_text() == settings.reference(), (
        "run: python -m agent.settings > docs/configuration.md"
    )


def test_the_example_in_the_page_is_a_valid_file(tmp_path):
    example = settings.reference().split("```yaml\n")[1].split("```")[0]

    assert [slo.sli.splittable for slo in load(file_of(tmp_path, example)).rules().slos] == [True, False]


def test_importing_settings_imports_nothing_heavy():
    heavy = ["langgraph", "kubernetes", "numpy", "sqlalchemy", "structlog", "prometheus_client", "pydantic_settings"]
    code = f"import sys, agent.settings; print([m for m in {heavy} if m in sys.modules])"

    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

    assert ran.stdout.strip() == "[]"


def test_a_cause_to_ignore_must_exist(tmp_path):
    assert Settings(ignored_causes=["bad-release"]).rules().ignored_causes == ["bad-release"]
    path = file_of(tmp_path, "ignored_causes:\n- bad-data\n- bad-relaese")
    with pytest.raises(
        Unusable, match=r"yaml:3: ignored_causes\[1\]: unknown cause 'bad-relaese'; did you mean 'bad-release'\?$"
    ):
        load(path).rules()
    with pytest.raises(Unusable, match=r"^settings: ignored_causes\[0\]: unknown cause 'bad-relaese'"):
        Settings(ignored_causes=["bad-relaese"]).rules()


def test_a_calendar_that_is_not_there_is_named_when_the_rules_are_read(tmp_path):
    calendar = tmp_path / "freezes.ics"
    path = file_of(tmp_path, f"policy: {{calendars: [{{path: {calendar}}}]}}")
    with pytest.raises(Unusable, match=r"yaml:1: policy.calendars\[0\].path: .*freezes.ics is no file"):
        load(path).rules()
    calendar.write_text("BEGIN:VCALENDAR\nEND:VCALENDAR\n")
    assert load(path).rules().policy.calendars[0].path == calendar
