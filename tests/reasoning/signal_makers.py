"""Small courses for tests of what reads signals: services that get worse at a minute of two hours."""

from datetime import UTC, datetime, timedelta

import numpy as np

from agent.model.entity import ServiceRef
from agent.model.signal import Signal, SignalKind, Statistic
from agent.reasoning.calls import Call

START = datetime(2026, 11, 12, 12, 0, tzinfo=UTC)
BEGAN = START + timedelta(minutes=110)
END = START + timedelta(minutes=120)


def ref(name: str) -> ServiceRef:
    return ServiceRef(namespace="shop", name=name)


def call(caller: str, callee: str) -> Call:
    return Call(caller=ref(caller), callee=ref(callee), known_by=["a test"])


def signal(service: str, kind: SignalKind, before: float, since: float, noise: float = 0.02, **more) -> Signal:
    """Every minute for two hours; from BEGAN on at the second level."""
    seed = sum(ord(letter) * (place + 1) for place, letter in enumerate(service + kind))
    wander = np.random.default_rng(seed).normal(size=121) * noise * max(abs(before), abs(since) / 10)
    level = np.where(np.arange(121) >= 110, since, before)
    times = [START.timestamp() + 60 * minute for minute in range(121)]
    whole = Signal(
        service=ref(service), kind=kind, name=f"{kind}", times=times, values=(level + wander).tolist(), evidence="E1"
    )
    return whole.evolve(**more)


def timed(service: str, before: float, since: float, rps: float = 10.0) -> list[Signal]:
    """A mean latency and the requests behind it."""
    return [
        signal(service, SignalKind.LATENCY, before, since, statistic=Statistic.MEAN, name="latency mean"),
        signal(service, SignalKind.TRAFFIC, rps, rps, statistic=Statistic.RATE, name="requests"),
    ]
