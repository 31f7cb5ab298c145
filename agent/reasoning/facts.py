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
from agent.model.memory import Memory
from agent.model.profile import Profile
from agent.model.question import Changes, ChangesQuestion, MetricQuestion, PodsQuestion, Question
from agent.model.record import Record
from agent.reasoning.counting import Counts, counts, refined_questions, survey_questions
from agent.reasoning.onset import Onset, find_onset

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
