"""Query values as PromQL: what is sent to the server, shown as evidence, and pasted into Grafana.

Called by `integrations.prometheus`, and by whatever answers queries offline, so that evidence always shows what to paste.
The same query always gives the same text.
"""

import re

from agent.model.query import Aggregate, Increase, Matcher, Quantile, Query, Rate, Ratio, Raw, Select

_NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
_ESCAPES = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n", "\r": r"\r", "\t": r"\t"})


def render(query: Query) -> str:
    """The PromQL text of a query; `Raw` is passed on as it is."""
    match query:
        case Select():
            return _select(query)
        case Rate() | Increase():
            return f"{query.kind}({_select(query.of)}[{duration(query.window_seconds)}])"
        case Aggregate():
            by = f" by ({', '.join(_label(name) for name in query.by)}) " if query.by else ""
            return f"{query.op}{by}({_inside(query.of)})"
        case Ratio():
            return _ratio(query)
        case Quantile():
            return f"histogram_quantile({query.q!r}, {_inside(query.of)})"
        case Raw():
            return query.promql


def duration(seconds: int) -> str:
    """A PromQL duration in its largest whole unit: 300 is 5m, 90 is 90s."""
    for size, unit in ((86400, "d"), (3600, "h"), (60, "m")):
        if seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def _select(select: Select) -> str:
    matchers = list(select.matchers)
    outside = _NAME.fullmatch(select.metric) is not None and all(one.label != "__name__" for one in matchers)
    if select.metric and not outside:
        # a name that PromQL cannot write in front, or has to meet a second condition, is a matcher like any other
        matchers.insert(0, Matcher(label="__name__", value=select.metric))
    braces = ",".join(f"{_label(one.label)}{one.op}{_quoted(one.value)}" for one in matchers)
    name = select.metric if outside else ""
    return f"{name}{{{braces}}}" if braces or not name else name


def _ratio(query: Ratio) -> str:
    below = _operand(query.denominator)
    text = f"({_operand(query.numerator)} or {below} * 0) / {below}"
    return f"1 - {text}" if query.complement else text


def _operand(query: Query) -> str:
    """In parentheses where PromQL's precedence could read it differently."""
    return f"({_inside(query)})" if isinstance(query, Ratio | Raw) else render(query)


def _inside(query: Query) -> str:
    """Between parentheses, where a comment in a user's own text must not swallow the closing one."""
    text = render(query)
    return f"{text}\n" if isinstance(query, Raw) and "#" in text else text


def _label(name: str) -> str:
    return name if _LABEL.fullmatch(name) else _quoted(name)


def _quoted(value: str) -> str:
    return f'"{value.translate(_ESCAPES)}"'
