"""What drivers say of their database: whose fault it is depends on who says it."""

import pytest

from agent.model.template import Port
from tests.reasoning.estates import (
    concluded,
    container,
    crashed,
    line,
    pod,
    route,
    running,
    seen,
    shop,
    template,
    workload,
)

TOO_MANY = 'Data source rejected establishment of connection, message from server: "Too many connections"'
READ_ONLY = "The MySQL server is running with the --read-only option so it cannot execute this statement"
PG_READ_ONLY = "ERROR: cannot execute INSERT in a read-only transaction"
DENIED = "java.sql.SQLException: Access denied for user 'cart'@'10.0.0.7'"
NOBODY = "CommunicationsException: Communications link failure Caused by: java.net.ConnectException: Connection refused"

STORE = template("store", container(ports=[Port(number=3306)]))
HOME = {"STORE_HOST": "store", "STORE_PORT": "3306"}


def clients(*names: str, environment=None, crashes: bool = True):
    """A store and its clients, in trouble or not."""
    asked = {name: template(name, container(environment=environment or HOME)) for name in names}
    broken = [crashed()] if crashes else None
    return shop(
        workloads=[workload("store", template=STORE), *(workload(name, template=asked[name]) for name in names)],
        pods=[
            running("store", pod=pod("store")),
            *(
                running(n, pod=pod(n, ready=not crashes, containers=broken) if broken else pod(n), template=asked[n])
                for n in names
            ),
        ],
        routes=[route("store", ports=[Port(number=3306, target="3306")]), *(route(name) for name in names)],
    )


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        (TOO_MANY, "database-connections-exhausted"),
        (READ_ONLY, "database-read-only"),
        (PG_READ_ONLY, "database-read-only"),
    ],
)
def test_what_several_clients_are_told_is_the_databases_own(text, cause):
    lines = [line(text, name) for name in ("cart", "pay")]
    assert concluded(seen(clients("cart", "pay"), *lines))[0][:2] == (cause, "store")


def test_a_login_that_is_refused_to_one_is_that_ones():
    assert concluded(seen(clients("cart", "pay"), line(DENIED, "cart")))[0][:2] == ("database-login-refused", "cart")


def test_a_driver_that_reaches_nobody_with_another_port_has_the_wrong_port():
    estate = clients("cart", environment={"STORE_HOST": "store", "STORE_PORT": "3307"})
    assert concluded(seen(estate, line(NOBODY, "cart")))[0][:2] == ("database-port-wrong", "cart")


def test_many_drivers_that_reach_nobody_have_no_database():
    names = ("cart", "pay", "stock", "mail")
    lines = [line(NOBODY, name) for name in names]
    assert concluded(seen(clients(*names), *lines))[0][:2] == ("database-unreachable", "store")


def test_old_lines_of_a_client_that_is_well_are_no_suspicion():
    best = concluded(seen(clients("cart", crashes=False), line(NOBODY, "cart")))[0]
    assert best[0] == "nothing-visible"
