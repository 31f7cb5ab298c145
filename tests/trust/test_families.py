"""Twenty worlds of each family: a release that did it, one that did not, and none at all.

The innocent are never blamed and never acted on; how often the guilty are found is held to a floor
that was measured (20 of 20 each), less a small margin.
"""

import pytest

from tests.trust.score import COLUMNS, score

SEEDS = range(1, 21)
FLOORS = {"bad_release": 18, "innocent_release": 18, "dependency_down": 18}


@pytest.mark.parametrize("scenario", FLOORS)
async def test_in_twenty_worlds_no_innocent_change_is_blamed_and_the_cause_is_found_nearly_always(scenario):
    found = await score(scenario, SEEDS)
    print(dict(zip(COLUMNS, found.cells(), strict=True)))
    assert found.innocent == 0, found
    assert found.astray == 0, found
    assert found.wrong == 0, found
    assert found.right >= FLOORS[scenario], found


async def test_where_there_is_nothing_to_find_nothing_is_found():
    found = await score("nothing_visible", range(1, 9))
    assert (found.abstained, found.astray) == (8, 0), found
