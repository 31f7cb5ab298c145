"""The MetricSource that asks a real Prometheus. Built by `agent.reality`; `steadyhand doctor` asks its version.

Two HTTP clients share one door (`transport`), because neither does it all. prometheus-api-client 0.7.2
asks instant values of our own short queries: that is one GET, and the list of results that it returns is all of
it. It puts a query into the URL even with POST, drops the result's type, has no build information, and
rounds a range to whole seconds; so ranges, series listings, long queries, users' own PromQL and the
version are asked with httpx, as a form where there is one. What the library leaves out on its own path
(deadline, size, warnings, errorType) is put back by the session it is given (`session`).
"""

import asyncio
from collections.abc import Callable

from agent.model.question import (
    Gap,
    GapReason,
    InstantQuestion,
    MetricAnswer,
    MetricQuestion,
    RangeQuestion,
    SeriesQuestion,
)
from agent.model.record import Instant
from agent.reasoning.evaluate import has_raw, points
from agent.reasoning.promql import render
from integrations.prometheus.access import Access
from integrations.prometheus.reply import Envelope, NoAnswer, cleaned, read_labels, read_series, results
from integrations.prometheus.transport import Fields, Transport

_LONGEST_IN_URL = 1500
"""Characters of PromQL that fit into a URL after escaping (up to three each) under the usual limit of 8 KiB."""
_SERVER_SHARE = 0.9
"""The server gets this part of our timeout, so that its own words about a timeout can still arrive."""


class Prometheus:
    """A MetricSource over HTTP: Prometheus 2.x and 3.x, or what answers like it."""

    def __init__(  # noqa: PLR0913 - one keyword for each thing a user may have to set
        self,
        url: str,
        *,
        headers: dict[str, str] | None = None,
        bearer_token: Callable[[], str] | None = None,
        ca_file: str | None = None,
        verify: bool = True,
        timeout_seconds: float = 15,
        max_points: int = 11_000,
        max_series: int = 2_000,
        max_bytes: int = 20_000_000,
    ) -> None:
        """Connects to nothing yet. Raises Unusable for a URL, a header or a CA file that cannot work."""
        self._access = Access(
            url=url,
            headers=dict(headers or {}),
            bearer_token=bearer_token,
            ca_file=ca_file,
            verify=verify,
            timeout_seconds=timeout_seconds,
            max_bytes=max_bytes,
        )
        self._transport = Transport(self._access)
        self._max_points = max_points
        self._max_series = max_series

    async def ask(self, question: MetricQuestion) -> MetricAnswer | Gap:
        """Series in the order of their labels; NaN and infinities are values, no series at all is Gap(EMPTY)."""
        try:
            match question:
                case InstantQuestion():
                    return await self._instant(question)
                case RangeQuestion():
                    return await self._range(question)
                case SeriesQuestion():
                    return await self._series(question)
        except NoAnswer as end:
            return end.gap

    async def version(self) -> str | Gap:
        """What the server calls itself, as in "2.42.0"; servers before 2.14 do not tell."""
        try:
            data = (await self._transport.get("/api/v1/status/buildinfo")).data
        except NoAnswer as end:
            return end.gap
        if isinstance(data, dict) and isinstance(data.get("version"), str):
            return cleaned(data["version"])
        return Gap(reason=GapReason.FAILED, detail="the server's build information names no version")

    async def aclose(self) -> None:
        """Give the connections back; ask nothing afterwards."""
        await self._transport.aclose()

    async def _instant(self, question: InstantQuestion) -> MetricAnswer | Gap:
        text = render(question.query)
        fields = {**self._limits(), "time": _seconds(question.at)}
        if len(text) <= _LONGEST_IN_URL and not has_raw(question.query):
            envelope = await self._transport.instant(text, fields)
        else:
            envelope = await self._transport.post("/api/v1/query", {"query": text, **fields})
        return await self._answer(envelope, text)

    async def _range(self, question: RangeQuestion) -> MetricAnswer | Gap:
        try:
            count = points(question.window, question.step_seconds)
        except ValueError as error:
            raise NoAnswer(GapReason.FAILED, str(error)) from error
        if count > self._max_points:
            detail = (
                f"{count} points a series are more than {self._max_points}: ask for a longer step or a shorter window"
            )
            raise NoAnswer(GapReason.OUT_OF_RANGE, detail)
        text = render(question.query)
        fields: Fields = {**self._limits(), "query": text, "step": str(question.step_seconds)}
        fields |= {"start": _seconds(question.window.start), "end": _seconds(question.window.end)}
        return await self._answer(await self._transport.post("/api/v1/query_range", fields), text)

    async def _series(self, question: SeriesQuestion) -> MetricAnswer | Gap:
        selectors = [render(one) for one in question.selectors]
        fields: Fields = {**self._limits(), "match[]": selectors}
        fields |= {"start": _seconds(question.window.start), "end": _seconds(question.window.end)}
        envelope = await self._transport.post("/api/v1/series", fields)
        answer = MetricAnswer(series=read_labels(envelope.data), text="\n".join(selectors), warnings=envelope.warnings)
        return self._checked(answer)

    async def _answer(self, envelope: Envelope, text: str) -> MetricAnswer | Gap:
        series, notes = await asyncio.to_thread(read_series, *results(envelope))
        return self._checked(MetricAnswer(series=series, text=text, warnings=[*envelope.warnings, *notes]))

    def _checked(self, answer: MetricAnswer) -> MetricAnswer | Gap:
        said = "".join(f" ({one})" for one in answer.warnings)
        if not answer.series:
            return Gap(reason=GapReason.EMPTY, detail=f"no data for {answer.text}{said}")
        if len(answer.series) > self._max_series:
            detail = f"more than {self._max_series} series for {answer.text}: aggregate, or narrow the selection"
            return Gap(reason=GapReason.OUT_OF_RANGE, detail=detail)
        return answer

    def _limits(self) -> dict[str, str]:
        """One series more than allowed is enough to know; servers that do not know `limit` ignore it."""
        return {"limit": str(self._max_series + 1), "timeout": f"{self._access.timeout_seconds * _SERVER_SHARE:g}"}


def _seconds(moment: Instant) -> str:
    """Epoch seconds to the millisecond, which is all that Prometheus keeps."""
    return f"{moment.timestamp():.3f}"
