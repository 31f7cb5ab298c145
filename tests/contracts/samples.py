"""Stored series for the contract between the evaluator and a real Prometheus: hand-made edges and random shapes.

All of it lies within an hour after `START`, which is a multiple of every step used, so that samples fall on
the ends of windows.
"""

import math
import random
from datetime import UTC, datetime, timedelta

from agent.model.query import Series
from agent.model.record import Window

START = 1_700_000_100
SECONDS = 3600


def window(before: float = 100, after: float = 1000) -> Window:
    """The hour, and some time in which there is nothing yet or nothing any more."""
    begin = datetime.fromtimestamp(START, UTC)
    return Window(
        start=begin - timedelta(seconds=before),
        end=begin + timedelta(seconds=SECONDS + after),
    )


def stored(seed: int) -> list[Series]:
    """Every metric of this module; the same for the same seed."""
    chance = random.Random(seed)
    return [*_edges(), *_requests(chance), *_histograms(chance), *_odd(chance)]


def _series(name: str, times: list[float], values: list[float], **labels: str) -> Series:
    return Series(labels={"__name__": name, **labels}, times=times, values=values)


def _edges() -> list[Series]:
    """Shapes in which an off-by-one shows: `case` says which."""
    grid = [float(START + 15 * step) for step in range(240)]
    return [
        _series("edge_total", grid, [float(step) for step in range(240)], case="steady"),
        _series("edge_total", grid, [7.0] * 240, case="flat"),
        _series("edge_total", grid, [float(step % 20) for step in range(240)], case="falls to zero"),
        _series("edge_total", grid, [1e15 if step < 3 else step + 0.5 for step in range(240)], case="one huge fall"),
        _series("edge_total", grid[100:103], [1.0, 2.0, 3.0], case="three samples"),
        _series("edge_total", grid[100:101], [1.0], case="one sample"),
        _series("edge_total", [*grid[:20], *grid[80:]], [float(x) for x in range(180)], case="hole of 15 minutes"),
        _series("edge_total", grid[3:], [float(x) for x in range(237)], case="born late at zero"),
        _series("edge_total", grid[3:], [100.0 + x for x in range(237)], case="born late above zero"),
        _series("edge_total", grid[::16], [3.0 * x for x in range(15)], case="every four minutes"),
        _series("edge_total", grid[::20], [3.0 * x for x in range(12)], case="every five minutes"),
        _series("edge_total", grid, [float(x) for x in range(240)], case='quoted "\\ and\nbroken {}', extra="a|b.c"),
    ]


def _counter(chance: random.Random, step: float) -> tuple[list[float], list[float]]:
    """Jitter, holes, standstill, resets; starting at, near or far above zero."""
    moment = START + chance.choice([0, 0, 3.5, 600 * chance.random()])
    value = chance.choice([0.0, 0.0, 5.0, 1e6, 1e12])
    jitter = chance.choice([0, 0, 0.4])
    times, values = [], []
    while moment < START + SECONDS:
        moment += step + (chance.random() - 0.5) * jitter + (900 * chance.random() if chance.random() < 0.01 else 0)
        value += chance.choice([0, 0, 1, 2.5, 100 * chance.random()])
        value = chance.choice([0.0, 1.0, 7.3]) if chance.random() < 0.05 else value
        if chance.random() > 0.1:
            times.append(round(moment, 3))
            values.append(value)
    return times, values


def _requests(chance: random.Random) -> list[Series]:
    """A counter by pod, code and zone, in which a third of the combinations does not exist."""
    found = []
    for pod in "abcdefgh":
        for code in ("200", "404", "500", "503"):
            times, values = _counter(chance, chance.choice([1, 5, 15, 15, 60, 240]))
            zone = {"zone": "z1"} if pod in "abc" else {}
            if chance.random() > 0.33:
                found.append(_series("requests_total", times, values, pod=pod, code=code, **zone))
    return found


def _histograms(chance: random.Random) -> list[Series]:
    """One well-formed, one of independent counters (not ascending, buckets missing), one bound below zero, one bad bound."""
    found = []
    for pod in "abcd":
        counts = [0] * 5
        rows: list[list[float]] = [[] for _ in counts]
        for _step in range(240):
            for bucket in range(5):
                grown = chance.choice([0, 1, 3])
                counts = [count + grown if place >= bucket else count for place, count in enumerate(counts)]
            for row, count in zip(rows, counts, strict=True):
                row.append(float(count))
        grid = [float(START + 15 * step) for step in range(240)]
        bounds = ["-1", "0", "0.5", "2.5", "+Inf"] if pod == "a" else ["0.1", "0.5", "1", "2.5", "+Inf"]
        found += [_series("good_bucket", grid, row, pod=pod, le=le) for le, row in zip(bounds, rows, strict=True)]
        for le in ("0.1", "0.5", "1.0", "1", "2.5", "+Inf", "many"):
            times, values = _counter(chance, 15)
            if chance.random() > 0.15:
                found.append(_series("bad_bucket", times, values, pod=pod, le=le))
    return found


def _odd(chance: random.Random) -> list[Series]:
    """NaN, infinities and numbers below zero."""
    found = []
    for pod in "abcd":
        times, values = _counter(chance, 15)
        special = [chance.choice([math.nan, math.inf, -math.inf]) if chance.random() < 0.05 else v for v in values]
        found.append(_series("odd", times, special, pod=pod))
        times, values = _counter(chance, 60)
        found.append(_series("below_zero", times, [value - 500 for value in values], pod=pod))
    return found
