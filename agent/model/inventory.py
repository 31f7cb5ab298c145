"""The objects of one namespace and the nodes under it at one moment, as detectors compare them with each other.

One question, one answer: what a workload asks for means nothing without what the cluster has.
"""

from agent.model.batch import Attempts, Schedule
from agent.model.cluster import KubeEvent
from agent.model.delivery import Delivery
from agent.model.entity import Entity
from agent.model.keeper import Keeper
from agent.model.pod import Pod
from agent.model.record import Instant, Record
from agent.model.template import PodTemplate, Port, Requirement
from agent.model.way import Gateway, Way

UNMADE = "(none yet)"
"""The revision of a template that no ReplicaSet, and so no pod, has been made of."""


class Declared(Record):
    """A workload as it is asked for and as it stands: Deployment, StatefulSet, DaemonSet, Job or CronJob."""

    entity: Entity
    template: PodTemplate
    replicas: int = 1  # asked for
    ready: int = 0
    updated: int = 0
    created_at: Instant | None = None
    paused: bool = False
    suspended: bool = False
    selector: dict[str, str] = {}
    conditions: dict[str, str] = {}  # type -> "True: Reason: message"
    labels: dict[str, str] = {}
    annotations: dict[str, str] = {}
    revision: str = ""  # the `template_hash` of pods of the newest template, UNMADE, or "" where it cannot be told
    strategy: str = ""  # RollingUpdate, Recreate, OnDelete
    partition: int = 0  # StatefulSet: pods below this number keep their revision
    ordered: bool = False  # StatefulSet: one pod after the other, each once the one before is ready
    template_by: str = ""  # who wrote the pod template last
    template_at: Instant | None = None
    attempts: Attempts | None = None  # of a Job
    schedule: Schedule | None = None  # of a CronJob


class Running(Record):
    """A pod, with what it was asked to be."""

    pod: Pod
    template: PodTemplate
    owner_kind: str = ""  # of the workload at the top: Deployment, StatefulSet, …
    owner: str = ""
    address: str = ""
    started_at: Instant | None = None


class Route(Record):
    """A Service, its ports and the pods behind it."""

    entity: Entity
    type: str = "ClusterIP"
    selector: dict[str, str] = {}
    ports: list[Port] = []
    ready: list[str] = []  # addresses with ports, host:port, that are ready
    not_ready: list[str] = []
    cluster_address: str = ""
    external_name: str = ""


class Backend(Record):
    """Where an Ingress or HTTPRoute sends a path."""

    entity: Entity  # the Ingress or HTTPRoute
    host: str = ""
    path: str = ""
    service: str
    port: str = ""


class Machine(Record):
    """A node: what it offers and what it refuses."""

    name: str
    ready: bool
    unschedulable: bool = False
    labels: dict[str, str] = {}
    taints: list[str] = []  # key=value:effect
    allocatable: dict[str, float] = {}  # cpu in cores, memory in bytes, pods
    requested: dict[str, float] = {}  # by the pods on it
    requested_by_rank: dict[int, dict[str, float]] = {}  # the same by their priority
    conditions: dict[str, str] = {}  # type -> "True: Reason: message"
    images: list[str] = []  # those on it that the namespace has a use for
    created_at: Instant | None = None


class Component(Record):
    """A part of Kubernetes itself: kubelet, container runtime, kube-proxy, scheduler, DNS."""

    name: str
    node: str = ""  # "" for one that serves the whole cluster
    healthy: bool
    detail: str = ""


class Claim(Record):
    """A PersistentVolumeClaim."""

    entity: Entity
    phase: str = ""
    volume: str = ""
    storage_class: str | None = None  # None: the default class; "" asks for none
    access_modes: list[str] = []
    requested: float = 0.0  # bytes
    selector: dict[str, str] = {}


class Disk(Record):
    """A PersistentVolume."""

    name: str
    phase: str = ""
    storage_class: str = ""
    access_modes: list[str] = []
    capacity: float = 0.0  # bytes
    labels: dict[str, str] = {}
    claim: str = ""  # namespace/name it is bound to or reserved for
    node_affinity: list[str] = []


class Quota(Record):
    """A ResourceQuota: hard limits and what is used."""

    entity: Entity
    hard: dict[str, float] = {}
    used: dict[str, float] = {}


class Holder(Record):
    """A ConfigMap or Secret by name and keys; values are never part of it."""

    entity: Entity
    type: str = ""
    keys: list[str] = []
    changed_at: Instant | None = None


class Autoscaler(Record):
    """A HorizontalPodAutoscaler."""

    entity: Entity
    target: Entity
    minimum: int = 1
    maximum: int = 1
    current: int = 0
    desired: int = 0
    conditions: dict[str, str] = {}


class DisruptionBudget(Record):
    """A PodDisruptionBudget: how many of whose pods may be evicted, as it is declared and as its controller counts."""

    entity: Entity
    everything: bool = False  # an empty selector selects every pod of the namespace, a missing one none
    selector: dict[str, str] = {}
    requirements: list[Requirement] = []
    minimum: str = ""  # minAvailable: "2", "50%"
    maximum: str = ""  # maxUnavailable
    healthy: int = 0
    desired: int = 0
    expected: int = 0
    allowed: int = 0
    conditions: dict[str, str] = {}


class NetworkRule(Record):
    """A NetworkPolicy: whom it selects, and which directions it closes but for what it lists."""

    entity: Entity
    selector: dict[str, str] = {}
    requirements: list[Requirement] = []  # the selector's expressions; a policy selects what meets both
    ingress: bool = False
    egress: bool = False
    allows: list[str] = []  # in words, for people


class Certificate(Record):
    """A cert-manager Certificate: until when what lies in its Secret is valid, and whether it could be renewed."""

    entity: Entity
    kept_in: str = ""  # the Secret
    names: list[str] = []  # hosts it is for
    ends_at: Instant | None = None
    ready: bool = True
    detail: str = ""  # why not


class Rule(Record):
    """What may be done with which objects; "*" is all, and no names means any."""

    verbs: list[str]
    groups: list[str] = []
    resources: list[str] = []
    names: list[str] = []


class Grant(Record):
    """A RoleBinding: who may do what in the namespace. `rules` is None where the role could not be read."""

    entity: Entity
    subjects: list[str] = []  # as the API server names them: system:serviceaccount:NAMESPACE:NAME, groups, users
    role: str = ""  # "Role reader", "ClusterRole view"
    rules: list[Rule] | None = None


SERVING = ("Deployment", "StatefulSet", "DaemonSet")
"""Kinds of workload that Services lead to."""

PLACES_OF_COMPONENTS = ("node Lease", "system Lease", "system Pod")
"""Where it shows whether `Estate.components` run: Leases, and pods of kube-system."""

PODS_ELSEWHERE = "Pod elsewhere"
"""Pods of other namespaces: what they request of the nodes is in `Machine.requested`."""


class Estate(Record):
    """All of it. A list that could not be read is empty: its kind is in `unread`, the reason in the answer's `unseen`."""

    namespace: str
    at: Instant | None = None
    workloads: list[Declared] = []
    pods: list[Running] = []
    routes: list[Route] = []
    backends: list[Backend] = []
    ways: list[Way] = []
    gateways: list[Gateway] = []  # of all namespaces
    deliveries: list[Delivery] = []  # that keep something in the namespace, or that one of those needs
    keepers: list[Keeper] = []  # of objects that actions can write
    machines: list[Machine] = []
    components: list[Component] = []
    claims: list[Claim] = []
    disks: list[Disk] = []
    storage_classes: list[str] = []
    quotas: list[Quota] = []
    limits: list[str] = []  # LimitRanges, in words
    holders: list[Holder] = []
    service_accounts: list[str] = []
    unmounted: list[str] = []  # service accounts that say that their pods get no token
    grants: list[Grant] = []
    certificates: list[Certificate] = []
    autoscalers: list[Autoscaler] = []
    budgets: list[DisruptionBudget] | None = None  # None: not read, and then nothing is unprotected for want of one
    priority_classes: list[str] = []  # every cluster has two; they are read only while a workload lacks pods
    network_rules: list[NetworkRule] = []
    events: list[KubeEvent] = []
    unread: list[str] = []  # kinds whose lists are not whole, as Kubernetes calls them

    def knows(self, *kinds: str) -> bool:
        """Whether the lists of all these kinds are whole: only then does it mean something that an object is not there."""
        return not set(kinds) & set(self.unread)
