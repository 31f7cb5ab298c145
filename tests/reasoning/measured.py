"""An incident as a metrics server would tell it: raw counters of a small shop, and every question answered from them.

Nothing is scripted but the counters: profiles, edges, onsets and counts come about as in production.
"""

from agent.model.profile import Profile
from agent.model.query import Series
from agent.model.question import Messages, MessagesQuestion, MetricQuestion
from agent.model.record import Window
from agent.reasoning import calls, evaluate, plan, signals
from agent.reasoning.counting import refined_questions, survey_questions
from agent.reasoning.examination import next_test
from agent.reasoning.judge import update
from agent.reasoning.suspects import rank
from agent.reasoning.topology import edges
from agent.slo.conventions import find_sli
from tests.reasoning.builders import ANCHOR, CHECKOUT, ONSET, PAYMENTS, Notebook, after, deployment, slo

STEP = 5
TIMES = [after(seconds).timestamp() for seconds in range(-5400, 601, STEP)]


def counter(metric: str, rps: float, failing: float, labels: dict[str, str]) -> Series:
    """A counter that grows by `rps`, and from the onset on by `failing` a second."""
    values, value = [], 1000.0
    for moment in TIMES:
        value += STEP * (failing if moment > ONSET.timestamp() else rps)
        values.append(value)
    return Series(labels={"__name__": metric, "namespace": "shop", **labels}, times=TIMES, values=values)


def served(service: str, failing: float = 0.0, rps: float = 20, code: str = "500") -> list[Series]:
    """What a service answers, by its own count."""
    label, mine = "http_response_status_code", {"service": service, "pod": f"{service}-6b5d7c9f4-x2x4z"}
    metric = "http_server_request_duration_seconds_count"
    bad = [counter(metric, 0, rps * failing, {**mine, label: code})] if failing else []
    return [counter(metric, rps, rps * (1 - failing), {**mine, label: "200"}), *bad]


def called(
    caller: str, callee: str = "payments", failing: float = 0.0, rps: float = 10, code: str = "503", host: str = ""
) -> list[Series]:
    """What a caller gets, by the count of its OpenTelemetry HTTP client."""
    label, metric = "http_response_status_code", "http_client_request_duration_seconds_count"
    mine = {"pod": f"{caller}-6b5d7c9f4-x2x4z", "server_address": host or callee}
    bad = [counter(metric, 0, rps * failing, {**mine, label: code})] if failing else []
    return [counter(metric, rps, rps * (1 - failing), {**mine, label: "200"}), *bad]


class Measured:
    """Facts that grow with the questions."""

    def __init__(self, *series: list[Series], messages=()) -> None:
        self.series = [one for some in series for one in some]
        profiles = [
            Profile(
                service=service,
                workload=deployment(service),
                slo=slo(service, sli=sli) if (sli := find_sli(service, self.series)) else None,
                edges=edges(service, self.series, []),
            )
            for service in (CHECKOUT, PAYMENTS)
        ]
        self.notebook = Notebook(*profiles)
        self._ask(plan.series(CHECKOUT, ANCHOR), *survey_questions(profiles[0], ANCHOR))
        self._ask(*signals.questions("shop", ANCHOR), *calls.questions("shop", ANCHOR))
        onset = self.notebook.facts().coarse_onset
        self._ask(*(refined_questions(profiles[0], onset.at, ANCHOR) if onset else []))
        if messages:
            window = Window(start=after(-5400), end=ANCHOR)
            self.notebook.answer(MessagesQuestion(namespace="shop", window=window), Messages(items=list(messages)))

    def _ask(self, *questions: MetricQuestion) -> None:
        for question in questions:
            self.notebook.answer(question, evaluate.answer(question, self.series))

    def read(self, probe, subject):
        """Ask what the probe needs, then read it."""
        facts = self.notebook.facts()
        if not probe.applies(facts, subject):
            return None
        self._ask(*(q for q in probe.needs(facts, subject) if isinstance(q, MetricQuestion)))
        return probe.read(self.notebook.facts(), subject)

    def concluded(self):
        """Hypotheses after every worthwhile test, most probable first."""
        hypotheses, done = rank(self.notebook.facts()), set[str]()
        while test := next_test(self.notebook.facts(), hypotheses, done):
            done.add(test.key)
            if reading := self.read(test.probe, test.subject):
                hypotheses = update(hypotheses, test.probe, test.subject, reading)
        return hypotheses
