"""Words and names of code and errors, brought together."""

import pytest

from agent.reasoning import terms
from agent.reasoning.identifiers import said
from agent.reasoning.outside_signs import hosts, inside
from agent.reasoning.quantity import quantity


@pytest.mark.parametrize("text", ["maxIdleTime", "max_idle_time", "max-idle-time", "MAX_IDLE_TIME"])
def test_one_name_however_it_is_written(text):
    assert "maxidletime" in terms.names(f"value of {text} is odd")
    assert said(text) in ("max idle time", "max-idle-time")


@pytest.mark.parametrize(
    ("one", "other"),
    [("retries", "retry"), ("acquiring", "acquire"), ("connections", "connection"), ("expired", "expires")],
)
def test_endings_do_not_keep_words_apart(one, other):
    assert terms.stem(one) == terms.stem(other)


def test_quoted_things_files_and_functions_are_names():
    found = terms.names('column "tier" missing in till.(*Ledger).Post(ledger.go:41)')
    assert {"tier", "ledger.go"} <= found


def test_words_of_any_program_connect_nothing():
    assert terms.words("return the error of the request") == []


def test_a_rare_term_tells_more_than_a_common_one():
    rarity = terms.Rarity([{"pool", "x"}, {"x"}, {"x"}, {"x"}])
    assert rarity.weight("pool") > 0.5 > rarity.weight("x")


@pytest.mark.parametrize(
    ("text", "value"),
    [("5m", 300), ("120 * time.Second", 120), ("250ms", 0.25), ("2Gi", 2 * 1024**3), ("80%", 0.8), ("20_000", 20000), ("true", 1), ("debug", 5), ("name", None), ("", None)],
)  # fmt: skip
def test_numbers_are_read_with_their_units(text, value):
    assert quantity(text) == (pytest.approx(value) if value is not None else None)


def test_hosts_are_told_from_files_and_code():
    assert hosts("POST https://api.bank.example.com/v1: io.exception in main.go, sum.amount") == {
        "api.bank.example.com"
    }


@pytest.mark.parametrize(
    ("host", "ours"),
    [
        ("db.internal", True),
        ("till.shop.svc.cluster.local", True),
        ("till.shop.example.com", True),
        ("api.bank.example.com", False),
    ],
)
def test_hosts_of_the_estate_are_not_outside(host, ours):
    assert inside(host, {"till"}) is ours
