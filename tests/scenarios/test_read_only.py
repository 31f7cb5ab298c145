"""With rights to read alone: the cause is found and told, nothing is proposed, and the report says why."""

import dataclasses

from agent.model.incident import Resolution
from agent.model.question import Gap, GapReason

FORBIDDEN = (
    'deployments.apps is forbidden: User "system:serviceaccount:sre:reader" cannot update resource "deployments"'
)


class ReadOnly:
    """An actuator as the API server makes it of an account without a right to write: previews are writes to it too."""

    async def preview(self, _action):
        return Gap(reason=GapReason.REFUSED, detail=FORBIDDEN)


def reading(ports, saver):
    return dataclasses.replace(ports, actuator=ReadOnly()), saver


async def test_what_it_may_not_do_it_does_not_propose_and_names_the_right(tell):
    story = await tell("bad_release", around=reading)
    await story.alerted()
    report = await story.closed()
    assert report.proposal is None
    assert report.incident.resolution is Resolution.ADVISED
    (reason,) = [each for each in report.next_steps if "could not be previewed" in each]
    assert "is not proposed, for want of the right to do it: refused: deployments.apps is forbidden" in reason
    assert story.effects() == []
