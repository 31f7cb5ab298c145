"""What must hold of an incident that went through bad weather, from the records and the world. Called by tests/torture/test_faults.py."""

import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

from agent.errors import Temporary
from agent.model.action import LedgerEntry, LedgerState
from agent.model.evidence import Evidence
from agent.model.hypothesis import Verdict
from agent.model.incident import Resolution
from agent.model.journal import Topic
from agent.model.proposal import DecisionKind
from agent.model.report import Report
from tests.simulation.stage import START
from tests.torture.faulty import CUT, GAPS, LOST
from tests.torture.ordeal import Ordeal
from tests.torture.weather import Fault

FINE = 0.02
"""A share of errors below this is healthy: what breaks the shop breaks 15 % at least, what is normal is far below 1 %."""


LOOKED_FOR = 120
"""Seconds over which the world's own error ratio is looked at."""


async def complaints(ordeal: Ordeal) -> list[str]:
    """Every promise that was broken; none is as it should be."""
    report = await ordeal.report()
    found = [*_crashes(ordeal), *_end(ordeal, report)]
    found += [each async for each in _deeds(ordeal)]
    found += [each async for each in _permits(ordeal)]
    found += [each async for each in _pass(ordeal, report)]
    found += [*_blame(ordeal, report)]
    evidence = await ordeal.honest.store.evidence.get(ordeal.incident_id)
    found += [*_visible(ordeal, report, evidence)]
    found += [each async for each in _troubles(ordeal)]
    return found


def _crashes(ordeal: Ordeal) -> Iterator[str]:
    for error in ordeal.escaped:
        yield f"a worker ended with {error!r}"


async def _troubles(ordeal: Ordeal) -> AsyncIterator[str]:
    """Steps may fail for what the store raises, and for nothing else: any other name is a crash of ours."""
    for entry in await ordeal.honest.store.journal.read(ordeal.incident_id):
        failed = entry.topic in (Topic.TROUBLE, Topic.ESCALATED) and "fail" in entry.text and "step" in entry.text
        if failed and f"({Temporary.__name__})" not in entry.text:
            yield f"a step crashed: {entry.text}"


def _end(ordeal: Ordeal, report: Report) -> Iterator[str]:
    if ordeal.stuck:
        yield f"it is stuck in {report.incident.phase}, in good weather"
        return
    if report.incident.resolution is None:
        yield "it is closed without a resolution"
    if report.incident.resolution is Resolution.HANDED_OVER and not (report.next_steps or report.incident.unresolved):
        yield "it was handed over without a word"
    told = " ".join([report.incident.unresolved, *report.next_steps, *(back.action for back in report.setbacks)])
    if report.incident.resolution is not Resolution.RECOVERED and ordeal.done and str(ordeal.done) not in told:
        yield f"{ordeal.done} was done, and whoever takes over is not told: {told}"
    if report.incident.resolution is Resolution.NOISE:
        yield "it was closed as noise while the alert fires"


async def _deeds(ordeal: Ordeal) -> AsyncIterator[str]:
    """The world, the ledger and the decisions tell the same story."""
    store, stage = ordeal.honest.store, ordeal.case.stage
    ledger = await store.ledger.entries(ordeal.incident_id)
    world = stage.world.chronicle.changes(START, stage.world.advance())
    effects = [change for change in world if change.actor == "steadyhand"]
    done = [entry for entry in ledger if entry.state is LedgerState.DONE]
    perhaps = [entry for entry in ledger if entry.state is LedgerState.UNKNOWN]
    if not len(done) <= len(effects) <= len(done) + len(perhaps):
        yield f"{len(effects)} effects in the world; the ledger has {len(done)} done and {len(perhaps)} unknown"
    for entry in ledger:
        if entry.state is LedgerState.EXECUTING:
            yield f"{entry.action} is still executing in the ledger, and nobody works on it"
    targets = {entry.action.target.name for entry in [*done, *perhaps]}
    if strangers := {change.entity.name for change in effects} - targets:
        yield f"{strangers} changed, and the ledger does not know"
    if len({entry.key for entry in ledger}) != len(ledger):
        yield "a key is in the ledger twice"


async def _permits(ordeal: Ordeal) -> AsyncIterator[str]:
    """Nothing was begun without a yes, by the policy or by the person who was asked."""
    store = ordeal.honest.store
    for entry in await store.ledger.entries(ordeal.incident_id):
        decision = await store.approvals.decision(ordeal.incident_id, entry.purpose.split()[1])
        if decision is None or decision.kind is not DecisionKind.APPROVED:
            yield f"{entry.action} ({entry.state}) was approved by nobody"
        elif decision.channel != "policy" and not _said_yes(ordeal, entry):
            yield f"{entry.action} was approved by {decision.by}, who was never asked"


def _said_yes(ordeal: Ordeal, entry: LedgerEntry) -> bool:
    return entry.purpose.split()[1] in ordeal.asked


async def _pass(ordeal: Ordeal, report: Report) -> AsyncIterator[str]:
    """What is called recovered is."""
    if report.incident.resolution is not Resolution.RECOVERED:
        return
    stage, service = ordeal.case.stage, ordeal.case.truth.service.name
    stage.later(1)
    ratio = await stage.error_ratio(service, LOOKED_FOR)
    if not ratio < FINE:
        yield f"called recovered, and {ratio:.0%} of the requests fail ({report.verification})"


def _blame(ordeal: Ordeal, report: Report) -> Iterator[str]:
    """Nobody innocent is confirmed, and nothing but what is to blame was to be changed.

    A cause by another name at the right place (a disk that fails, where the truth is called a dependency that is down)
    blames nobody innocent, unless it blames a change where none did it.
    """
    truth = ordeal.case.truth
    guilty = truth.entity.name.removesuffix("-config")
    for stands in report.hypotheses:
        innocent = (
            stands.entity.name != guilty or truth.cause == "nothing-visible" or (stands.change and not truth.blamed)
        )
        if stands.verdict is Verdict.CONFIRMED and innocent and not ordeal.spoilt:
            yield f"{stands.cause} of {stands.entity} is confirmed, it was {truth.cause} of {guilty}: {stands.why}"
    targets = {each.action.target for each in ordeal.asked.values()}
    if astray := targets - {truth.entity, truth.blamed or truth.entity}:
        yield f"asked to change {[str(target) for target in astray]}, it was {guilty}"


def _visible(ordeal: Ordeal, report: Report, evidence: list[Evidence]) -> Iterator[str]:
    """Each question that was spoilt is a gap in the coverage, unless it was asked again and the answer is used."""
    told = " ".join(gap for item in report.coverage.items for gap in item.gaps)
    kept = " ".join(_words(item.answer) for item in evidence)
    answered = {_shape(item.question) for item in evidence}
    for fault in ordeal.weather.faults:
        if not _hides(fault) or fault.words in told:
            continue
        if fault.words in kept:
            if fault.kind != LOST:  # an empty answer is counted, not quoted
                yield f"{fault.words} of {fault.about.kind} is evidence, and not in the coverage"
        elif _shape(fault.about) not in answered and not ordeal.weather.repeated(fault):
            yield f"{fault.words} of {fault.about.kind} is nowhere, and the question was not asked again"


def _hides(fault: Fault) -> bool:
    """Whether a question of the investigation did not get its whole answer."""
    return fault.call in ("metrics.ask", "cluster.ask") and (fault.kind in GAPS or fault.kind in (CUT, LOST))


def _words(answer: Any) -> str:
    """All that a source says about an answer, beside what is in it."""
    return " ".join([getattr(answer, "detail", ""), *getattr(answer, "warnings", []), *getattr(answer, "unseen", [])])


def _shape(question: Any) -> str:
    """What is asked, whenever it is about."""
    fields = question.model_dump(mode="json", exclude={"at", "window", "step_seconds", "exploring"})
    return json.dumps(fields, sort_keys=True)
