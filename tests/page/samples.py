"""Reports to draw: the worked example with its pictures, and the same with hostile text in every place that takes text."""

from enum import Enum

from agent.model.picture import CLOSE_UP, LOOK_BACK, Curve, Link, Side
from agent.model.record import Record
from agent.model.report import Report
from tests.cli import samples

START = samples.at(-2).timestamp()
SIDES = [Side.counted("7.1, 3 pods", 310, 1000), Side.counted("7.2, 3 pods", 300, 1000)]
HOSTILE = (
    "<script>alert(1)</script>\"onload=\"alert(2)\" ' onload='x' --><img src=http://evil.example/x.png> ]]> &lt; "
    "\u202egnp.exe\u2066 \u0000\ud800 \x1b[31mE9 javascript:alert(3) </style></title></svg>"
)


def curve(name: str = CLOSE_UP, values=None) -> Curve:
    found = values if values is not None else [0.0, 0.001, None, 0.0, 0.0, 0.1, 0.31, 0.30]
    return Curve(name=name, unit="ratio", times=[START + 60 * i for i in range(len(found))], values=found)


def links() -> list[Link]:
    return [
        Link(caller="store/search", callee="store/index", known_by="a mesh", measured=True, bad=120, total=400, failing=True),
        Link(caller="store/search", callee="store/prices", known_by="configuration names prices"),
        Link(caller="store/index", callee="idx.example.net", known_by="a mesh", measured=True, external=True),
    ]  # fmt: skip


def report(**changes) -> Report:
    compared = [h.evolve(tests=[t.evolve(sides=SIDES) for t in h.tests]) for h in samples.settled()]
    whole = samples.report(hypotheses=compared, curves=[curve(LOOK_BACK), curve()], links=links())
    return whole.evolve(**changes)


def hostile(text: str = HOSTILE) -> Report:
    """A whole report of it; only the curves keep their names, so that they are drawn."""
    return poisoned(report(), text).model_copy(update={"curves": report().curves})


def poisoned(record: Record, text: str = HOSTILE) -> Record:
    """The same record with this text wherever any text may stand; unvalidated, as nothing may rely on that."""
    fields = type(record).model_fields
    return record.model_copy(
        update={name: _poisoned(getattr(record, name), text) for name, f in fields.items() if "Literal" not in f"{f}"}
    )


def _poisoned(value, text):
    match value:
        case Enum() | bool() | int() | float() | None:
            return value
        case str():
            return text
        case list():
            return [_poisoned(each, text) for each in value]
        case dict():
            return dict.fromkeys([text], _poisoned(next(iter(value.values())), text)) if value else {}
        case Record():
            return poisoned(value, text)
        case _:
            return value
