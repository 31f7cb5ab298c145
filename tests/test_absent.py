from datetime import UTC, datetime, timedelta

import pytest

from agent.model.entity import Entity
from agent.model.question import (
    ChangesQuestion,
    ConnectQuestion,
    EventsQuestion,
    Gap,
    GapReason,
    InventoryQuestion,
    MessagesQuestion,
    PodsQuestion,
    RevisionsQuestion,
    SpansQuestion,
    WorkloadQuestion,
)
from agent.model.record import Window
from integrations.absent import PastCluster

THEN = datetime(2026, 11, 1, 12, tzinfo=UTC)
WINDOW = Window(start=THEN - timedelta(hours=1), end=THEN)
WEB = Entity(kind="Deployment", namespace="shop", name="web")
SAID = Gap(reason=GapReason.EMPTY, detail="the present cluster was asked")


class Present:
    """A cluster that always says the same."""

    async def ask(self, question):
        del question
        return SAID


@pytest.mark.parametrize(
    "question",
    [
        ChangesQuestion(namespace="shop", window=WINDOW),
        RevisionsQuestion(entity=WEB),
        WorkloadQuestion(namespace="shop", name="web"),
        SpansQuestion(namespace="shop", window=WINDOW),
    ],
    ids=lambda question: question.kind,
)
async def test_what_carries_its_own_times_is_asked_of_the_present_cluster(question):
    assert await PastCluster(Present(), THEN).ask(question) == SAID


@pytest.mark.parametrize(
    ("question", "says"),
    [
        (PodsQuestion(entity=WEB), "no pods of 2026-11-01 12:00"),
        (EventsQuestion(namespace="shop"), "no events"),
        (InventoryQuestion(namespace="shop"), "no objects"),
        (MessagesQuestion(namespace="shop", window=WINDOW), "no log lines"),
        (ConnectQuestion(namespace="shop", service="web", port=80), "not in the past"),
    ],
    ids=lambda value: getattr(value, "kind", None),
)
async def test_what_is_only_a_present_state_is_out_of_range_in_words_a_person_uses(question, says):
    answer = await PastCluster(Present(), THEN).ask(question)
    assert answer.reason is GapReason.OUT_OF_RANGE
    assert says in answer.detail
