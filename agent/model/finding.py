"""A fact deduced from evidence by a detector."""

from enum import StrEnum

from agent.model.entity import Entity
from agent.model.record import Instant, Record


class FindingKind(StrEnum):
    """What a detector can state."""

    ERRORS_ROSE = "errors rose"  # the SLI's error ratio left its normal level
    OOM_KILLED = "out of memory"
    CRASH_LOOP = "crash loop"
    IMAGE_PULL = "image cannot be pulled"
    UNREADY = "pods not ready"
    NO_ENDPOINTS = "no endpoints"
    EDGE_FAILING = "calls fail"  # calls from one service to another
    NEW_LOG_TEMPLATE = "new log message"
    SHIFTED = "measurement shifted"  # a signal of a service left its level
    SATURATED = "close to its limit"  # CPU, memory, a pool, a queue, a disk, file descriptors
    SLOWER = "slower"  # a latency left its level
    TRAFFIC_SHIFTED = "traffic shifted"
    CLIENTS_CHANGED = "callers ask wrongly"  # client faults (4xx) rose: whoever asks changed
    SERVER_FAULTS = "answers with faults"  # server faults (5xx) rose
    NOT_ALLOWED = "callers are refused"  # 401 and 403, or their gRPC codes, rose
    ORIGIN = "trouble starts here"  # its own part of what the alerting service suffers
    BEGINS_HERE = "trouble begins here"  # of the failing services, the one that blames no other
    REACHED = "trouble reaches it"  # fails because another does
    CHANGED = "changed"  # something on the change timeline close to the onset
    UNSCHEDULED = "no node takes the pod"
    UNBOUND = "claim not bound"  # or not there
    NOT_STARTING = "container does not start"  # for a reason the kubelet or its last words name
    HEALTH_CHECK = "health check fails"
    MISROUTED = "service does not reach its pods"  # selector, ports, protocol
    ADDRESS = "calls go to a wrong address"
    ADMISSION = "refused at admission"  # quotas, service accounts
    API_REFUSES = "API server refuses it"  # no right, no valid token, no token at all
    SCALING = "autoscaler cannot follow"  # at its bound, or without metrics
    SCALED_TO_ZERO = "no replicas asked for"
    ROLLOUT_STUCK = "rollout does not get on"  # past its deadline, paused, held back
    NOT_DELIVERED = "live is not what is declared"  # by a GitOps tool's own account
    WAY_BROKEN = "a way in leads nowhere"  # an Ingress or HTTPRoute
    NODE_TROUBLE = "node in trouble"
    COMPONENT_DOWN = "part of Kubernetes down"
    DATABASE = "database refuses"  # credentials, connections, writes
    JOB_ENDED = "job failed"  # for good: it will not try again
    NOT_STARTED = "schedule is not kept"  # a CronJob starts no Job
    EVICTION = "evictions blocked, or not held back"  # by budgets for disruptions
    OUTRANKED = "pods of higher priority come first"
    SLOWED = "slowed down"  # latency, throttling, loss, as measured


class Finding(Record):
    """Entity, onset, statement in numbers, what is normal there, and the evidence it stands on."""

    kind: FindingKind
    entity: Entity
    statement: str
    normal: str = ""
    onset: Instant | None = None
    magnitude: float = 0.0  # kind-specific: an error ratio, a count
    cause: str = ""  # the mechanism it speaks for, a name in agent.reasoning.causes; "" for none in particular
    trust: float = 0.0  # how strongly: the prior weight of that cause
    evidence: list[str]
