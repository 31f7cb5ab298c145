"""Checkpoints: our records come back as themselves after a restart, pruning keeps a waiting thread resumable."""

import logging
import operator
from contextlib import aclosing
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, TypedDict

import pytest
from langgraph.graph import END, START, StateGraph
from langgraph.types import Command, interrupt
from pydantic import BaseModel

from agent.errors import Temporary, Unusable
from agent.model.entity import Entity, ServiceRef
from agent.model.finding import Finding, FindingKind
from agent.model.incident import Incident, Phase
from agent.model.proposal import Decision, DecisionKind
from agent.model.query import Aggregate, Rate, Ratio, Select
from agent.model.record import Record
from agent.model.verification import Verification
from integrations.store.open import OpenStore, open_store
from integrations.store.serializer import StrictSerializer, checkpointed_classes

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
THREAD = {"configurable": {"thread_id": "i1"}}


class State(TypedDict, total=False):
    incident: Incident
    phase: Phase
    findings: Annotated[list[Finding], operator.add]
    query: Any
    burn: float
    decision: Decision


def incident() -> Incident:
    service = ServiceRef(namespace="shop", name="checkout")
    return Incident(id="i1", service=service, title="burns", severity="page", started_at=NOW, opened_at=NOW, alerts=[])


def finding(number: int) -> Finding:
    pod = Entity(kind="Pod", namespace="shop", name=f"p{number}")
    return Finding(kind=FindingKind.OOM_KILLED, entity=pod, statement="killed", onset=NOW, evidence=[f"E{number}"])


def ratio() -> Ratio:
    rate = Aggregate(of=Rate(of=Select(metric="requests_total"), window_seconds=300), by=["pod"])
    return Ratio(numerator=rate, denominator=rate)


def build(opened: OpenStore):
    """gather, gather again, wait for a person, finish."""

    def gather(state: State) -> State:
        found = finding(len(state.get("findings", [])))
        return {"phase": Phase.GATHER, "findings": [found], "query": ratio(), "burn": 14.4}

    def wait(state: State) -> State:
        return {"decision": interrupt({"ask": state["findings"][0].statement})}

    graph = StateGraph(State)
    graph.add_node("gather", gather)
    graph.add_node("again", gather)
    graph.add_node("wait", wait)
    graph.add_node("finish", lambda _: {"phase": Phase.CLOSED})
    for edge in ((START, "gather"), ("gather", "again"), ("again", "wait"), ("wait", "finish"), ("finish", END)):
        graph.add_edge(*edge)
    return graph.compile(checkpointer=opened.checkpointer)


async def run_to_the_question(opened: OpenStore, thread: dict = THREAD) -> dict:
    return await build(opened).ainvoke({"incident": incident()}, thread, durability="sync")


def answer() -> Decision:
    return Decision(incident_id="i1", digest="d", kind=DecisionKind.APPROVED, by="ana", channel="cli", at=NOW)


async def resume(opened: OpenStore) -> dict:
    graph = build(opened)
    waiting = (await graph.aget_state(THREAD)).interrupts
    return await graph.ainvoke(Command(resume={waiting[0].id: answer()}), THREAD, durability="sync")


async def rows(opened: OpenStore, table: str, thread: str = "i1") -> int:
    query = f"SELECT COUNT(*) FROM {table} WHERE thread_id = ?"
    async with opened.checkpointer.conn.execute(query, (thread,)) as cursor:
        return (await cursor.fetchone())[0]


async def test_a_waiting_thread_comes_back_after_a_restart_with_its_records(tmp_path, caplog):
    caplog.set_level(logging.WARNING)
    async with aclosing(await open_store(tmp_path)) as opened:
        await run_to_the_question(opened)
    async with aclosing(await open_store(tmp_path)) as opened:
        state = await build(opened).aget_state(THREAD)
        assert state.next == ("wait",)
        assert state.values["incident"] == incident()
        assert state.values["phase"] is Phase.GATHER
        assert state.values["findings"] == [finding(0), finding(1)]
        assert state.values["findings"][0].kind is FindingKind.OOM_KILLED
        assert state.values["query"] == ratio()
        final = await resume(opened)
    assert final["decision"] == answer()
    assert final["phase"] is Phase.CLOSED
    assert [record.message for record in caplog.records if "langgraph" in record.name] == []


async def test_pruning_keeps_the_newest_checkpoint_and_the_thread_resumes(tmp_path):
    async with aclosing(await open_store(tmp_path)) as opened:
        await run_to_the_question(opened)
        await run_to_the_question(opened, {"configurable": {"thread_id": "i2"}})
        before = await rows(opened, "checkpoints", "i2"), await rows(opened, "writes", "i2")
        assert await rows(opened, "checkpoints") > 1
        await opened.prune("i1")
        await opened.prune("i1")
        assert await rows(opened, "checkpoints") == 1
        assert 1 <= await rows(opened, "writes") < before[1]
        assert (await rows(opened, "checkpoints", "i2"), await rows(opened, "writes", "i2")) == before
        history = [state async for state in build(opened).aget_state_history(THREAD)]
        assert len(history) == 1
    async with aclosing(await open_store(tmp_path)) as opened:
        final = await resume(opened)
        assert final["decision"] == answer()
        assert final["findings"] == [finding(0), finding(1)]
        await opened.prune("i1")
        state = await build(opened).aget_state(THREAD)
        assert state.next == ()
        assert state.values["phase"] is Phase.CLOSED


async def test_pruning_an_unknown_thread_is_no_error(tmp_path):
    async with aclosing(await open_store(tmp_path)) as opened:
        await opened.prune("nobody")


async def test_deleting_is_the_other_strategy(tmp_path):
    async with aclosing(await open_store(tmp_path)) as opened:
        await run_to_the_question(opened)
        await opened.checkpointer.aprune(["i1"], strategy="delete")
        assert await rows(opened, "checkpoints") == await rows(opened, "writes") == 0


async def test_a_disk_that_fills_up_stops_the_step_as_temporary_and_the_thread_goes_on_later(tmp_path):
    async with aclosing(await open_store(tmp_path)) as opened:
        await run_to_the_question(opened)
        async with opened.checkpointer.conn.execute("PRAGMA page_count") as cursor:
            pages = (await cursor.fetchone())[0]
        await opened.checkpointer.conn.execute(f"PRAGMA max_page_count = {pages}")
        huge = {"incident": incident().evolve(title="x" * 500_000)}
        with pytest.raises(Temporary, match="free some space"):
            await build(opened).ainvoke(huge, {"configurable": {"thread_id": "i2"}}, durability="sync")
        await opened.checkpointer.conn.execute("PRAGMA max_page_count = 100000")
        assert (await resume(opened))["decision"] == answer()
        assert await opened.healthy() == []


class Stranger(BaseModel):
    name: str


class Colour(StrEnum):
    RED = "red"


@pytest.mark.parametrize("value", [Stranger(name="x"), Colour.RED], ids=["model", "enum"])
def test_a_class_from_outside_the_model_is_an_error_not_a_plain_value(value):
    serializer = StrictSerializer()
    with pytest.raises(Unusable, match=f"{type(value).__name__} is not a record of agent.model"):
        serializer.loads_typed(serializer.dumps_typed({"value": [value]}))


@pytest.mark.filterwarnings("ignore:Pydantic serializer warnings")  # the odd record is odd on purpose
def test_a_record_whose_fields_no_longer_fit_is_an_error_naming_the_field():
    serializer = StrictSerializer()
    whole = Verification(kind="watching", since=NOW, until=NOW, reason="looking")
    torn = Verification.model_construct(**{name: value for name, value in whole if name != "reason"})
    odd = Verification.model_construct(**dict(whole))
    object.__setattr__(odd, "kind", "who knows")
    for broken, complaint in (
        (torn, r"Verification\.reason: Field required"),
        (odd, r"Verification\.kind: Input should"),
    ):
        with pytest.raises(Unusable, match=complaint):
            serializer.loads_typed(serializer.dumps_typed({"value": broken}))
    assert serializer.loads_typed(serializer.dumps_typed({"value": whole})) == {"value": whole}


def test_one_broken_checkpoint_does_not_spoil_the_next():
    serializer = StrictSerializer()
    with pytest.raises(Unusable):
        serializer.loads_typed(serializer.dumps_typed(Stranger(name="x")))
    assert serializer.loads_typed(serializer.dumps_typed(incident())) == incident()


def test_every_record_and_enum_of_the_model_may_be_checkpointed():
    classes = checkpointed_classes()
    assert {Record, Incident, Phase, Decision, DecisionKind, Finding, Ratio, Entity} <= set(classes)
    assert all(found.__module__.startswith("agent.model.") for found in classes)
