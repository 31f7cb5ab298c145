"""Calls that are refused: whose fault it is by edge, in both directions, and whose credentials or certificate it was."""

import pytest

from agent.model.entity import Entity
from agent.model.evidence import Evidence
from agent.model.inventory import Certificate
from agent.model.message import Span
from agent.model.question import Inventory, InventoryQuestion, Spans, SpansQuestion
from agent.model.record import Window
from agent.reasoning.certificates import ends, owner
from agent.reasoning.contract import Why, callers_of, refused
from agent.reasoning.facts import Facts
from agent.reasoning.outside_signs import speaking
from agent.reasoning.probes import Subject
from tests.reasoning.estates import running, shop
from tests.reasoning.readings import PROBES
from tests.reasoning.test_blame_by_text import examined
from tests.reasoning.texts import NOW, calm, deploy, facts, minutes, said


def calls(caller, callee, code="", *, since=0, until=6, error="", grpc=""):
    """Two calls a minute: a client span that names its peer, with the code it got."""
    fields = {"http.response.status_code": code} if code else {"rpc.grpc.status_code": grpc} if grpc else {}
    bad = bool(code[:1] in "45" and code) or bool(grpc and grpc != "0")
    return [
        Span(trace=f"{caller}-{callee}-{half}", id="a", service=caller, peer=callee, name="call", at=minutes(half / 2),
             failed=bad, error=error if bad else "", fields=fields)
        for half in range(2 * since, 2 * until)
    ]  # fmt: skip


def fine(caller, callee):
    return calls(caller, callee, "200", since=-30)


def turned(caller, callee, code, error="", grpc=""):
    """Fine before, refused since."""
    return [*calls(caller, callee, "200", since=-30, until=0), *calls(caller, callee, code, error=error, grpc=grpc)]


def known(messages, spans=(), changes=(), alerting="till", estate=None) -> Facts:
    plain = facts(messages, changes, alerting=alerting)
    window = Window(start=minutes(-120), end=NOW)
    more = [
        Evidence(
            id="E4", question=SpansQuestion(namespace="shop", window=window), answer=Spans(items=[*spans]), asked_at=NOW
        )
    ]
    if estate:
        more.append(
            Evidence(
                id="E5", question=InventoryQuestion(namespace="shop"), answer=Inventory(estate=estate), asked_at=NOW
            )
        )
    return Facts(plain.incident, plain.profiles, [*plain._by_question.values(), *more], NOW)


ERROR = [*calm("till", "stock", "mail"), *said("till", "request failed", level="ERROR")]


@pytest.mark.parametrize(
    ("code", "grpc", "why"),
    [
        ("400", "", Why.ASKED), ("404", "", Why.ASKED), ("422", "", Why.ASKED), ("401", "", Why.ASKING), ("403", "", Why.ASKING),
        ("", "3", Why.ASKED), ("", "12", Why.ASKED), ("", "16", Why.ASKING), ("", "7", Why.ASKING), ("503", "", None), ("", "14", None),
    ],
)  # fmt: skip
def test_codes_of_spans_say_what_the_callee_minds(code, grpc, why):
    found = refused(known(ERROR, turned("till", "stock", code, grpc=grpc)))
    assert [(one.caller, one.callee, one.why) for one in found] == ([("till", "stock", why)] if why else [])


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("POST http://stock:8080/reserve: 422 Unprocessable Entity", Why.ASKED),
        ("call to stock failed: rpc error: code = Unimplemented desc = unknown method Reserve", Why.ASKED),
        ("call to stock failed: INVALID_ARGUMENT: quantity is required", Why.ASKED),
        ("stock answered with status code 403", Why.ASKING),
        ("call to stock failed: rpc error: code = Unauthenticated desc = token expired", Why.ASKING),
        ("requests.exceptions.HTTPError: 401 Client Error: 401 Unauthorized for url: http://stock/items", Why.ASKING),
        ("stock answered with status code 503", None),
        ("waited 403 ms for stock", None),
        ('call to stock failed: pods is forbidden: User "system:serviceaccount:shop:till" cannot list resource "pods" in API group "" (status code 403)', None),
    ],
)  # fmt: skip
def test_lines_that_name_code_and_callee_say_it_too(text, why):
    found = refused(known([*calm("till", "stock"), *said("till", text)], fine("till", "stock")))
    assert [(one.caller, one.callee, one.why) for one in found] == ([("till", "stock", why)] if why else [])


def test_what_was_always_refused_is_nothing_new():
    assert refused(known(ERROR, calls("till", "stock", "404", since=-30))) == []


CHANGED = deploy("till", minutes(-4), "", "till/client.py", commit="aaaa0001")
SERVER = deploy("stock", minutes(-4), "", "stock/api.py", commit="bbbb0002")


def outcome(probe, spans, subject):
    reading = PROBES[probe].read(known(ERROR, spans, [CHANGED, SERVER]), subject)
    return reading.outcome if reading else None


def of(change):
    return Subject(entity=change.entity, change=change)


ALONE = [*turned("till", "stock", "422"), *fine("mail", "stock")]
EVERYBODY = [*turned("till", "stock", "422"), *turned("mail", "stock", "422")]
ONE_PAIR = turned("till", "stock", "422")
OTHERS = [*turned("mail", "post", "400"), *fine("till", "stock")]


@pytest.mark.parametrize(
    ("spans", "change", "seen"),
    [
        (ALONE, CHANGED, "asks alone"), (ALONE, SERVER, "refuses one"),
        (EVERYBODY, CHANGED, "asks, as others do"), (EVERYBODY, SERVER, "refuses several"),
        (ONE_PAIR, CHANGED, "asks"), (ONE_PAIR, SERVER, "refuses"),
        (OTHERS, CHANGED, "elsewhere"), (OTHERS, SERVER, "elsewhere"),
    ],
)  # fmt: skip
def test_other_callers_tell_whether_client_or_server_changed(spans, change, seen):
    assert outcome("contract", spans, of(change)) == seen


FIELD = {
    "the client renamed a field of its request": (
        "till", '-    body = {"quantity": n, "sku": sku}\n+    body = {"amountWanted": n, "sku": sku}\n', "till/stock_client.py", ALONE,
        "422 Unprocessable Entity from http://stock/reserve: unknown field amountWanted, quantity is required",
    ),
    "the server renamed a field of its messages": (
        "stock", "-  int32 quantity_wanted = 2;\n+  int32 amount_wanted = 2;\n", "stock/proto/reserve.proto", EVERYBODY,
        'call to stock failed: INVALID_ARGUMENT: no such field "quantity_wanted"',
    ),
    "the server took a method away": (
        "stock", "-  rpc ReserveItem (Reservation) returns (Receipt);\n+  rpc HoldItem (Reservation) returns (Receipt);\n", "stock/proto/reserve.proto", EVERYBODY,
        "call to stock failed: code = Unimplemented desc = unknown method ReserveItem for service Stock",
    ),
    "the server asks for more in its OpenAPI": (
        "stock", "       required:\n         - sku\n+        - warehouseCode\n", "stock/openapi.yaml", EVERYBODY,
        "400 Bad Request from http://stock/reserve: warehouseCode is required",
    ),
    "the server renamed a column before its code": (
        "stock", "+ALTER TABLE reservation RENAME COLUMN quantity TO amount_held;\n", "stock/migrations/0012_rename.sql", EVERYBODY,
        'stock answered with status code 400: column "reservation.quantity" does not exist',
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", FIELD)
def test_the_end_that_changed_the_contract_is_blamed_and_not_the_other(what):
    service, diff, path, spans, text = FIELD[what]
    guilty = deploy(service, minutes(-5), diff, path, commit="cccc9999")
    other = deploy(
        "stock" if service == "till" else "till",
        minutes(-4),
        "-    s = total(x)\n-    return s\n+    whole = total(x, rounded)\n+    return whole\n",
        "lib/sum.py",
        commit="dddd0000",
    )
    best = examined(known([*calm("till", "stock", "mail"), *said("till", text)], spans, [guilty, other]))
    assert (best.cause, best.change) == ("bad-commit", guilty.id)


@pytest.mark.parametrize(
    ("spans", "cause", "entity"),
    [
        ([*turned("till", "stock", "401"), *fine("mail", "stock")], "credentials-refused", "till"),
        ([*turned("till", "stock", "", grpc="7"), *fine("mail", "stock")], "credentials-refused", "till"),
        ([*turned("till", "stock", "403"), *turned("mail", "stock", "403")], "authorization-broken", "stock"),
    ],
)
def test_who_is_refused_for_who_it_is_lost_a_credential_and_who_refuses_all_its_keys(spans, cause, entity):
    best = examined(known(ERROR, spans))
    assert (best.cause, best.entity.name) == (cause, entity)


BROUGHT = {
    "the server checks tokens more strictly": (
        "stock", "-const leeway = 60 * time.Second\n-\tif exp.Add(leeway).Before(now) {\n+\tif exp.Before(now) {\n", "pkg/token/check.go",
        [*turned("till", "stock", "401"), *turned("mail", "stock", "401")], "stock answered 401 Unauthorized: token is expired",
    ),
    "the client sends no header any more": (
        "till", '-    headers = {"Authorization": f"Bearer {token}"}\n+    headers = {}\n', "till/stock_client.py",
        [*turned("till", "stock", "401"), *fine("mail", "stock")], "401 Unauthorized from http://stock/items: missing Authorization header",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", BROUGHT)
def test_a_change_that_brought_the_refusals_is_the_better_explanation(what):
    service, diff, path, spans, text = BROUGHT[what]
    guilty = deploy(service, minutes(-5), diff, path, commit="cccc9999")
    best = examined(known([*calm("till", "stock", "mail"), *said("till", text)], spans, [guilty]))
    assert (best.cause, best.change) == ("bad-commit", guilty.id)


def test_callers_are_known_from_calls_that_went_well_too():
    assert callers_of(known(ERROR, ALONE), "stock") == {"till", "mail"}


# certificates

ENDED = [
    "x509: certificate has expired or is not yet valid: current time 2026-05-04T12:00:07Z is after 2026-05-04T12:00:00Z",
    "java.security.cert.CertificateExpiredException: NotAfter: Mon May 04 12:00:00 UTC 2026",
    "certificate verify failed: certificate has expired, notAfter=May  4 12:00:00 2026 GMT",
    "certificate expired on 2026-05-04 12:00:00",
]


@pytest.mark.parametrize("text", ENDED)
def test_the_end_of_a_certificate_is_read_as_each_library_writes_it(text):
    assert minutes(0) in ends(text)


def test_a_date_in_another_zone_or_of_no_certificate_is_not_read():
    assert (
        ends("NotAfter: Mon May 04 12:00:00 CEST 2026; built 2026-05-04 12:00:00, not after February 30 12:00:00 2026")
        == []
    )


OWNERS = {
    "of whom is called": ('Get "https://stock:8443/items": tls: failed to verify certificate: x509: certificate has expired', "stock"),
    "of a host outside": ("POST https://pay.example.com/charge: certificate has expired", "pay.example.com"),
    "its own, as the other end says": ('Get "https://stock:8443/": remote error: tls: expired certificate; our certificate expired', "till"),
    "of a client, by its address": ("http: TLS handshake error from 10.0.0.9:41020: tls: failed to verify certificate: x509: certificate has expired", "mail"),
    "not told": ("x509: certificate has expired or is not yet valid", None),
}  # fmt: skip


@pytest.mark.parametrize("what", OWNERS)
def test_whose_certificate_it_is(what):
    text, name = OWNERS[what]
    estate = shop(pods=[running("mail", address="10.0.0.9")])
    seen = known([*calm("till", "stock", "mail"), *said("till", text)], fine("till", "stock"), estate=estate)
    found = owner(seen, speaking(seen, "certificate-expired"))
    assert (found.name if found else None) == name
    best = examined(seen)
    assert (best.cause, best.entity.name) == ("certificate-expired", name or "till")


def test_a_certificate_of_the_cluster_that_ended_then_speaks_for_it():
    entity = Entity(kind="Certificate", namespace="shop", name="stock")
    listed = Certificate(entity=entity, kept_in="stock-tls", names=["stock.shop.svc"], ends_at=minutes(0), ready=False)
    text = "x509: certificate has expired or is not yet valid"
    seen = known([*calm("till", "stock"), *said("till", text)], estate=shop(certificates=[listed]))
    reading = PROBES["expiry"].read(seen, Subject(entity=entity))
    assert reading.outcome == "passed"
    assert "stock.shop.svc" in reading.statement
