"""All that is known at one moment of an investigation, indexed by the question that was asked.

Built by the steps from stored evidence; detectors, probes and suspects read it and nothing else.
"""

from datetime import datetime
from functools import cached_property
from typing import TypeVar

from agent.model.change import Change
from agent.model.entity import Entity, ServiceRef
from agent.model.evidence import Evidence
from agent.model.incident import Incident
from agent.model.inventory import Estate
from agent.model.memory import Memory
from agent.model.message import Message, Span
from agent.model.profile import Profile
from agent.model.question import (
    Changes,
    ChangesQuestion,
    Inventory,
    InventoryQuestion,
    Messages,
    MessagesQuestion,
    MetricQuestion,
    PodsQuestion,
    Question,
    Spans,
    SpansQuestion,
)
from agent.model.record import Record
from agent.model.signal import Signal
from agent.reasoning import calls, shifts, signals
from agent.reasoning.counting import Counts, counts, refined_questions, survey_questions
from agent.reasoning.onset import Onset, find_onset
from agent.reasoning.origin import Origin, locate

AnswerT = TypeVar("AnswerT", bound=Record)


class Facts:
    """Evidence of one incident, with what follows directly from it."""

    def __init__(
        self,
        incident: Incident,
        profiles: list[Profile],
        evidence: list[Evidence],
        anchor: datetime,
        recalled: list[Memory] | None = None,
    ) -> None:
        """`profiles`: the alerting service first, then whom it calls; `anchor`: the moment the questions are about."""
        self.incident = incident
        self.profile = profiles[0]
        self.profiles = profiles
        self.anchor = anchor
        self.recalled = recalled or []
        self._by_question = {_key(item.question): item for item in evidence}

    def answer(self, question: Question, kind: type[AnswerT]) -> AnswerT | None:
        """The answer to exactly this question, or None if it was not asked or came back as a gap."""
        item = self._by_question.get(_key(question))
        return item.answer if item and isinstance(item.answer, kind) else None

    def asked(self, question: Question) -> Evidence | None:
        """The evidence of exactly this question."""
        return self._by_question.get(_key(question))

    def cite(self, *questions: Question) -> list[str]:
        """Ids of the evidence that answered these questions."""
        found = [self._by_question.get(_key(question)) for question in questions]
        return [item.id for item in found if item and not item.gap]

    @property
    def dependencies(self) -> list[Profile]:
        """Profiles of whom the alerting service calls."""
        return self.profiles[1:]

    def profile_of(self, entity: Entity) -> Profile | None:
        """The profile of a service entity."""
        return next((p for p in self.profiles if service_entity(p.service) == entity), None)

    def pods_question(self, entity: Entity) -> PodsQuestion | None:
        """What asks for the pods of a service, if its workload is known."""
        profile = self.profile_of(entity)
        return PodsQuestion(entity=profile.workload.entity) if profile and profile.workload else None

    @cached_property
    def changes(self) -> list[Change]:
        """Every change of every namespace asked about, oldest first, none after the anchor."""
        found = {
            change.id: change
            for item in self._by_question.values()
            if isinstance(item.question, ChangesQuestion) and isinstance(item.answer, Changes)
            for change in item.answer.items
            if change.at <= self.anchor
        }
        return sorted(found.values(), key=lambda change: change.at)

    @cached_property
    def estate(self) -> Estate | None:
        """The objects of the incident's namespace, where they could be read."""
        answers = self.answers(InventoryQuestion, Inventory)
        return answers[-1].estate if answers else None

    @cached_property
    def messages(self) -> list[Message]:
        """Log lines of the namespace's services up to the anchor, oldest first; those without a time come first."""
        found = [m for answer in self.answers(MessagesQuestion, Messages) for m in answer.items]
        known = [m for m in found if m.at is None or m.at <= self.anchor]
        return sorted(known, key=lambda m: m.at.timestamp() if m.at else 0.0)

    @cached_property
    def spans(self) -> list[Span]:
        """Trace spans up to the anchor, oldest first."""
        found = [span for answer in self.answers(SpansQuestion, Spans) for span in answer.items]
        return sorted((span for span in found if span.at <= self.anchor), key=lambda span: span.at)

    @cached_property
    def signals(self) -> list[Signal]:
        """Every measured course of the namespace's services."""
        return signals.read(self.profile.service.namespace, list(self._by_question.values()))

    @cached_property
    def calls(self) -> list[calls.Call]:
        """Who calls whom in the incident's namespace, as far as it is known."""
        return calls.read(self.profile.service.namespace, list(self._by_question.values()), self.estate, self.spans)

    @cached_property
    def moved(self) -> list[shifts.Moved]:
        """Signals that shifted when the trouble began, strongest first."""
        return shifts.moved(self.signals, self.incident.started_at, self.anchor)

    @cached_property
    def origins(self) -> list[Origin]:
        """Where the alerting service's trouble starts in the map, a reading for each harm it measures, the clearest first."""
        service = self.profile.service
        if service.whole:
            return []
        return locate(self.signals, self.calls, service.name, self.incident.started_at, self.anchor)

    @property
    def origin(self) -> Origin | None:
        """The clearest reading, where it is beyond chance."""
        return next((origin for origin in self.origins if origin.beyond_chance), None)

    @property
    def seen(self) -> bool:
        """Whether metrics show the trouble that is to be explained at all: its errors, or a shift beyond chance."""
        return (
            self.onset is not None
            or self.origin is not None
            or (self.profile.service.whole and any(row.strength > 0 for row in self.moved))
        )

    @property
    def began(self) -> datetime:
        """When the trouble began, as well as can be told: the onset of errors, else of what else shifted, else of the alert."""
        if self.onset:
            return self.onset.at
        return self.origin.onset if self.origin else self.incident.started_at

    def evidence_of(self, kind: type[Record]) -> list[str]:
        """Ids of the evidence that answered questions of a kind."""
        return [e.id for e in self._by_question.values() if isinstance(e.question, kind) and not e.gap]

    def answers(self, question: type[Record], answer: type[AnswerT]) -> list[AnswerT]:
        """Every answer to questions of a kind, in the order of asking."""
        return [
            e.answer
            for e in self._by_question.values()
            if isinstance(e.question, question) and isinstance(e.answer, answer)
        ]

    def change_evidence(self) -> list[str]:
        """Ids of the change timelines."""
        return [e.id for e in self._by_question.values() if isinstance(e.question, ChangesQuestion) and not e.gap]

    @cached_property
    def onset(self) -> Onset | None:
        """When the alerting service's errors left their normal level: from fine counts where there are any, else coarse."""
        coarse = self.coarse_onset
        if coarse is None:
            return None
        fine = self.counts(self.profile, refined_questions(self.profile, coarse.at, self.anchor))
        refined = find_onset(fine, baseline=coarse.baseline) if fine else None
        return refined or coarse

    @property
    def by_pod(self) -> bool:
        """Whether the alerting service's errors can be told apart by pod, and began at all."""
        profile = self.profile
        sliced = profile.workload and profile.slo and profile.slo.sli.pod_label
        return bool(sliced) and self.coarse_onset is not None

    @cached_property
    def coarse_onset(self) -> Onset | None:
        """The onset as far as the survey's step can tell."""
        surveyed = self.counts(self.profile, survey_questions(self.profile, self.anchor))
        return find_onset(surveyed) if surveyed else None

    def counts(self, profile: Profile, questions: list[MetricQuestion]) -> Counts | None:
        """Events and bad events by pod, from the answers to a pair of counting questions."""
        if not questions or profile.slo is None:
            return None
        return counts(profile.slo.sli, questions, [self.asked(question) for question in questions])


def service_entity(service: ServiceRef) -> Entity:
    """A service as an entity: what hypotheses are about."""
    return Entity(kind="Service", namespace=service.namespace, name=service.name)


def _key(question: Question) -> str:
    return question.model_dump_json()
