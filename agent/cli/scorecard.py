"""`steadyhand scorecard`: how far the daemon's confidences could be trusted, by what its own actions turned out to do.

Only a verification settles a verdict: the burn fell after the cause was treated, or it did not. What
nobody acted on stays unknown and is counted as that.
"""

from agent.cli.client import Client
from agent.cli.exits import ExitCode
from agent.cli.layout import listing, terminal
from agent.cli.machine import print_json
from agent.model.report import Conclusion, Report
from agent.model.verification import VerificationKind
from agent.reasoning.calibration import Outcome, Scorecard, score

LIMIT = 1000
FEW = 20
"""Below this many settled verdicts the figures say little."""

SETTLED = {VerificationKind.RECOVERED: True, VerificationKind.NOT_RECOVERED: False}


def run(client: Client, *, as_json: bool) -> int:
    """Score every closed incident whose verdict was put to the proof."""
    with client:
        reports = [client.report(incident.id) for incident in client.incidents("closed", LIMIT)]
    stated = [report for report in reports if report.conclusion is Conclusion.CONFIRMED]
    settled = [outcome for report in stated if (outcome := outcome_of(report))]
    card = score(settled)
    if as_json:
        figures = card.model_dump(mode="json") if card else None
        print_json({"closed": len(reports), "confirmed": len(stated), "settled": len(settled), "scorecard": figures})
    else:
        _tell(card, closed=len(reports), confirmed=len(stated))
    return ExitCode.CONFIRMED


def outcome_of(report: Report) -> Outcome | None:
    """What a report's confidence turned out to be worth, where that was put to the proof."""
    kind = report.verification.kind if report.verification else None
    if kind not in SETTLED:
        return None
    return Outcome(confidence=report.confidence, true=SETTLED[kind])


def _tell(card: Scorecard | None, *, closed: int, confirmed: int) -> None:
    console = terminal()
    settled = card.count if card else 0
    console.print(f"{closed} closed incidents, a cause confirmed in {confirmed}, put to the proof in {settled}")
    if card is None:
        console.print("no verdict was put to the proof yet: nothing to score")
        return
    console.print(f"true {card.true} of {card.count}; Brier score {card.brier:.3f}, calibration error {card.ece:.3f}")
    table = listing("STATED", "TRUE", "CASES")
    for one in card.bins:
        table.add_row(f"{one.stated:.0%}", f"{one.true:.0%}", str(one.count))
    console.print(table)
    if card.count < FEW:
        console.print(f"with fewer than {FEW} verdicts these figures say little")
