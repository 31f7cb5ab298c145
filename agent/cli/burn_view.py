"""Shows what an SLO promises and how fast its error budget burns, each window against its factor."""

from rich.console import RenderableType
from rich.text import Text

from agent.cli.figures import objective, times, window
from agent.cli.layout import grid
from agent.cli.untrusted import line
from agent.model.slo import Burn, BurnReading, Slo


def promise(slo: Slo) -> str:
    """The SLO in one line: name, objective, period, and whether anybody stated it."""
    assumed = " (assumed: nobody stated one)" if slo.assumed else ""
    return f"{slo.name}: {objective(slo.objective)} over {slo.period_days} days{assumed}"


def headline(burn: Burn) -> str:
    """The worst window in one line."""
    severity = burn.severity
    state = f"{severity}" if severity else "no window burns faster than its factor"
    return f"{times(burn.worst)} what the budget allows ({state})" if burn.worst is not None else "no data"


def windows(burn: Burn) -> RenderableType:
    """One row a pair of windows: burn over the long and the short one, the factor, and whether it fires."""
    table = grid(1, 10, 18, 20, None)
    table.add_row("", *(Text(title, style="dim") for title in ("windows", "burn (long/short)", "fires above", "")))
    for reading in burn.readings:
        table.add_row("", *_cells(reading))
    return table


def _cells(reading: BurnReading) -> list[Text]:
    style = "bold red" if reading.fires else ""
    return [
        Text(f"{window(reading.long_seconds)}/{window(reading.short_seconds)}"),
        Text(f"{times(reading.long_burn)} / {times(reading.short_burn)}", style=style),
        Text(f"{reading.factor:g}x ({reading.severity})"),
        Text(_state(reading), style=style),
    ]


def _state(reading: BurnReading) -> str:
    if reading.fires:
        return "FIRES"
    if reading.long_burn is None or reading.short_burn is None:
        return "no data"
    return "quiet"


def indicator(slo: Slo) -> str:
    """Where the SLI comes from, in the words of whoever found it."""
    return line(slo.sli.why, 400)
