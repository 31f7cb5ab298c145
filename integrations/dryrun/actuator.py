"""Dry run as an adapter: the whole machine works as always, and this is where its hand stops.

`agent.reality` puts it before the real actuator. Previews are the real ones, so that what is said is exact. An
action ends as Held: the ledger keeps it as "held", which counts for no limit, is no attempt and settles nothing
about the playbook; the incident then holds re-fires (agent.policy.correlate).
"""

from agent.errors import Held
from agent.model.action import Action, Applied, Observed, Preview, TargetState
from agent.model.question import Gap
from agent.ports import Actuator

NOTICE = "this is a dry run: even when it is approved, nothing will be changed"


class DryActuator:
    """An Actuator that previews and never applies."""

    def __init__(self, actuator: Actuator) -> None:
        """`actuator` is asked for previews only, which change nothing."""
        self._actuator = actuator

    async def preview(self, action: Action) -> Preview | Gap:
        """The real preview, with a warning on the card that nothing will come of it."""
        answer = await self._actuator.preview(action)
        return answer if isinstance(answer, Gap) else answer.evolve(warnings=[NOTICE, *answer.warnings])

    async def apply(self, action: Action, expected: TargetState, key: str) -> Applied:
        """Always Held: what would have been done, to which state of the target."""
        del key
        raise Held(
            f"dry run: would {action}, at generation {expected.generation} with spec {expected.spec_hash};"
            " nothing was changed"
        )

    async def observe(self, action: Action, expected: TargetState, key: str) -> Observed:
        """An attempt of this process is never under way; one of a real run before may be: it is looked at."""
        return await self._actuator.observe(action, expected, key)
