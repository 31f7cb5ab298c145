"""Where it started, on small maps: what a service's callees account for is not its own."""

import numpy as np
import pytest

from agent.model.signal import SignalKind, Statistic
from agent.reasoning.loads import Bins, Harm
from agent.reasoning.origin import locate, split
from tests.reasoning.signal_makers import BEGAN, END, call, signal, timed

SLOW, FINE = (0.1, 0.9), (0.1, 0.1)


def origin(signals, calls, alerting="web"):
    return locate([s for group in signals for s in group], calls, alerting, BEGAN, END)[0]


MAPS = {
    "the callee at the end of a chain": (
        [timed("web", 0.3, 1.1), timed("api", 0.2, 1.0), timed("db", *SLOW)],
        [call("web", "api"), call("api", "db")],
        "db",
    ),
    "the service in the middle whose callee is fine": (
        [timed("web", 0.3, 1.1), timed("api", 0.2, 1.0), timed("db", *FINE)],
        [call("web", "api"), call("api", "db")],
        "api",
    ),
    "the alerting service itself": (
        [timed("web", 0.3, 1.1), timed("api", *FINE)],
        [call("web", "api")],
        "web",
    ),
    "a database that two callers share": (
        [timed("web", 0.3, 1.9), timed("cart", 0.1, 0.9), timed("user", 0.1, 0.9), timed("db", *SLOW, rps=20)],
        [call("web", "cart"), call("web", "user"), call("cart", "db"), call("user", "db")],
        "db",
    ),
    "one of several callees": (
        [timed("web", 0.3, 1.1), timed("a", *FINE), timed("b", *SLOW), timed("c", *FINE)],
        [call("web", "a"), call("web", "b"), call("web", "c")],
        "b",
    ),
    "the member of a cycle that suffers most": (
        [timed("web", 0.3, 1.1), timed("a", 0.2, 0.8, rps=9), timed("b", *SLOW)],
        [call("web", "a"), call("a", "b"), call("b", "a")],
        "b",
    ),
}


@pytest.mark.parametrize("name", MAPS)
def test_the_trouble_starts_with(name):
    signals, calls, truth = MAPS[name]
    found = origin(signals, calls)
    assert found.beyond_chance
    assert found.parts[0].service == truth
    assert found.parts[0].share > 0.5


def test_names_do_not_decide():
    signals, _calls, _ = MAPS["one of several callees"]
    renamed = {"web": "web", "a": "zz", "b": "mm", "c": "aa"}
    others = [[s.evolve(service={"namespace": "shop", "name": renamed[s.service.name]}) for s in g] for g in signals]
    assert origin(others, [call("web", name) for name in ("zz", "mm", "aa")]).parts[0].service == "mm"


def test_a_queue_between_two_services_is_not_blamed_for_its_slow_reader():
    signals = [timed("web", *FINE), timed("reader", 0.2, 1.5), timed("queue", 0.01, 0.01)]
    found = origin(signals, [call("web", "queue"), call("reader", "queue")], alerting="reader")
    assert found.parts[0].service == "reader"


def test_who_is_not_called_from_the_alerting_service_is_no_suspect():
    signals = [timed("web", 0.3, 1.1), timed("api", *SLOW), timed("batch", 0.1, 9.0)]
    assert {part.service for part in origin(signals, [call("web", "api")]).parts} == {"web", "api"}


def test_where_nothing_happens_nothing_is_beyond_chance():
    signals = [timed("web", 0.3, 0.3), timed("api", *FINE)]
    assert not origin(signals, [call("web", "api")]).beyond_chance


def test_a_service_that_always_wanders_is_not_blamed_for_it():
    restless = timed("batch", 0.1, 0.2)
    wide = restless[0].evolve(values=(np.random.default_rng(2).normal(size=121) * 3 + 5).tolist())
    signals = [timed("web", 0.3, 1.1), timed("api", *SLOW), [wide, restless[1]]]
    found = origin(signals, [call("web", "api"), call("web", "batch")])
    assert found.parts[0].service == "api"


@pytest.mark.parametrize("percent", [True, False])
def test_availability_counts_failures_in_percent_or_as_a_ratio(percent):
    whole = 100.0 if percent else 1.0

    def available(name, since, rps=100.0):
        kind = SignalKind.AVAILABILITY
        return [
            signal(name, kind, whole, whole * since, noise=0.0005, statistic=Statistic.RATIO),
            signal(name, SignalKind.TRAFFIC, rps, rps, statistic=Statistic.RATE),
        ]

    signals = [available("web", 0.9), available("api", 0.9), available("db", 1.0)]
    found = origin(signals, [call("web", "api"), call("api", "db")])
    assert found.harm is Harm.FAILURES
    assert found.parts[0].service == "api"
    assert found.parts[0].since == pytest.approx(0.1, abs=0.02)


def test_without_courses_of_the_alerting_service_nothing_is_said():
    assert locate(list(timed("api", *SLOW)), [], "web", BEGAN, END) == []


def test_bins_hold_means_and_leave_gaps():
    bins = Bins(end=100.0, width=10.0, count=3)
    assert bins.mean([75.0, 85.0, 89.0, 100.0], [1.0, 2.0, 4.0, 9.0])[1] == 3.0
    assert np.isnan(bins.mean([100.0], [1.0])[0])


@pytest.mark.parametrize(
    ("values", "bad"),
    [([1, 1, 5, 6, 1], [2, 3]), ([1, 1, 1], None), ([1.0, np.nan, np.nan], None), ([3, 9, 9, np.nan], [1, 2])],
)
def test_bad_bins_are_the_upper_class(values, bad):
    found = split(np.array(values, dtype=float))
    assert (None if found is None else np.flatnonzero(found).tolist()) == bad


def test_a_past_that_never_changed_at_all_makes_any_change_telling():
    signals = [
        [s.evolve(values=[0.1] * 110 + [0.9] * 11) if s.kind is SignalKind.LATENCY else s for s in timed(name, *SLOW)]
        for name in ("web", "api")
    ]
    found = origin(signals, [call("web", "api")])
    assert found.beyond_chance
    assert found.parts[0].service == "api"
