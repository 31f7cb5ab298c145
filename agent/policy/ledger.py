"""The order of a ledger entry: intent → executing → an outcome. Called by every store before it marks one.

Nothing is done that was not written down as about to be done, and an outcome is never replaced: whoever
wants it otherwise is a worker that works from an old picture.
"""

from agent.model.action import LedgerState

FOLLOWS = {
    LedgerState.INTENT: {LedgerState.EXECUTING, LedgerState.REFUSED, LedgerState.HELD},
    LedgerState.EXECUTING: {LedgerState.DONE, LedgerState.REFUSED, LedgerState.HELD, LedgerState.UNKNOWN},
}
"""What may come next; nothing follows an outcome."""


def out_of_order(before: LedgerState, after: LedgerState) -> str:
    """Why an entry in one state may not go to the other; empty when it may, or when it is there already."""
    if after is before or after in FOLLOWS.get(before, ()):
        return ""
    if before not in FOLLOWS:
        return f"it ended as {before} and stays that; {after} was not recorded"
    return f"{after} does not follow {before}; nothing was recorded"
