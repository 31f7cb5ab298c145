from datetime import timedelta

import numpy as np
import pytest

from agent.model.query import Aggregate, AggregateOp, Increase, Matcher, MatchOp, Rate, Raw, Select, Series
from agent.model.question import Gap, GapReason, InstantQuestion, RangeQuestion, SeriesQuestion
from agent.model.record import Window
from agent.reasoning.evaluate import answer
from integrations.simulation.samples import CLIENT, MEMORY, SERVER
from tests.simulation.stage import BAD_IMAGE, START, a_stage

CHECKOUT = Select(metric=SERVER, matchers=[Matcher(label="service", value="checkout")])


def everything(world):
    """All stored samples, as no restriction would give them."""
    rows = list(range(len(world.samples.labels)))
    times, values = world.samples.window(rows, 0, world.advance().timestamp())
    return [
        Series(labels=labels, times=times[np.isfinite(one)].tolist(), values=one[np.isfinite(one)].tolist())
        for labels, one in zip(world.samples.labels, values, strict=True)
    ]


def questions(now):
    narrow = CHECKOUT.where(Matcher(label="http_response_status_code", op=MatchOp.REGEX, value="5.."))
    window = Window(start=now - timedelta(minutes=10), end=now)
    return {
        "an instant select": InstantQuestion(query=CHECKOUT, at=now),
        "a rate by pod": InstantQuestion(query=Aggregate(of=Rate(of=narrow, window_seconds=120), by=["pod"]), at=now),
        "a range": RangeQuestion(
            query=Aggregate(of=Increase(of=narrow, window_seconds=60)), window=window, step_seconds=30
        ),
        "a gauge": InstantQuestion(query=Aggregate(op=AggregateOp.MAX, of=Select(metric=MEMORY), by=["pod"]), at=now),
        "which series": SeriesQuestion(selectors=[CHECKOUT, Select(metric=CLIENT)], window=window),
        "any metric of a pod": SeriesQuestion(
            selectors=[Select(metric="", matchers=[Matcher(label="pod", op=MatchOp.REGEX, value="payments-.+")])],
            window=window,
        ),
    }


@pytest.mark.parametrize("name", questions(START))
async def test_handing_over_only_what_is_needed_changes_no_answer(name):
    stage = a_stage()
    stage.world.release("checkout", BAD_IMAGE)
    stage.later(150)
    question = questions(stage.clock.now())[name]
    assert await stage.metrics.ask(question) == answer(question, everything(stage.world))


async def test_series_carry_the_names_and_labels_that_prometheus_would_show():
    stage = a_stage()
    found = await stage.metrics.ask(questions(stage.clock.now())["which series"])
    labels = [series.labels for series in found.series]
    server = next(one for one in labels if one["__name__"] == SERVER)
    client = next(one for one in labels if one["__name__"] == CLIENT)
    assert set(server) == {"__name__", "namespace", "pod", "service", "http_route", "http_response_status_code"}
    assert set(client) == {"__name__", "namespace", "pod", "server_address", "http_response_status_code"}
    assert {one.get("server_address") for one in labels} >= {"payments", "catalog", "ledger-db"}


def test_a_series_appears_with_its_first_event_only():
    stage = a_stage()
    stored = everything(stage.world)
    assert all(series.values[0] >= 1 for series in stored if series.values)
    silent = [series.labels for series in stored if not series.values]
    assert silent
    assert not any(labels.get("http_response_status_code") == "200" for labels in silent)


async def test_a_killed_container_starts_counting_from_zero_and_loses_no_events_to_it():
    stage = a_stage()
    stage.world.oom("checkout", seconds_to_limit=60)
    stage.later(240)
    pod = next(pod for pod in stage.world.deployment("checkout").pods if pod.restarts)
    select = CHECKOUT.where(
        Matcher(label="pod", value=pod.name), Matcher(label="http_response_status_code", value="200")
    )
    newest = await stage.metrics.ask(InstantQuestion(query=Aggregate(of=select), at=stage.clock.now()))
    grown = await stage.metrics.ask(
        InstantQuestion(query=Aggregate(of=Increase(of=select, window_seconds=3600)), at=stage.clock.now())
    )
    assert newest.series[0].values[0] < grown.series[0].values[0]


async def test_pods_that_are_gone_are_no_longer_scraped():
    stage = a_stage()
    old = stage.world.deployment("checkout").pods[0].name
    stage.world.restart("checkout")
    stage.later(900)
    select = CHECKOUT.where(Matcher(label="pod", value=old))
    gone = await stage.metrics.ask(InstantQuestion(query=select, at=stage.clock.now()))
    assert isinstance(gone, Gap)
    assert gone.reason is GapReason.EMPTY
    assert (await stage.metrics.ask(InstantQuestion(query=select, at=START))).series


@pytest.mark.parametrize(
    ("query", "reason"),
    [(Select(metric="no_such_metric"), GapReason.EMPTY), (Raw(promql="vector(1)"), GapReason.REFUSED)],
)
async def test_a_question_without_an_answer_is_a_gap(query, reason):
    stage = a_stage()
    found = await stage.metrics.ask(InstantQuestion(query=query, at=stage.clock.now()))
    assert isinstance(found, Gap)
    assert found.reason is reason
