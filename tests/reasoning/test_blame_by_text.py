"""Whole small incidents: which hypothesis leads after every test was run, from logs, courses and diffs alone."""

from datetime import timedelta

import pytest

from agent.reasoning import judge, suspects
from agent.reasoning.examination import next_test
from agent.reasoning.first_failing import origin
from tests.reasoning.texts import calm, course, deploy, facts, merged, minutes, said


def examined(known):
    hypotheses, done = suspects.rank(known), set()
    while test := next_test(known, hypotheses, done):
        done.add(test.key)
        reading = test.probe.read(known, test.subject)
        if reading is not None:
            hypotheses = judge.update(hypotheses, test.probe, test.subject, reading)
    return hypotheses[0]


HARMLESS = deploy(
    "till",
    minutes(-1),
    "-    s = total(x)\n-    return s\n+    whole = total(x)\n+    return whole\n",
    "till/sum.py",
    commit="dddd0000",
)

CULPRITS = {
    "a lock that went": (
        "-\tmu.Lock()\n-\tdefer mu.Unlock()\n \tseen[k]++\n", "till/seen.go", "fatal error: concurrent map writes",
    ),
    "a pool made smaller": (
        "-pool_size = 40\n+pool_size = 4\n", "till/db.py", "timed out waiting for a connection from the pool",
    ),
    "a table nobody created": (
        '+    return db.all("SELECT id FROM gift_cards WHERE owner = ?", owner)\n', "till/cards.py", 'relation "gift_cards" does not exist',
    ),
    "a field under another name": (
        '-  "postcode": {"type": "string"}\n+  "zip": {"type": "string"}\n', "till/schema.json", "KeyError: 'postcode'",
    ),
    "a bound of memory": (
        "-    memory: 2Gi\n+    memory: 200Mi\n", "deploy/till.yaml", "container killed: OOMKilled",
    ),
    "a permission less": (
        "-    - queue:Send\n", "deploy/role.yaml", "AccessDenied: not authorized to perform queue:Send",
    ),
    "a clock tolerance": (
        "-const leeway = 60 * time.Second\n-\tif exp.Add(leeway).Before(now) {\n+\tif exp.Before(now) {\n", "pkg/token/check.go", "token is expired",
    ),
    "verbose logs": ("-level: info\n+level: debug\n", "till/log.yaml", "write /var/log/till: no space left on device"),
}  # fmt: skip


@pytest.mark.parametrize("what", CULPRITS)
def test_the_commit_is_blamed_whose_diff_can_do_what_the_errors_say(what):
    diff, path, error = CULPRITS[what]
    guilty = deploy("till", minutes(-5), diff, path, commit="cccc9999")
    best = examined(facts([*calm("till", "cart"), *said("till", error)], [guilty, HARMLESS]))
    assert (best.cause, best.change) == ("bad-commit", guilty.id)
    assert best.probability >= judge.CONFIRM


def test_a_commit_that_went_live_after_the_first_error_is_not_blamed():
    diff, path, error = CULPRITS["a lock that went"]
    late = deploy("till", minutes(4), diff, path)
    best = examined(facts([*calm("till"), *said("till", error)], [late]))
    assert best.change != late.id


def test_a_commit_that_nobody_deployed_is_not_blamed():
    diff, path, error = CULPRITS["a lock that went"]
    best = examined(facts([*calm("till"), *said("till", error)], [merged(minutes(-20), diff, path)]))
    assert best.cause != "bad-commit"


def test_a_commit_that_travelled_with_anothers_deployment_is_blamed():
    diff, path, error = CULPRITS["a clock tolerance"]
    stowaway = merged(minutes(-30), diff, path)
    head = merged(minutes(-20), "", "README.md", commit="eeee3333")
    shipped = deploy("till", minutes(-6), "", "README.md", commit="eeee3333")
    best = examined(facts([*calm("till"), *said("till", error)], [stowaway, head, shipped]))
    assert best.change == stowaway.id


OUTSIDE = {
    "names-do-not-resolve": (
        "name-resolution",
        [
            *said("till", "lookup bank.example.com: no such host"),
            *said("mail", "getaddrinfo ENOTFOUND smtp.example.org"),
        ],
        [],
    ),
    "a-certificate-ended": (
        "certificate-expired",
        said("till", "x509: certificate has expired or is not yet valid"),
        [course("till", "tls_cert_expiry_seconds", lambda minute: -60 * minute)],
    ),
    "a-provider-fails": (
        "provider-impaired",
        [
            *said("till", "POST https://api.bank.example.com/pay: 503 Service Unavailable"),
            *said("mail", "api.bank.example.com answered 502"),
        ],
        [],
    ),
    "one-record-fails": (
        "bad-data",
        said("till", "invalid record: price is negative, record_id=77a offset=9001; redelivering"),
        [],
    ),
    "a-quota-is-used-up": ("quota-exhausted", said("till", "Error 403: quota exceeded for project"), []),
    "a-device-fails": ("hardware", said("till", "write /data/wal: input/output error"), []),
    "too-many-come": (
        "traffic-surge",
        said("till", "shedding load: queue is full"),
        [course("till", "http_requests_per_second", lambda minute: 90 if minute < -1 else 900)],
    ),
}


@pytest.mark.parametrize("what", OUTSIDE)
def test_what_nobody_deployed_is_not_blamed_on_a_deployment_nearby(what):
    cause, lines, series = OUTSIDE[what]
    best = examined(facts([*calm("till", "mail"), *lines], [HARMLESS], series))
    assert best.cause == cause


def test_one_wrong_name_of_one_service_is_the_commit_that_wrote_it():
    guilty = deploy("till", minutes(-2), "-host: db-main.internal\n+host: db-mian.internal\n", "deploy/till.yaml")
    lines = said("till", 'could not translate host name "db-mian.internal" to address')
    assert examined(facts([*calm("till", "mail"), *lines], [guilty, HARMLESS])).change == guilty.id


def test_without_the_diffs_nothing_is_confirmed():
    _diff, path, error = CULPRITS["a lock that went"]
    known = facts(
        [*calm("till"), *said("till", error)],
        [deploy("till", minutes(-5), "", path), HARMLESS.evolve(diff="", files=["till/x.go"])],
    )
    assert examined(known).probability < judge.CONFIRM


def test_without_errors_nothing_is_confirmed():
    diff, path, _ = CULPRITS["a lock that went"]
    assert (
        examined(facts(calm("till"), [deploy("till", minutes(-5), diff, path), HARMLESS])).probability < judge.CONFIRM
    )


def test_who_only_passes_the_error_on_is_not_where_it_begins():
    lines = [
        *said("till", "disk is full"),
        *said("shopfront", "upstream till failed with 502", since=minutes(0) - timedelta(seconds=30)),
    ]
    found = origin(facts([*calm("till", "shopfront"), *lines], alerting="shopfront"))
    assert (found.first, found.reached) == ("till", ["shopfront"])
