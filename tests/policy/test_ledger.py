"""What may follow what in the ledger, each pair of states."""

import pytest

from agent.model.action import LedgerState
from agent.policy.ledger import out_of_order

INTENT, EXECUTING, DONE, REFUSED, HELD, UNKNOWN = (
    LedgerState.INTENT,
    LedgerState.EXECUTING,
    LedgerState.DONE,
    LedgerState.REFUSED,
    LedgerState.HELD,
    LedgerState.UNKNOWN,
)
ALLOWED = {
    (INTENT, EXECUTING),
    (INTENT, REFUSED),  # stopped before the call: an approval that ran out, a person who took over
    (INTENT, HELD),
    *((EXECUTING, outcome) for outcome in (DONE, REFUSED, HELD, UNKNOWN)),
    *((state, state) for state in LedgerState),  # the same again, by a step that is repeated
}


@pytest.mark.parametrize("before", LedgerState)
@pytest.mark.parametrize("after", LedgerState)
def test_an_entry_goes_from_intent_over_executing_to_an_outcome_and_stays_there(before, after):
    assert bool(out_of_order(before, after)) == ((before, after) not in ALLOWED)


def test_the_reason_names_both_states():
    assert out_of_order(INTENT, DONE) == "done does not follow intent; nothing was recorded"
    assert out_of_order(DONE, EXECUTING) == "it ended as done and stays that; executing was not recorded"
