"""`Actuator` over a real API server: finds who does an action, and tells what came of it in the port's words."""

from agent.errors import Refused, Uncertain
from agent.history import Contents
from agent.model.action import Action, Applied, Observation, Observed, Preview, TargetState
from agent.model.content import HistoryLimits
from agent.model.question import Gap, GapReason
from integrations.kubernetes.actions import doers
from integrations.kubernetes.api import Api
from integrations.kubernetes.company import company
from integrations.kubernetes.doer import Doer, Writer
from integrations.kubernetes.failure import Failure

ODD = (ValueError, TypeError, KeyError, AttributeError)
"""What trips over an answer of a shape that no API server gives: something else answered in its place."""


class KubernetesActuator:
    """Carries out every typed action of integrations.kubernetes.actions; `field_manager` is the name our writes carry."""

    def __init__(
        self,
        api: Api,
        field_manager: str = "steadyhand",
        contents: Contents | None = None,
        history: HistoryLimits | None = None,
    ) -> None:
        """`contents` is where earlier contents of ConfigMaps are, and present ones are kept before they are replaced."""
        self._writer = Writer(api, field_manager, contents, history or HistoryLimits())

    async def preview(self, action: Action) -> Preview | Gap:
        """What the server would make of the action; nothing is changed. An action without effect is Gap(EMPTY)."""
        try:
            preview = await _doer(action).preview(self._writer, action)
            return preview.evolve(company=await company(self._writer.api, action.target))
        except Failure as failure:
            return failure.gap()
        except Refused as refusal:
            return Gap(reason=GapReason.EMPTY, detail=str(refusal))
        except ODD as error:
            return Gap(reason=GapReason.FAILED, detail=f"what {action.target} is {_odd(error)}")

    async def apply(self, action: Action, expected: TargetState, key: str) -> Applied:
        """Do it once if the target is as expected. Raises Refused, Temporary or Uncertain as the port says."""
        try:
            return await _doer(action).apply(self._writer, action, expected, key)
        except ODD as error:  # before the write or after it, nobody knows: whoever looks at the target will
            raise Uncertain(f"what came of the attempt to {action} {_odd(error)}") from error

    async def observe(self, action: Action, expected: TargetState, key: str) -> Observed:
        """Whether the attempt with this key reached the target."""
        try:
            return await _doer(action).observe(self._writer, action, expected, key)
        except (Failure, Refused) as trouble:
            return Observed(observation=Observation.CANNOT_TELL, detail=str(trouble))
        except ODD as error:
            return Observed(observation=Observation.CANNOT_TELL, detail=f"what {action.target} is {_odd(error)}")


def _doer(action: Action) -> Doer:
    known = doers()
    found = known.get(f"{action.kind} {action.target.kind}") or known.get(action.kind)
    if found is None:
        raise Refused(f"a Kubernetes API cannot {action}")
    return found


def _odd(error: Exception) -> str:
    return f"could not be told: the API server's answer was not understood ({type(error).__name__})"
