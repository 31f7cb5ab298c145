"""The adapter against a server that plays each failure over real HTTP."""

import math
from datetime import timedelta
from typing import Any

import pytest

from agent.model.query import Raw, Select
from agent.model.question import (
    Gap,
    GapReason,
    InstantQuestion,
    MetricAnswer,
    MetricQuestion,
    RangeQuestion,
    SeriesQuestion,
)
from agent.model.record import Window
from integrations.prometheus.source import Prometheus
from tests.prometheus.questions import EITHER, HOUR, INSTANT, LONG, NOW, RANGE, SERIES, UP, asked, gap
from tests.prometheus.stage import (
    Play,
    Stage,
    breaks_off,
    data,
    drips,
    error,
    hangs,
    hangs_up,
    matrix,
    says,
    vector,
)
from tests.servers import free_port


async def test_nan_and_infinities_are_values(stage: Stage, source: Prometheus):
    stage.plays = [vector("NaN", "+Inf", "-Inf")]
    reply = await source.ask(INSTANT)
    assert isinstance(reply, MetricAnswer)
    assert [one.labels["n"] for one in reply.series] == ["0", "1", "2"]
    assert [one.values[0] for one in reply.series] == pytest.approx([math.nan, math.inf, -math.inf], nan_ok=True)
    assert reply.series[0].times == [1.5]
    assert reply.text == "up"


@EITHER
async def test_warnings_and_infos_come_along(question: MetricQuestion, stage: Stage, source: Prometheus):
    play = vector if question is INSTANT else matrix
    stage.plays = [play("1", warnings=["store a is down, password=hunter22"], infos=["not a counter"]), play("1")]
    reply, next_reply = await source.ask(question), await source.ask(question)
    assert isinstance(reply, MetricAnswer)
    assert reply.warnings == ["store a is down, password=[redacted]", "not a counter"]
    assert isinstance(next_reply, MetricAnswer)
    assert next_reply.warnings == []


@EITHER
async def test_an_answer_of_which_a_part_is_missing_says_so(question: MetricQuestion, stage: Stage, source: Prometheus):
    play = vector if question is INSTANT else matrix
    stage.plays = [play("1", isPartial=True), play("1", isPartial=False)]
    part, whole = await source.ask(question), await source.ask(question)
    assert isinstance(part, MetricAnswer)
    assert ["partial" in said for said in part.unseen] == [True]
    assert isinstance(whole, MetricAnswer)
    assert whole.unseen == []


@EITHER
async def test_no_series_is_empty_and_says_what_was_asked(question: MetricQuestion, stage: Stage, source: Prometheus):
    stage.plays = [(vector if question is INSTANT else matrix)(warnings=["one store did not answer"])]
    detail = gap(await source.ask(question), GapReason.EMPTY)
    assert "up" in detail
    assert "one store did not answer" in detail


MEANING: dict[str, tuple[Play, GapReason, str]] = {
    "a bad query": (error(400, "bad_data", "parse error at char 3"), GapReason.FAILED, "parse error at char 3"),
    "a query that fails": (error(422, "execution", "many-to-many matching"), GapReason.FAILED, "many-to-many"),
    "a feature that is too new": (
        error(400, "bad_data", 'unknown function with name "info"'),
        GapReason.FAILED,
        "unknown function",
    ),
    "a secret in an error": (error(400, "bad_data", "bad token=abc123def"), GapReason.FAILED, "token=[redacted]"),
    "a query the server gave up": (error(503, "timeout", "query timed out"), GapReason.TIMED_OUT, "query timed out"),
    "no rights": (says(403, b"go away"), GapReason.REFUSED, "403"),
    "no login": (says(401, b""), GapReason.REFUSED, "token"),
    "too many samples": (
        error(422, "execution", "query processing would load too many samples into memory"),
        GapReason.OUT_OF_RANGE,
        "too many samples",
    ),
    "another site": (says(404, b"<html>nginx</html>"), GapReason.FAILED, "no Prometheus API"),
    "a page instead of JSON": (says(200, b"<html>", Content_Type="text/html"), GapReason.FAILED, "text/html"),
    "half of a JSON": (says(200, b'{"status":"success","data":{"resu'), GapReason.FAILED, "cut off"),
    "JSON of something else": (says(200, ["success"]), GapReason.FAILED, "not Prometheus"),
    "an envelope without a result": (data({"version": "1"}), GapReason.FAILED, "not a query's result"),
    "a result of another shape": (
        data({"resultType": "vector", "result": [{"metric": {}, "value": 7}]}),
        GapReason.FAILED,
        "not shaped like",
    ),
    "a value that is no number": (vector("many"), GapReason.FAILED, "not shaped like"),
    "an error with status 200": (error(200, "bad_data", "no"), GapReason.FAILED, "bad_data: no"),
    "more series than allowed": (vector("1", "2", "3", "4"), GapReason.OUT_OF_RANGE, "more than 3 series"),
    "a redirect": (says(302, b"", Location="http://elsewhere.example/"), GapReason.FAILED, "elsewhere.example"),
    "native histograms only": (
        data({"resultType": "vector", "result": [{"metric": {}, "histogram": [1, {"count": "1"}]}]}),
        GapReason.EMPTY,
        "native histograms",
    ),
}


@pytest.mark.parametrize(("play", "reason", "words"), MEANING.values(), ids=MEANING.keys())
@EITHER
async def test_a_reply_means(
    question: MetricQuestion, play: Play, reason: GapReason, words: str, stage: Stage, source: Prometheus
):
    stage.plays = [play]
    assert words in gap(await source.ask(question), reason)
    assert len(stage.asked) == 1


TRANSIENT: dict[str, Play] = {
    "429": says(429, b"slow down", Retry_After="0"),
    "502": says(502, b"bad gateway"),
    "503": says(503, b"no healthy upstream"),
    "504": says(504, b"gateway timeout"),
    "not ready": error(503, "unavailable", "TSDB not ready"),
    "hung up": hangs_up,
    "broken off": breaks_off,
}


@pytest.mark.parametrize("play", TRANSIENT.values(), ids=TRANSIENT.keys())
@EITHER
async def test_what_may_pass_is_asked_up_to_three_times(
    question: MetricQuestion, play: Play, stage: Stage, source: Prometheus
):
    good = vector("1") if question is INSTANT else matrix("1")
    stage.plays = [play, play, good]
    assert isinstance(await source.ask(question), MetricAnswer)
    assert len(stage.asked) == 3
    stage.plays = [play]
    reply = await source.ask(question)
    assert isinstance(reply, Gap)
    assert reply.reason in {GapReason.FAILED, GapReason.TIMED_OUT}
    assert len(stage.asked) == 6


@EITHER
async def test_a_wait_longer_than_our_time_is_not_begun(question: MetricQuestion, stage: Stage, source: Prometheus):
    stage.plays = [says(429, b"slow down", Retry_After="3600")]
    assert "429" in gap(await source.ask(question), GapReason.FAILED)
    assert len(stage.asked) == 1


@EITHER
async def test_nobody_listening_is_a_failure(question: MetricQuestion):
    port = free_port()
    detail = gap(await asked(question, f"http://user:hunter22@127.0.0.1:{port}"), GapReason.FAILED)
    assert f"127.0.0.1:{port}" in detail
    assert "hunter22" not in detail


@EITHER
@pytest.mark.parametrize("play", [hangs, drips])
async def test_no_end_within_the_timeout_is_timed_out(question: MetricQuestion, play: Any, stage: Stage):
    stage.plays = [play(stage)]
    gap(await asked(question, stage.url, timeout_seconds=0.4), GapReason.TIMED_OUT)


@EITHER
async def test_a_reply_over_the_size_limit_is_out_of_range(question: MetricQuestion, stage: Stage):
    stage.plays = [vector(*["1"] * 200)]
    assert "5000 bytes" in gap(await asked(question, stage.url, max_bytes=5000), GapReason.OUT_OF_RANGE)


async def test_too_many_points_are_not_even_asked(stage: Stage, source: Prometheus):
    question = RangeQuestion(query=UP, window=Window(start=NOW - timedelta(days=1), end=NOW), step_seconds=1)
    assert "86401 points" in gap(await source.ask(question), GapReason.OUT_OF_RANGE)
    backwards = RangeQuestion(query=UP, window=Window(start=NOW, end=NOW - timedelta(hours=1)))
    assert "ends" in gap(await source.ask(backwards), GapReason.FAILED)
    assert stage.asked == []


async def test_a_range_is_asked_to_the_millisecond_as_a_form(stage: Stage, source: Prometheus):
    stage.plays = [matrix("1")]
    reply = await source.ask(RANGE)
    assert isinstance(reply, MetricAnswer)
    [seen] = stage.asked
    assert (seen.method, seen.path, seen.query) == ("POST", "/api/v1/query_range", "")
    assert seen.fields["start"] == [f"{(NOW - timedelta(hours=1)).timestamp():.3f}"]
    assert seen.fields["step"] == ["60"]
    assert seen.fields["limit"] == ["4"]


async def test_a_short_query_is_a_get_and_a_long_one_a_form(stage: Stage, source: Prometheus):
    stage.plays = [vector("1")]
    for question in (INSTANT, LONG):
        assert isinstance(await source.ask(question), MetricAnswer)
    short, long = stage.asked
    assert (short.method, short.fields["query"], short.fields["time"]) == ("GET", ["up"], [f"{NOW.timestamp():.3f}"])
    assert (long.method, long.query) == ("POST", "")
    assert long.fields["query"][0].endswith('pod-499"}')


async def test_a_users_own_query_may_be_a_number_or_a_range(stage: Stage, source: Prometheus):
    stage.plays = [data({"resultType": "scalar", "result": [5, "2.5"]}), matrix("1")]
    scalar = await source.ask(InstantQuestion(query=Raw(promql="2.5"), at=NOW))
    assert isinstance(scalar, MetricAnswer)
    assert (scalar.series[0].labels, scalar.series[0].times, scalar.series[0].values) == ({}, [5], [2.5])
    assert isinstance(await source.ask(InstantQuestion(query=Raw(promql="up[1m]"), at=NOW)), MetricAnswer)
    stage.plays = [data({"resultType": "string", "result": [5, "x"]})]
    assert "string" in gap(await source.ask(InstantQuestion(query=Raw(promql='"x"'), at=NOW)), GapReason.FAILED)


async def test_series_are_listed_for_every_selector(stage: Stage, source: Prometheus):
    stage.plays = [data([{"__name__": "up", "pod": "b"}, {"__name__": "up", "pod": "a"}], warnings=["partial"])]
    reply = await source.ask(SeriesQuestion(selectors=[UP, Select(metric="down")], window=HOUR))
    assert isinstance(reply, MetricAnswer)
    assert [one.labels["pod"] for one in reply.series] == ["a", "b"]
    assert reply.warnings == ["partial"]
    assert stage.asked[0].fields["match[]"] == ["up", "down"]
    stage.plays = [data([]), data({"no": "list"})]
    gap(await source.ask(SERIES), GapReason.EMPTY)
    gap(await source.ask(SERIES), GapReason.FAILED)


async def test_the_version_is_what_the_server_says(stage: Stage, source: Prometheus):
    stage.plays = [data({"version": "2.42.0+ds"}), data({}), says(404, b"404 page not found")]
    assert await source.version() == "2.42.0+ds"
    assert "no version" in gap(await source.version(), GapReason.FAILED)
    assert "404" in gap(await source.version(), GapReason.FAILED)
    assert stage.asked[0].path == "/api/v1/status/buildinfo"


async def test_a_path_before_the_api_is_kept(stage: Stage):
    stage.plays = [vector("1")]
    await asked(INSTANT, f"{stage.url}/prometheus/")
    await asked(RANGE, f"{stage.url}/prometheus")
    assert [seen.path for seen in stage.asked] == ["/prometheus/api/v1/query", "/prometheus/api/v1/query_range"]
