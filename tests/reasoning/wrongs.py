"""A shop with one thing wrong: what the cluster says of it, and the specs that bear it out or do not."""

from agent.model.pod import ContainerPhase, Termination
from agent.model.template import Volume
from tests.reasoning.builders import ANCHOR
from tests.reasoning.estates import (
    claim,
    container,
    crashed,
    line,
    machine,
    pod,
    route,
    running,
    said,
    seen,
    shop,
    state,
    template,
    waiting,
    workload,
)


def unscheduled(message: str, machines=None, others=(), **asked):
    """A cart without a node, what the scheduler says, and the nodes."""
    nodes = machines or [machine("worker-a"), machine("worker-b")]
    return seen(
        shop(
            workloads=[workload("web"), workload("cart", ready=0, template=template("cart", **asked))],
            pods=[running("web"), waiting("cart", **asked), *others],
            routes=[route("web"), route("cart", ready=[])],
            machines=nodes,
            events=[said("FailedScheduling", f"0/{len(nodes)} nodes are available: {message}.")],
        )
    )


def pulling(message: str, **asked):
    """A cart whose image cannot be pulled."""
    stuck = pod("cart", phase="Pending", ready=False, containers=[state(phase=ContainerPhase.WAITING, ready=False, reason="ImagePullBackOff")])  # fmt: skip
    return seen(
        shop(
            workloads=[workload("web"), workload("cart", ready=0)],
            pods=[running("web"), running("cart", pod=stuck, template=template("cart", **asked))],
            events=[said("Failed", f'Failed to pull image "registry.example/shop/cart:1.4": {message}')],
        )
    )


def checked(which: str, message: str, found=None, **checks):
    """A cart whose health check fails."""
    asked = template("cart", container(**checks))
    well = which == "Liveness"
    ended = Termination(reason="Error", exit_code=137, at=ANCHOR)
    now = state(restarts=3, last_ended=ended) if well else state(ready=False)
    return seen(
        shop(
            workloads=[workload("web"), workload("cart", template=asked, ready=0)],
            pods=[running("web"), running("cart", pod=pod("cart", ready=well, containers=[now]), template=asked)],
            events=[said("Unhealthy", f"{which} probe failed: {message}")],
        )
    )


def crashing(text: str, asked=None, **changes):
    """A cart that ends again and again, with its last words."""
    asked = asked or template("cart")
    broken = pod("cart", ready=False, containers=[crashed()])
    return seen(
        shop(
            workloads=[workload("web"), workload("cart", ready=0, template=asked)],
            pods=[running("web"), running("cart", pod=broken, template=asked)],
            **changes,
        ),
        line(text, "cart"),
    )


def refused(message: str, **changes):
    """A cart whose pods are not admitted."""
    whole = {
        "workloads": [workload("web"), workload("cart", ready=0)],
        "pods": [running("web")],
        "events": [said("FailedCreate", message, kind="ReplicaSet")],
    }
    return seen(shop(**{**whole, **changes}))


def unbound(*disks, classes=("standard",), **asked):
    """A cart whose claim does not bind."""
    volumes = [Volume(name="data", kind="persistentVolumeClaim", source="cart-data")]
    return seen(
        shop(
            workloads=[workload("web"), workload("cart", ready=0, template=template("cart", volumes=volumes))],
            pods=[running("web"), waiting("cart", volumes=volumes)],
            claims=[claim(**asked)],
            disks=list(disks),
            storage_classes=list(classes),
            events=[
                said("FailedScheduling", "0/2 nodes are available: pod has unbound immediate PersistentVolumeClaims.")
            ],
        )
    )


def misrouted(complaint: bool = True, **changes):
    """A cart that is well behind a Service that is not."""
    told = [line("dial tcp 10.96.0.7:80: connect: connection refused")] if complaint else []
    return seen(shop(routes=[route("web"), route("cart", **changes)]), *told, refused=("cart",))
