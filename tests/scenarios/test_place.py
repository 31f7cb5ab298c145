"""Another incident is at the place: nothing is done there, and a replay gives the same reason, whichever it was."""

import dataclasses

import pytest

from agent.model.action import LedgerEntry, LedgerState, Restart
from agent.model.entity import Entity
from agent.replay import replay
from tests.simulation.stage import START

CHECKOUT = Entity(kind="Deployment", namespace="shop", name="checkout")
SCALER = Entity(kind="HorizontalPodAutoscaler", namespace="shop", name="somebody-elses")
HELD = {
    "the target itself": (CHECKOUT, [], "another incident is acting on Deployment shop/checkout"),
    "by the place another kept": (SCALER, [SCALER, CHECKOUT], "another incident is acting on Deployment shop/checkout"),
    "where it cannot be told": (
        SCALER,
        [],
        "whether another incident is acting on Deployment shop/checkout is not known",
    ),
}


def elsewhere(target: Entity, place: list[Entity]):
    """A house in which another incident is in the middle of acting."""
    entry = LedgerEntry(
        key="k",
        incident_id="another",
        action=Restart(target=target),
        state=LedgerState.EXECUTING,
        at=START,
        place=place,
    )

    class Busy:
        def __init__(self, ledger):
            self.begin, self.mark, self._real = ledger.begin, ledger.mark, ledger

        async def entries(self, incident_id=None):
            return [*([] if incident_id else [entry]), *await self._real.entries(incident_id)]

    def around(ports, saver):
        store = dataclasses.replace(ports.store, ledger=Busy(ports.store.ledger))
        return dataclasses.replace(ports, store=store), saver

    return around


@pytest.mark.parametrize("name", HELD)
async def test_a_place_that_another_incident_holds_is_left_alone_and_a_replay_says_why(tell, name):
    target, place, reason = HELD[name]
    story = await tell("bad_release", seed=3, around=elsewhere(target, place))
    await story.alerted()
    report = await story.closed()
    assert (report.permission.rule, report.permission.reason) == ("lock", reason)
    assert story.effects() == []
    replayed = await replay(await story.daemon.snapshot(story.incident_id))
    assert replayed.report.permission == report.permission
