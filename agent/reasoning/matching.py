"""Which stored series a selector means: PromQL's matchers over label sets.

Regular expressions run on Python's engine where Prometheus has RE2. The two agree on what selectors
are made of in practice; RE2's POSIX classes (`[[:alpha:]]`) and Unicode classes are refused instead of misread.
"""

import re
from functools import lru_cache

from agent.model.query import Matcher, MatchOp, Select, Series
from agent.reasoning.dialect import Dialect
from agent.reasoning.frame import NAME, Labels

_RE2_ONLY = re.compile(r"\[\[:|\\p|\\P|\\z|\\Q|\\C")
_PYTHON_ONLY = re.compile(r"\(\?(?:[=!>(#]|<[=!]|P=)|\\[1-9]|\\Z")


def matching(select: Select, series: list[Series], dialect: Dialect) -> list[Series]:
    """The series of that metric (an empty metric: of any) whose labels meet every matcher.

    Raises ValueError for a regular expression that RE2 or this engine would not take.
    """
    named = Matcher(label=NAME, value=select.metric)
    conditions = [named, *select.matchers] if select.metric else select.matchers
    return [one for one in series if all(_holds(condition, one.labels, dialect) for condition in conditions)]


def _holds(matcher: Matcher, labels: Labels, dialect: Dialect) -> bool:
    value = labels.get(matcher.label, "")
    match matcher.op:
        case MatchOp.EQUAL:
            return value == matcher.value
        case MatchOp.NOT_EQUAL:
            return value != matcher.value
        case MatchOp.REGEX:
            return _pattern(matcher.value, dialect).fullmatch(value) is not None
        case MatchOp.NOT_REGEX:
            return _pattern(matcher.value, dialect).fullmatch(value) is None


@lru_cache(maxsize=512)
def _pattern(text: str, dialect: Dialect) -> re.Pattern[str]:
    if _RE2_ONLY.search(text) or _PYTHON_ONLY.search(text):
        raise ValueError(
            f"regular expression {text!r}: not in the common part of RE2 and Python; write it without that"
        )
    flags = re.ASCII if dialect is Dialect.PROMETHEUS_2 else re.ASCII | re.DOTALL
    try:
        return re.compile(text, flags)
    except re.error as error:
        raise ValueError(f"regular expression {text!r}: {error}") from error
