"""What was asked and told, answering again: the metric source and the cluster of a replay."""

from collections import defaultdict, deque
from collections.abc import Sequence
from datetime import datetime

from agent.errors import Refused
from agent.model.action import Action, Applied, Observation, Observed, Preview, Previewed, TargetState
from agent.model.alert import Alert
from agent.model.evidence import Evidence
from agent.model.freeze import CalendarFile, CalendarReading
from agent.model.question import ClusterAnswer, ClusterQuestion, Gap, GapReason, MetricAnswer, MetricQuestion, Question
from agent.model.silence import SilenceReading
from integrations.recording.clock import RecordedClock


class Answers:
    """Recorded answers by question, each question's in their order."""

    def __init__(self, evidence: Sequence[Evidence], clock: RecordedClock) -> None:
        self._clock = clock
        self._by_question: dict[str, deque[Evidence]] = defaultdict(deque)
        for item in evidence:
            self._by_question[item.question.model_dump_json()].append(item)
        self.unrecorded: list[Question] = []

    def to(self, question: Question) -> MetricAnswer | ClusterAnswer | Gap:
        """The next answer to it; the last once more when it is asked oftener; a gap for what was never asked."""
        recorded = self._by_question.get(question.model_dump_json())
        if not recorded:
            self.unrecorded.append(question)
            return Gap(reason=GapReason.OUT_OF_RANGE, detail=f"this {question.kind} question is not in the recording")
        found = recorded.popleft() if len(recorded) > 1 else recorded[0]
        self._clock.pass_to(found.asked_at)
        return found.answer


class RecordedMetrics:
    """Implements `agent.ports.MetricSource`."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers

    async def ask(self, question: MetricQuestion) -> MetricAnswer | Gap:
        """As recorded."""
        answer = self._answers.to(question)
        return answer if isinstance(answer, MetricAnswer | Gap) else _mixed_up(question)


class RecordedCluster:
    """Implements `agent.ports.ClusterSource`."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers

    async def ask(self, question: ClusterQuestion) -> ClusterAnswer | Gap:
        """As recorded."""
        answer = self._answers.to(question)
        return _mixed_up(question) if isinstance(answer, MetricAnswer) else answer


class RecordedCalendars:
    """Implements `agent.ports.Calendars`: what they said then. A calendar nobody read then is unknown."""

    def __init__(self, readings: Sequence[CalendarReading]) -> None:
        self._readings = list(readings)

    async def read(self, files: Sequence[CalendarFile], at: datetime) -> list[CalendarReading]:
        """As recorded."""
        del files, at
        return self._readings


class RecordedSilences:
    """Implements `agent.silences.Silences`: what was known of them then."""

    def __init__(self, reading: SilenceReading) -> None:
        self._reading = reading

    async def over(self, alerts: Sequence[Alert]) -> SilenceReading:
        """As recorded."""
        del alerts
        return self._reading


class RecordedActuator:
    """Implements `agent.ports.Actuator`: shows the previews there were, and never acts."""

    def __init__(self, previews: Sequence[Previewed]) -> None:
        self._previews = {previewed.action.model_dump_json(): previewed.answer for previewed in previews}

    async def preview(self, action: Action) -> Preview | Gap:
        """As recorded; a gap for an action that was not previewed then."""
        missing = Gap(reason=GapReason.OUT_OF_RANGE, detail="its preview is not in the recording")
        return self._previews.get(action.model_dump_json(), missing)

    async def apply(self, action: Action, expected: TargetState, key: str) -> Applied:
        """Always refused."""
        del expected, key
        raise Refused(f"{action}: a replay never acts")

    async def observe(self, action: Action, expected: TargetState, key: str) -> Observed:
        """Nothing to be seen."""
        del action, expected, key
        return Observed(observation=Observation.CANNOT_TELL, detail="a replay sees no cluster")


def _mixed_up(question: Question) -> Gap:
    return Gap(reason=GapReason.FAILED, detail=f"the recording answers a {question.kind} question with something else")
