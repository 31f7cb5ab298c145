"""Every port with weather in front of it: calls fail as the real adapters can make them appear to the machine.

`Bad.around` is put between the machine and honest ports. A question comes back as a gap of any reason, late, cut down
or with no number in it; a write of the store is refused as busy before or after it was done; an action is turned away,
or its answer is lost; the clock jumps and stands still.
"""

import asyncio
import dataclasses
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from math import nan
from typing import Any

from langgraph.checkpoint.base import BaseCheckpointSaver

from agent.errors import Refused, Temporary, Uncertain
from agent.model.action import Action, Applied, Observation, Observed, Preview, TargetState
from agent.model.freeze import CalendarFile, CalendarReading
from agent.model.question import Gap, GapReason, MetricAnswer
from agent.ports import Approvals, Ports
from integrations.simulation.clock import ManualClock
from tests.torture.weather import Fault, Weather

PATIENCE = 15.0
"""Seconds after which an adapter gives a silent server up."""

GAPS = {
    "no answer in time": GapReason.TIMED_OUT,
    "connection reset": GapReason.FAILED,
    "429 too many requests": GapReason.FAILED,
    "500 internal error": GapReason.FAILED,
    "410 the continuation expired twice": GapReason.FAILED,
    "not whole JSON": GapReason.FAILED,
    "garbage": GapReason.FAILED,
    "403 forbidden": GapReason.REFUSED,
    "larger than 64 MiB": GapReason.OUT_OF_RANGE,
}
LATE, CUT, NAN, LOST = "slow", "cut down", "no numbers", "data lost"


class Sky:
    """A source of answers."""

    def __init__(self, port: str, source: Any, clock: ManualClock, weather: Weather) -> None:
        self._port, self._source, self._clock, self._weather = port, source, clock, weather
        self._kinds = [*GAPS, LATE, CUT, *([NAN, LOST] if port == "metrics" else [])]

    async def ask(self, question: Any) -> Any:
        fault = self._weather.strikes(self._port, "ask", self._kinds, question)
        if fault is None:
            return await self._source.ask(question)
        if fault.kind in (LATE, "no answer in time"):
            await self._clock.sleep(fault.dice.uniform(1, 1.5 * PATIENCE))
        if reason := GAPS.get(fault.kind):
            return Gap(reason=reason, detail=fault.words)
        if fault.kind == LOST:
            return Gap(reason=GapReason.EMPTY, detail=fault.words)
        return _spoilt(await self._source.ask(question), fault)


def _spoilt(answer: Any, fault: Fault) -> Any:
    """Less than the whole, as its source says itself; an answer that cannot say so is none at all."""
    if isinstance(answer, Gap) or fault.kind == LATE:
        return answer
    if isinstance(answer, MetricAnswer):
        series = answer.series
        if fault.kind == NAN:
            return answer.evolve(series=[one.evolve(values=[nan] * len(one.values)) for one in series])
        if len(series) == 1:  # a sum over what was left
            series = [series[0].evolve(values=[value * fault.dice.random() for value in series[0].values])]
        return answer.evolve(series=series[: (len(series) + 1) // 2], warnings=[fault.words])
    if not hasattr(answer, "unseen") or not hasattr(answer, "items"):
        return Gap(reason=GapReason.FAILED, detail=fault.words)
    left = [item for item in answer.items if fault.dice.random() < 0.5]
    return answer.evolve(items=left, unseen=[*answer.unseen, fault.words])


class Hands:
    """An actuator; `then` is called when an action has reached the world."""

    def __init__(self, actuator: Any, clock: ManualClock, weather: Weather, then: Callable[[Action], object]) -> None:
        self._actuator, self._clock, self._weather, self._then = actuator, clock, weather, then

    async def preview(self, action: Action) -> Preview | Gap:
        fault = self._weather.strikes("actuator", "preview", [*GAPS], action)
        if fault:
            return Gap(reason=GAPS[fault.kind], detail=fault.words)
        return await self._actuator.preview(action)

    async def apply(self, action: Action, expected: TargetState, key: str) -> Applied:
        kinds = ["429", "403", "lost before it arrived", "lost after it was done"]
        fault = self._weather.strikes("actuator", "apply", kinds, action)
        match fault.kind if fault else "":
            case "429":
                raise Temporary(fault.words)
            case "403":
                raise Refused(fault.words)
            case "lost before it arrived":
                raise Uncertain(fault.words)
        applied = await self._actuator.apply(action, expected, key)
        self._then(action)
        if fault:
            raise Uncertain(fault.words)
        return applied

    async def observe(self, action: Action, expected: TargetState, key: str) -> Observed:
        fault = self._weather.strikes("actuator", "observe", ["no answer"], action)
        if fault:
            return Observed(observation=Observation.CANNOT_TELL, detail=fault.words)
        return await self._actuator.observe(action, expected, key)


BUSY = ["busy, nothing done", "busy, but done"]


class Shelf:
    """A noun of the store: any call of it may be refused as busy, before or after it was done."""

    def __init__(self, name: str, port: Any, weather: Weather) -> None:
        self._name, self._port, self._weather = name, port, weather

    def __getattr__(self, call: str) -> Any:
        found = getattr(self._port, call)

        async def through(*given: Any, **named: Any) -> Any:
            return await tossed(self._weather, "store", f"{self._name}.{call}", lambda: found(*given, **named))

        return through


async def tossed(weather: Weather, port: str, call: str, do: Callable[[], Any]) -> Any:
    """The call, unless it is refused before, or as if it had been."""
    fault = weather.strikes(port, call, BUSY)
    if fault and fault.kind == BUSY[0]:
        raise Temporary(fault.words)
    done = await do()
    if fault:
        raise Temporary(fault.words)
    return done


class Checkpoints(BaseCheckpointSaver[Any]):
    """A checkpoint store that is busy at times."""

    def __init__(self, saver: BaseCheckpointSaver[Any], weather: Weather) -> None:
        super().__init__(serde=saver.serde)
        self._saver, self._weather = saver, weather

    def get_next_version(self, current: Any, channel: None) -> Any:
        return self._saver.get_next_version(current, channel)

    async def aget_tuple(self, config: Any) -> Any:
        return await tossed(self._weather, "checkpoints", "get", lambda: self._saver.aget_tuple(config))

    async def alist(self, *given: Any, **named: Any) -> Any:
        async for found in self._saver.alist(*given, **named):
            yield found

    async def aput(self, *given: Any) -> Any:
        kept = await tossed(self._weather, "checkpoints", "put", lambda: self._saver.aput(*given))
        self._weather.kept.append(len(self._weather.faults))
        return kept

    async def aput_writes(self, *given: Any) -> Any:
        return await tossed(self._weather, "checkpoints", "writes", lambda: self._saver.aput_writes(*given))


JUMPS = (2.0, 45.0, 600.0, 3600.0, 86_400.0, 5 * 86_400.0)
SELDOM = 0.05
"""Of all ports the clock is read most."""


class Pendulum:
    """The world's clock as the process reads it: set wrong by seconds to days, set right again, and at times standing still.

    While a person is asked it waits with them, as the clock of tests/story_ports.py does.
    """

    def __init__(self, clock: ManualClock, approvals: Approvals, weather: Weather) -> None:
        self._clock, self._approvals, self._weather = clock, approvals, weather
        self._off, self._stands, self._stood = timedelta(0), 0, clock.now()
        self.patient = True

    def now(self) -> datetime:
        fault = self._weather.strikes("clock", "now", ["ahead", "back", "stands", "right"], share=SELDOM)
        if fault and fault.kind == "stands":
            self._stands, self._stood = fault.dice.randint(5, 60), self._clock.now() + self._off
        elif fault:
            sign = {"ahead": 1, "back": -1, "right": 0}[fault.kind]
            self._off = timedelta(seconds=sign * fault.dice.choice(JUMPS) * fault.dice.uniform(0.5, 1.5))
            self._stands = 0
        if self._stands:
            self._stands -= 1
            return self._stood
        return self._clock.now() + self._off

    def right(self) -> None:
        """As the world's."""
        self._off, self._stands = timedelta(0), 0

    async def sleep(self, seconds: float) -> None:
        if self.patient and await self._approvals.pending():
            await asyncio.Event().wait()  # whoever waits for a decision is woken, and cancels this
        await self._clock.sleep(seconds)


class Almanac:
    """Calendars without any freeze, that cannot be read at times."""

    def __init__(self, weather: Weather) -> None:
        self._weather = weather

    async def read(self, files: Sequence[CalendarFile], _at: datetime) -> list[CalendarReading]:
        unread = self._weather.strikes("calendars", "read", ["the file is gone"])
        return [
            CalendarReading(path=file.path, windows=None if unread else [], problem="it is gone" if unread else "")
            for file in files
        ]


def around(ports: Ports, clock: ManualClock, weather: Weather, then: Callable[[Action], object]) -> Ports:
    """The same ports in bad weather; `clock` is the world's."""
    names = [each.name for each in dataclasses.fields(ports.store)]
    store = dataclasses.replace(ports.store, **{n: Shelf(n, getattr(ports.store, n), weather) for n in names})
    return dataclasses.replace(
        ports,
        clock=Pendulum(clock, ports.store.approvals, weather),
        metrics=Sky("metrics", ports.metrics, clock, weather),
        cluster=Sky("cluster", ports.cluster, clock, weather),
        actuator=Hands(ports.actuator, clock, weather, then),
        calendars=Almanac(weather),
        store=store,
    )
