"""An honest Alertmanager in memory, as far as `agent.silences.Silences` goes: silences that begin, end and are expired."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from agent.model.alert import Alert
from agent.model.query import Matcher, MatchOp
from agent.model.silence import SilenceReading


@dataclass
class MemorySilences:
    """Silences by their number; `problem` makes it one that cannot be asked."""

    now: datetime
    problem: str = ""
    made: list[tuple[list[Matcher], str, datetime, datetime]] = field(default_factory=list)

    def make(self, matchers: Sequence[Matcher], told: str, begins: float = 0, lasts: float = 3600) -> str:
        """A silence that begins so many seconds from now; its id."""
        begin = self.now + timedelta(seconds=begins)
        self.made.append((list(matchers), told, begin, begin + timedelta(seconds=lasts)))
        return str(len(self.made) - 1)

    def expire(self, name: str) -> None:
        """End it now."""
        matchers, told, begin, _ = self.made[int(name)]
        self.made[int(name)] = (matchers, told, begin, self.now)

    async def over(self, alerts: Sequence[Alert]) -> SilenceReading:
        """Those that are on, the oldest first."""
        if self.problem:
            return SilenceReading(problem=self.problem)
        on = [
            (begin, told)
            for matchers, told, begin, end in self.made
            if begin <= self.now < end and any(all(_holds(m, a.labels) for m in matchers) for a in alerts)
        ]
        return SilenceReading(silences=[told for _, told in sorted(on, key=lambda one: one[0])])


def _holds(matcher: Matcher, labels: dict[str, str]) -> bool:
    seen = labels.get(matcher.label, "")
    equal = matcher.op in (MatchOp.EQUAL, MatchOp.REGEX)
    regex = matcher.op in (MatchOp.REGEX, MatchOp.NOT_REGEX)
    met = re.fullmatch(matcher.value, seen, re.ASCII) is not None if regex else seen == matcher.value
    return met is equal
