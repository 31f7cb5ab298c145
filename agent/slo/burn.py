"""Burn rates over several windows, after the Google SRE workbook, chapter 5 ("Alerting on SLOs").

Called by triage (how urgent) and verify (did it help).
"""

from datetime import datetime

from agent.model.slo import Burn, BurnReading, Severity, Slo

HOUR, DAY = 3600, 86400

BUDGET_ROWS = [
    # severity, share of the period's budget, long window, short window (one twelfth of the long)
    (Severity.PAGE, 0.02, HOUR, HOUR // 12),
    (Severity.PAGE, 0.05, 6 * HOUR, HOUR // 2),
    (Severity.TICKET, 0.10, DAY, 2 * HOUR),
    (Severity.TICKET, 0.10, 3 * DAY, 6 * HOUR),
]
"""The workbook's table 5-8: spending this share of the budget within the long window is worth that alert."""


def factor(budget_share: float, long_seconds: int, period_days: int) -> float:
    """The burn rate that spends `budget_share` of a period's budget in the long window: 14.4, 6, 3, 1 for 30 days."""
    return budget_share * period_days * DAY / long_seconds


def burn_rate(error_ratio: float, objective: float) -> float:
    """How many times faster than allowed the budget is spent; error_ratio 0 to 1, objective below 1."""
    return error_ratio / (1 - objective)


def windows() -> list[int]:
    """Every window the table needs, in seconds, shortest first."""
    return sorted({seconds for row in BUDGET_ROWS for seconds in row[2:]})


def burn(slo: Slo, ratios: dict[int, float | None], at: datetime) -> Burn:
    """The table filled with measured error ratios by window; None stays unknown."""

    def rate(window: int) -> float | None:
        ratio = ratios.get(window)
        return None if ratio is None else burn_rate(ratio, slo.objective)

    readings = [
        BurnReading(
            severity=severity,
            factor=round(factor(share, long, slo.period_days), 3),
            long_seconds=long,
            short_seconds=short,
            long_burn=rate(long),
            short_burn=rate(short),
        )
        for severity, share, long, short in BUDGET_ROWS
    ]
    return Burn(at=at, objective=slo.objective, readings=readings)
