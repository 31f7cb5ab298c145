"""What a pod is asked to be: the pod template of a workload, and the spec of a pod, as detectors read it.

Quantities are numbers: CPU in cores, memory and storage in bytes. Environment values that look secret are never kept.
"""

from enum import StrEnum

from agent.model.record import Record


class Handler(StrEnum):
    """How a health check asks."""

    HTTP = "http"
    TCP = "tcp"
    GRPC = "grpc"
    EXEC = "exec"


class HealthCheck(Record):
    """A liveness, readiness or startup probe; `port` is a number or the name of a container port, "" for exec."""

    handler: Handler
    port: str = ""
    path: str = ""
    scheme: str = ""
    command: list[str] = []
    initial_delay_seconds: int = 0
    period_seconds: int = 10
    timeout_seconds: int = 1
    failure_threshold: int = 3


class Port(Record):
    """A port that a container says it listens on, or that a Service forwards."""

    number: int
    name: str = ""
    protocol: str = "TCP"
    target: str = ""  # of a Service's port: number or name of the container's port, "" for the same number


class Reference(Record):
    """A ConfigMap, Secret or claim that a container needs; `key` is "" for the whole object."""

    kind: str
    name: str
    key: str = ""
    optional: bool = False
    variable: str = ""  # the environment variable it fills, "" for a volume or a whole object


class ContainerTemplate(Record):
    """One container as it is asked for."""

    name: str
    image: str = ""
    pull_policy: str = ""
    init: bool = False
    command: list[str] = []
    ports: list[Port] = []
    environment: dict[str, str] = {}  # plain values, secrets masked
    references: list[Reference] = []
    requests: dict[str, float] = {}  # cpu, memory, ephemeral-storage, …
    limits: dict[str, float] = {}
    liveness: HealthCheck | None = None
    readiness: HealthCheck | None = None
    startup: HealthCheck | None = None
    run_as_user: int | None = None
    read_only: bool = False  # of the root file system


class Requirement(Record):
    """One condition on labels (In, NotIn, Exists, DoesNotExist, Gt, Lt), as selectors and affinities use it."""

    key: str
    operator: str
    values: list[str] = []


class Neighbourhood(Record):
    """One required rule on where other pods are (affinity) or must not be (anti-affinity)."""

    labels: dict[str, str] = {}
    requirements: list[Requirement] = []
    topology: str = "kubernetes.io/hostname"
    apart: bool = False  # anti-affinity


class Toleration(Record):
    """A taint that is put up with; an empty key with Exists puts up with all."""

    key: str = ""
    operator: str = "Equal"
    value: str = ""
    effect: str = ""


class Volume(Record):
    """A volume of a pod, and what is behind it."""

    name: str
    kind: str  # configMap, secret, persistentVolumeClaim, emptyDir, hostPath, projected, …
    source: str = ""  # name of the object, or the path
    optional: bool = False


class PodTemplate(Record):
    """Everything about a pod that a person wrote."""

    labels: dict[str, str] = {}
    annotations: dict[str, str] = {}
    containers: list[ContainerTemplate] = []  # init containers too, marked
    volumes: list[Volume] = []
    node_selector: dict[str, str] = {}
    node_affinity: list[list[Requirement]] = []  # required: any of the outer list, all of the inner
    neighbours: list[Neighbourhood] = []  # required
    tolerations: list[Toleration] = []
    node_name: str = ""
    service_account: str = ""
    automount: bool | None = None  # of the account's token; None: as the account says
    pull_with: list[str] = []  # names of the Secrets with a registry's credentials
    priority_class: str = ""
    priority: int | None = None  # of a pod: what admission made of the class
    preempts: bool = True
    host_network: bool = False
    dns_policy: str = ""  # "" for the cluster's own DNS; None takes dns_servers only
    dns_servers: list[str] = []
    fs_group: int | None = None
    run_as_user: int | None = None
