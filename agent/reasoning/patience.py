"""Health checks against the container they ask: port, protocol, and how long they wait. Called by their detector and probes."""

import re
from statistics import median

from agent.model.inventory import Estate
from agent.model.template import ContainerTemplate, Handler, HealthCheck, PodTemplate

OTHER_LANGUAGE = re.compile(
    r"malformed HTTP|HTTP/1\.x transport connection broken|server gave HTTP response to HTTPS client|http2: |unexpected HTTP|"
    r"tls: first record does not look like a TLS handshake|code = (?:Unimplemented|Unavailable).*(?:http|preface)|"
    r"connection reset by peer.*http|error reading server preface|net/http",
    re.IGNORECASE,
)
"""One protocol spoken to a server of another, in the words of Go's net/http and gRPC, which the kubelet uses."""

NO_ANSWER = re.compile(
    r"connection refused|failed to connect|context deadline exceeded|i/o timeout|timeout", re.IGNORECASE
)

REWRITTEN = "/app-health/"
"""Where Istio's agent takes over the checks of a container it stands beside: the port is the agent's then."""

SHORT = 0.4
"""Part of the usual patience of siblings below which a check is impatient."""

ENOUGH_SECONDS = 6.0
"""A check that gives up earlier than this after the start leaves a program of an interpreter or a JVM no time."""


def numbers(container: ContainerTemplate, check: HealthCheck) -> bool | None:
    """Whether the check asks a port the container has; None where that cannot be told."""
    if not container.ports or not check.port or check.handler is Handler.EXEC or check.path.startswith(REWRITTEN):
        return None
    if check.port.isdigit():
        return int(check.port) in {port.number for port in container.ports}
    return check.port in {port.name for port in container.ports}


def speaks_other(check: HealthCheck, other: HealthCheck | None) -> bool:
    """The container's other check speaks another protocol to the same port."""
    spoken = {Handler.HTTP, Handler.GRPC}
    return (
        other is not None
        and {check.handler, other.handler} <= spoken
        and check.handler is not other.handler
        and check.port == other.port
    )


def seconds(check: HealthCheck) -> float:
    """How long after the start it gives up on a program that does not answer."""
    return check.initial_delay_seconds + check.period_seconds * (check.failure_threshold - 1) + check.timeout_seconds


def impatient(estate: Estate, check: HealthCheck) -> bool:
    """It gives up much sooner than the checks of siblings do, and soon."""
    usual = [
        seconds(one.liveness)
        for workload in estate.workloads
        for one in workload.template.containers
        if one.liveness and one.liveness is not check
    ]
    mine = seconds(check)
    return mine < ENOUGH_SECONDS and (not usual or mine < SHORT * median(usual))


def fault(estate: Estate, template: PodTemplate, *, liveness: bool) -> tuple[str, str]:
    """What is wrong with a kind of check by the specs: (port | protocol | patience | sound | "" where it cannot be told, in words)."""
    untold = False
    for container in template.containers:
        check, other = (
            (container.liveness, container.readiness) if liveness else (container.readiness, container.liveness)
        )
        if check is None:
            continue
        if numbers(container, check) is False and _vouched(estate, container, other):
            ports = ", ".join(str(port.number) for port in container.ports)
            return "port", f"asks port {check.port}, {container.name} has {ports}"
        untold = untold or (numbers(container, check) is False and not estate.knows("Service"))
        if speaks_other(check, other) and other:
            return "protocol", f"speaks {check.handler} to port {check.port}, its other check {other.handler}"
        if liveness and impatient(estate, check):
            return "patience", f"gives up {seconds(check):.0f} s after the start"
    if untold:
        return "", "asks a port that may be one of a Service that is out of sight"
    return "sound", "asks a port of its container, in time"


def _vouched(estate: Estate, container: ContainerTemplate, other: HealthCheck | None) -> bool:
    """A port list is only a note: the container's other check, or a Service, must use a port that is on it."""
    if other is not None and numbers(container, other):
        return True
    listed = {str(port.number) for port in container.ports} | {port.name for port in container.ports if port.name}
    return any((port.target or str(port.number)) in listed for route in estate.routes for port in route.ports)
