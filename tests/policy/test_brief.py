"""The report: what it concludes, what it says, and that it says nothing without evidence."""

import pytest

from agent.model.coverage import Coverage
from agent.model.finding import Finding, FindingKind
from agent.model.hypothesis import Condition, Verdict
from agent.model.question import EventsQuestion, GapReason, PodsQuestion
from agent.model.report import Conclusion
from agent.model.slo import Burn, BurnReading, Severity
from agent.policy.brief import advice, burning, conclude, next_steps, report
from agent.reasoning.facts import service_entity
from agent.reasoning.judge import settle, update
from agent.reasoning.probes import Reading, probes
from tests.reasoning.builders import (
    ANCHOR,
    CHECKOUT,
    ONSET,
    PAYMENTS,
    Load,
    Notebook,
    about,
    config_change,
    hypothesis,
    incident,
    named,
    pod,
    profile,
    rollout,
)

SPLIT = next(probe for probe in probes() if probe.name == "revision split")
ROLLOUT = rollout()
RIVALS = [hypothesis("bad-release", 0.6, change=ROLLOUT.id), hypothesis("dependency-down", 0.3, service=PAYMENTS), hypothesis("nothing-visible", 0.1)]  # fmt: skip


def seen() -> Notebook:
    """Everything asked was answered."""
    return Notebook().counted([Load("checkout-a", failing=0.3)]).changed(ROLLOUT).pods(pod("checkout-a"))


def examined(outcome: str, hypotheses=RIVALS, cap: float = 0.99):
    reading = Reading(outcome=outcome, statement=f"it was {outcome}", evidence=["E3", "E4"])
    return settle(update(hypotheses, SPLIT, about(change=ROLLOUT), reading), cap)


def burn(short: float | None, long: float | None = None) -> Burn:
    row = BurnReading(
        severity=Severity.PAGE, factor=14.4, long_seconds=3600, short_seconds=300, long_burn=long, short_burn=short
    )
    return Burn(at=ANCHOR, objective=0.999, readings=[row])


def told(notebook: Notebook | None = None, of=None, **state):
    return report(
        {"changes": [ROLLOUT], "onset": ONSET, **state}, of or incident(), (notebook or seen()).evidence, ANCHOR
    )


def test_a_confirmed_cause_is_told_with_confidence_test_and_evidence():
    brief = told(hypotheses=examined("only new"), burn=burn(300, 300))
    assert brief.conclusion is Conclusion.CONFIRMED
    assert brief.confidence == round(min(brief.hypotheses[0].probability, brief.coverage.cap), 3) > 0.9
    assert brief.summary.startswith("bad-release of checkout (confidence 9")
    assert "revision split: it was only new [E3, E4]." in brief.summary


def test_what_was_cleared_is_told_by_name():
    found = examined("both", [hypothesis("bad-release", 0.3, change=ROLLOUT.id), *RIVALS[1:]])
    assert next(h for h in found if h.change).verdict is Verdict.REFUTED
    brief = told(hypotheses=found)
    assert "Cleared: release 7 of checkout (revision split: it was both) [E3, E4]." in brief.summary


def test_an_inconclusive_investigation_blames_nothing():
    brief = told(hypotheses=settle(RIVALS, 0.99))
    assert brief.conclusion is Conclusion.INCONCLUSIVE
    assert "nothing is blamed" in brief.summary
    cited = [RIVALS[0].evolve(evidence=["E3"]), *RIVALS[1:]]
    assert (
        "Strongest suspect so far: bad-release of checkout (60%) [E3]." in told(hypotheses=settle(cited, 0.99)).summary
    )


def test_a_claim_without_evidence_is_not_made():
    assert all(not one.evidence for one in RIVALS)
    assert "Strongest suspect" not in told(hypotheses=settle(RIVALS, 0.99)).summary


@pytest.mark.parametrize("reason", [GapReason.FAILED, GapReason.TIMED_OUT, GapReason.NOT_CONFIGURED])
def test_without_metrics_nothing_can_be_said(reason):
    notebook = Notebook()
    for item in seen().evidence:
        if item.source == "metrics":
            notebook.gap(item.question, reason)
        else:
            notebook.answer(item.question, item.answer)
    brief = told(notebook)
    assert brief.conclusion is Conclusion.BLIND
    assert brief.summary == f"Too little of shop/checkout could be seen to say anything. {reason}: a test says so"
    assert brief.confidence == 0.0


def test_an_incident_without_a_service_says_what_it_could_not_resolve():
    stranger = incident(service=None, title="Burn (service unknown)", unresolved="no service in the alert's labels")
    brief = told(Notebook(), of=stranger)
    assert brief.conclusion is Conclusion.BLIND
    assert brief.summary == (
        "Too little of Burn (service unknown) could be seen to say anything. no service in the alert's labels"
    )


def test_nothing_that_burns_is_healthy():
    brief = told(burn=burn(0.2, 0.2), changes=[])
    assert brief.conclusion is Conclusion.HEALTHY
    assert brief.summary == "shop/checkout is within its error budget; nothing was investigated."


@pytest.mark.parametrize(
    ("measured", "expected"),
    [(None, True), (burn(None), True), (burn(0.5), False), (burn(1.0), False), (burn(1.1), True), (burn(20, 20), True)],
)
def test_a_burn_that_could_not_be_measured_is_not_taken_for_none(measured, expected):
    assert burning({"burn": measured}) is expected


def test_a_confirmed_cause_stands_though_nothing_burns_any_more():
    state = {"hypotheses": examined("only new"), "burn": burn(0.1)}
    assert conclude(state, Coverage.of(seen().evidence)) is Conclusion.CONFIRMED


def test_confidence_is_capped_by_what_could_be_seen():
    notebook = seen()
    for _ in range(3):
        notebook.gap(PodsQuestion(entity=named(PAYMENTS)))
    brief = told(notebook, hypotheses=examined("only new"))
    assert brief.coverage.cap < 0.9
    assert brief.confidence == brief.coverage.cap
    assert f"confidence {brief.coverage.cap:.0%}" in brief.summary


def test_a_finding_without_evidence_is_dropped():
    def finding(*evidence: str) -> Finding:
        kind, entity = FindingKind.UNREADY, service_entity(CHECKOUT)
        return Finding(kind=kind, entity=entity, statement="s", evidence=list(evidence))

    assert told(findings=[finding("E1"), finding()]).findings == [finding("E1")]


def test_all_evidence_is_listed_in_the_order_it_was_asked():
    assert [cited.id for cited in told().evidence] == [f"E{n}" for n in range(1, 7)]


def test_whatever_a_test_cites_is_in_the_list_of_evidence():
    brief = told(hypotheses=examined("only new"))
    listed = {cited.id for cited in brief.evidence}
    assert {e for h in brief.hypotheses for test in h.tests for e in test.evidence} <= listed


def test_an_open_question_is_a_next_step():
    steps = next_steps({"unsettled": ["was it the node?"], "reasons": []}, Coverage.of(seen().evidence))
    assert steps == ["would settle it: was it the node?"]


def test_a_confirmed_cause_has_its_advice_and_its_condition_as_next_step():
    condition = Condition(
        dimensions={"revision": "7"}, statement="pods of revision 7", support=1, counter_examples=0, evidence=["E3"]
    )
    state = {"hypotheses": examined("only new"), "condition": condition, "unsettled": ["moot"], "reasons": ["denied"]}
    assert next_steps(state, Coverage.of(seen().evidence)) == [
        "denied",
        "roll the release back, or forward with a fix (it fails on pods of revision 7)",
    ]


def test_what_could_not_be_seen_is_a_next_step():
    notebook = seen().gap(EventsQuestion(namespace="shop"), GapReason.REFUSED)
    assert "not visible: events (refused: a test says so)" in next_steps({}, Coverage.of(notebook.evidence))


@pytest.mark.parametrize(
    ("cause", "service", "change", "said"),
    [
        ("dependency-down", PAYMENTS, "", "look at payments: its pods"),
        (
            "config-change",
            CHECKOUT,
            config_change().id,
            "put the previous content of ConfigMap shop/checkout-config back",
        ),
    ],
)
def test_advice_names_the_service_and_the_change(cause, service, change, said):
    suspect = hypothesis(cause, service=service, change=change)
    assert advice({"changes": [config_change()]}, suspect).startswith(said)


def test_an_empty_state_makes_a_report_all_the_same():
    brief = report({}, incident(), [], ANCHOR)
    assert (brief.conclusion, brief.confidence, brief.hypotheses) == (Conclusion.BLIND, 0.0, [])


def test_the_report_carries_what_the_state_knows():
    brief = told(profiles=[profile()], onset=ONSET, burn=burn(300, 300), reasons=["it was denied"])
    assert (brief.slo, brief.onset, brief.at) == (profile().slo, ONSET, ANCHOR)
    assert brief.changes == [ROLLOUT]
    assert brief.next_steps[0] == "it was denied"
    assert type(brief).model_validate_json(brief.model_dump_json()) == brief


def test_without_the_errors_in_sight_confidence_is_low_however_sure_the_tests_are():
    assert told(hypotheses=examined("only new"), onset=None).confidence == 0.5
