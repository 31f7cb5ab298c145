"""One measured course over time of something a service does or uses, whatever metric it came from."""

from enum import StrEnum

from agent.model.entity import ServiceRef
from agent.model.record import Record


class SignalKind(StrEnum):
    """What is measured; the first four are Google's golden signals."""

    ERRORS = "errors"  # ratio or rate of failed events: higher is worse
    LATENCY = "latency"  # seconds or milliseconds: higher is worse
    TRAFFIC = "traffic"  # events per second
    SATURATION = "saturation"  # share or amount of a bounded thing in use: pool, queue, disk, file descriptors
    AVAILABILITY = "availability"  # ratio of good events: lower is worse
    CPU = "cpu"
    THROTTLING = "throttling"  # share of periods a container was held back by its CPU limit
    MEMORY = "memory"
    NETWORK = "network"  # bytes, packets, drops
    RESTARTS = "restarts"
    EXPIRY = "expiry"  # seconds until something stops being valid
    OTHER = "other"

    @property
    def harm(self) -> int:
        """The direction that is worse: 1 up, -1 down, 0 where neither is worse by itself."""
        if self in (SignalKind.AVAILABILITY, SignalKind.EXPIRY):
            return -1
        return 0 if self in (SignalKind.TRAFFIC, SignalKind.NETWORK, SignalKind.OTHER) else 1


class Statistic(StrEnum):
    """What a value says of the events behind it."""

    MEAN = "mean"  # times the number of events it adds up
    QUANTILE = "quantile"  # says nothing of sums
    RATIO = "ratio"  # times the number of events it adds up
    RATE = "rate"  # events per second: adds up as it is
    LEVEL = "level"  # an amount there is at one moment


class Signal(Record):
    """Values at ascending times (epoch seconds), per second where the metric is a counter; gaps are left out."""

    service: ServiceRef
    kind: SignalKind
    name: str  # of the metric, with what tells it from its siblings
    statistic: Statistic = Statistic.LEVEL
    unit: str = ""
    times: list[float]
    values: list[float]
    earlier_times: list[float] = []  # the days before, more coarsely; empty where `times` reaches as far
    earlier_values: list[float] = []
    peer: str = ""  # the other end, where it measures calls to or from somebody
    evidence: str = ""  # id
