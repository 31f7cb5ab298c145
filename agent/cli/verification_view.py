"""Shows whether the burn fell after an action: each look as a sparkline, the outcome as a sentence."""

from rich.text import Text

from agent.cli.figures import clock, sparkline, times
from agent.cli.layout import cite
from agent.cli.untrusted import line
from agent.model.verification import Verification, VerificationKind

STYLES = {
    VerificationKind.WATCHING: "",
    VerificationKind.RECOVERED: "bold green",
    VerificationKind.NOT_RECOVERED: "bold red",
    VerificationKind.CANNOT_TELL: "bold yellow",
}


def outcome(found: Verification) -> Text:
    """Kind, burn before and after, requests seen, window, reason."""
    text = Text(f"  {found.kind.value.upper()}", style=STYLES[found.kind])
    events = f", {found.events:.0f} requests seen" if found.events is not None else ""
    moved = f"{times(found.burn_before)} → {times(found.burn_after)}{events}"
    measured = (
        f"measured {clock(found.since)} to {clock(found.until)}" if found.since and found.until else "not measured"
    )
    text.append(f"  burn {moved}, {measured}\n", style="not bold default")
    text.append(f"  {line(found.reason)} {cite(found.evidence)}", style="not bold default")
    return text


def look(burns: list[float | None], now: Verification) -> Text:
    """One look while watching: the burns so far, the newest, and until when."""
    text = Text(f"  {sparkline(burns)}", style="cyan")
    until = f"; watching until {clock(now.until)}" if now.until else ""
    text.append(f"  burn {times(now.burn_after)}, was {times(now.burn_before)} before{until}")
    return text
