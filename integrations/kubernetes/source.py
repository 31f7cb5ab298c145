"""`ClusterSource` over a real API server: each question to its reader, each failure to a Gap, in this one place."""

from collections.abc import Awaitable, Callable
from typing import Any

from agent.model.question import (
    ChangesQuestion,
    ClusterAnswer,
    ClusterQuestion,
    ConfigsQuestion,
    Connected,
    ConnectQuestion,
    EventsQuestion,
    Gap,
    GapReason,
    Inventory,
    InventoryQuestion,
    Logs,
    LogsQuestion,
    MessagesQuestion,
    NodesQuestion,
    PodsQuestion,
    RevisionsQuestion,
    ServicesQuestion,
    WorkloadQuestion,
)
from integrations.kubernetes import (
    changes,
    configs,
    connecting,
    events,
    inventory,
    logs,
    messages,
    nodes,
    pods,
    revisions,
    services,
    workloads,
)
from integrations.kubernetes.api import Api
from integrations.kubernetes.failure import Failure

_READERS: dict[type, Callable[[Api, Any], Awaitable[ClusterAnswer | Gap]]] = {
    WorkloadQuestion: workloads.read,
    RevisionsQuestion: revisions.read,
    PodsQuestion: pods.read,
    ConfigsQuestion: configs.read,
    EventsQuestion: events.read,
    ServicesQuestion: services.read,
    NodesQuestion: nodes.read,
    LogsQuestion: logs.read,
    ChangesQuestion: changes.read,
    InventoryQuestion: inventory.read,
    MessagesQuestion: messages.read,
    ConnectQuestion: connecting.read,
}


_ELSEWHERE = (
    "the API server keeps no trace spans, and no trace store can be configured yet; "
    "who calls whom is taken from metrics and from the workloads' configuration"
)


class KubernetesSource:
    """Answers an investigation's questions about the cluster; never raises, never writes."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def ask(self, question: ClusterQuestion) -> ClusterAnswer | Gap:
        """The answer record that belongs to the question, or why there is none."""
        try:
            reader = _READERS.get(type(question))
            if reader is None:
                return Gap(reason=GapReason.NOT_CONFIGURED, detail=_ELSEWHERE)
            answer = await reader(self._api, question)
        except Failure as failure:
            return failure.gap()
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            # the readers expect the unexpected; should they still trip, one answer is lost and not the investigation
            return Gap(
                reason=GapReason.FAILED,
                detail=f"the API server's answer about {question.kind} could not be understood ({type(error).__name__})",
            )
        if isinstance(answer, Gap) or _has_data(answer):
            return answer
        return Gap(reason=GapReason.EMPTY, detail=f"the API server answered: there are no {question.kind} here")


def _has_data(answer: ClusterAnswer) -> bool:
    if isinstance(answer, Logs):
        return bool(answer.excerpt.lines)
    # a list that is empty and not whole is no "there is none": what was not seen has to be told
    return isinstance(answer, Inventory | Connected) or bool(answer.items or getattr(answer, "unseen", []))
