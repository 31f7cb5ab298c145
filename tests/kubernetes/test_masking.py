import pytest

from integrations.kubernetes import logs
from integrations.kubernetes.masking import as_yaml, masked, masked_annotations, template_yaml, unified
from integrations.kubernetes.references import references
from tests.kubernetes.objects import template

SECRET = "hunter2-planted"


@pytest.mark.parametrize(
    ("value", "hosts"),
    [
        ("http://payments", ["payments"]),
        ("http://x:80/", ["x"]),
        ("https://user:pw@api.example.com/v1?a=b", ["api.example.com"]),
        ("postgres://app:secret@db.shop.svc.cluster.local:5432/app", ["db.shop.svc.cluster.local"]),
        ("redis:6379", ["redis"]),
        ("kafka-0.kafka:9092,kafka-1.kafka:9092", ["kafka-0.kafka", "kafka-1.kafka"]),
        ("--upstream=inventory.shop.svc:8080", ["inventory.shop.svc"]),
        ("orders.shop.svc", ["orders.shop.svc"]),
        ("http://localhost:9000", []),
        ("127.0.0.1:80", []),
        ("12:30", []),
        ("just words: no host", []),
        ("10:20:30", []),
        ("", []),
    ],
)
def test_hosts_are_found_in_plain_values(value, hosts):
    assert references(template("web:1", {"VALUE": value})) == hosts
    assert references({"spec": {"containers": [{"args": [value]}]}}) == hosts


def test_a_variable_called_host_may_hold_a_bare_name():
    assert references(template("web:1", {"DB_HOST": "postgres", "MODE": "fast"})) == ["postgres"]


def test_of_a_secret_only_the_host_of_its_url_is_taken():
    assert references(template("web:1", {"DATABASE_DSN": "mysql://a:b@db:3306/x", "API_TOKEN": "abcdef:1234"})) == [
        "db"
    ]


def test_values_from_secrets_are_never_resolved():
    variable = {"name": "URL", "valueFrom": {"secretKeyRef": {"name": "s", "key": "url"}}}
    assert references({"spec": {"containers": [{"env": [variable]}]}}) == []


def test_secrets_are_masked_wherever_a_template_can_hold_them():
    pod = template(
        "web:1",
        {"DB_PASSWORD": SECRET, "URL": f"http://u:{SECRET}@h/", "MODE": "fast"},
        {"api-token": f"token={SECRET}"},
    )
    pod["spec"]["containers"][0] |= {
        "args": ["--password", SECRET, "--mode", "fast", f"--api-key={SECRET}"],
        "livenessProbe": {"httpGet": {"httpHeaders": [{"name": "Authorization", "value": SECRET}]}},
    }
    shown = template_yaml(pod)
    assert SECRET not in shown
    assert "DB_PASSWORD" in shown
    assert shown.count("fast") == 2


def test_a_template_is_shown_without_what_the_controller_added():
    pod = template("web:1")
    added = {
        **pod,
        "metadata": {"creationTimestamp": None, "labels": {**pod["metadata"]["labels"], "pod-template-hash": "abc"}},
    }
    assert template_yaml(pod) == template_yaml(added)


def test_kubectls_copy_of_the_object_is_left_out_and_secret_annotations_are_masked():
    kept = masked_annotations(
        {
            "kubectl.kubernetes.io/last-applied-configuration": SECRET,
            "x/token": SECRET,
            "note": f"password: {SECRET}",
            "a": "b",
        }
    )
    assert SECRET not in str(kept)
    assert kept["a"] == "b"
    assert "kubectl.kubernetes.io/last-applied-configuration" not in kept


def test_masking_leaves_everything_else_alone():
    value = {"a": [1, True, None, 2.5, {"name": "MODE", "value": "fast"}], "replicas": 3}
    assert masked(value) == value
    assert as_yaml({"b": 1, "a": 2}) == "a: 2\nb: 1\n"


def test_equal_texts_have_no_diff():
    assert unified("a\nb", "a\nb", "old", "new") == ""


def test_log_lines_are_cut_and_stripped_of_what_a_terminal_would_obey():
    (line,) = logs.converted("2026-11-01T12:00:00Z \x1b]0;title\x07\x1b[1;31mred\x1b[0m\x00\x08 \u202eevil")
    assert line.text == "red evil"
    (long,) = logs.converted("x" * 100_000)
    assert len(long.text) == logs.LONGEST_LINE + 1
    assert long.at is None


def test_a_private_key_over_several_lines_is_masked_whole():
    body = f"before\n-----BEGIN RSA PRIVATE KEY-----\n{SECRET}\n{SECRET}\n-----END RSA PRIVATE KEY-----\nafter"
    said = [line.text for line in logs.converted(body)]
    assert SECRET not in "".join(said)
    assert (said[0], said[-1]) == ("before", "after")


def test_a_tab_survives_and_a_stack_trace_keeps_its_shape():
    assert logs.converted("\tat com.example.Main")[0].text == "\tat com.example.Main"
