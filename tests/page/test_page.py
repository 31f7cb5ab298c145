"""What stands on the page: facts about the parsed document, whatever it looks like."""

import re

import pytest

from agent.cli.evidence_view import cited_ids
from agent.cli.page.document import POLICY, page
from agent.model.coverage import Coverage
from agent.model.hypothesis import Verdict
from agent.model.incident import Resolution
from agent.model.picture import AFTERWARDS, Curve, Link, Side
from agent.model.report import Conclusion, Report
from tests.cli import samples as incidents
from tests.page import samples
from tests.page.reading import Reading

LOADING = {"src", "srcset", "data", "action", "formaction", "poster", "background", "ping", "xlink:href", "style"}


def read(report: Report | None = None) -> Reading:
    return Reading.of(page(report or samples.report()))


def drawn(reading: Reading, name: str) -> list[str]:
    """The descriptions of a chart, in both widths."""
    by_id = {e.attributes.get("id"): e for e in reading.elements}
    return [
        by_id[label.split()[1]].text
        for e in reading.named("svg")
        if (label := e.attributes.get("aria-labelledby") or "").startswith(f"{name}-")
    ]


def test_the_verdict_the_confidence_and_the_cause_come_first():
    header = " ".join(read().named("header")[0].text.split())
    assert header.startswith("Steadyhand incident report store/search cause confirmed confidence 97 %")
    assert read().named("h1")[0].text == "The edit of search-config broke search"


@pytest.mark.parametrize(
    ("conclusion", "says"),
    [
        (Conclusion.INCONCLUSIVE, "No cause of the errors of store/search could be confirmed; nothing is blamed"),
        (Conclusion.BLIND, "Too little of store/search could be seen to say anything"),
        (Conclusion.HEALTHY, "store/search is within its error budget"),
    ],
)
def test_without_a_confirmed_cause_nothing_is_blamed(conclusion, says):
    opened = [h.evolve(verdict=Verdict.INCONCLUSIVE) for h in incidents.tested()]
    reading = read(samples.report(conclusion=conclusion, hypotheses=opened))
    assert reading.named("h1")[0].text == says
    assert "the cause" not in "".join(e.text for e in reading.named("section"))
    assert "No single test decided." in reading.within("tests")


def test_every_id_is_given_once_and_every_link_within_the_page_arrives():
    reading = read()
    assert len(set(reading.ids)) == len(reading.ids)
    targets = {(e.attributes["href"] or "").removeprefix("#") for e in reading.named("a")}
    assert targets
    assert targets <= set(reading.ids)


def test_every_piece_of_evidence_that_is_cited_has_a_place_to_be_led_to():
    report = samples.report()
    there = {piece.id for piece in report.evidence}
    assert {f"evidence-{name}" for name in cited_ids(report) & there} <= set(read(report).ids)


def test_the_page_loads_nothing_and_runs_nothing():
    reading = read()
    assert not reading.named(
        "script", "iframe", "img", "object", "embed", "form", "base", "image", "use", "foreignobject"
    )
    for element in reading.elements:
        assert not [name for name in element.attributes if name.startswith("on") or name in LOADING]
        assert (element.attributes.get("href") or "#").startswith(("#", "data:,"))
    style = reading.named("style")[0].text
    assert not re.search(r"url\(|@import|expression", style)


def test_the_policy_forbids_everything_but_the_style_within():
    (policy,) = [e for e in read().named("meta") if e.attributes.get("http-equiv") == "Content-Security-Policy"]
    assert policy.attributes["content"] == POLICY
    assert POLICY.startswith("default-src 'none'")


def test_every_drawing_says_what_it_shows():
    charts = [e for e in read().named("svg") if e.attributes.get("aria-hidden") != "true"]
    assert len(charts) >= 8
    for chart in charts:
        assert chart.attributes["role"] == "img"
        assert all(name in read().ids for name in (chart.attributes["aria-labelledby"] or "").split())
    assert all("highest 31 %" in told for told in drawn(read(), "sli"))


def test_the_chart_marks_the_changes_and_the_onset_and_the_timeline_has_the_same_numbers():
    reading = read()
    labels = [e.text for e in reading.named("text") if "change" in (e.attributes.get("class") or "")]
    assert "3 14:03:00 change of ConfigMap search-config (key index-url)" in labels
    assert any(e.text == "onset 14:03:21" for e in reading.named("text"))
    assert re.search(r"3 14:03:00 21 s before config .* the cause 14:03:21 errors begin", reading.within("changes"))


def test_a_span_without_requests_breaks_the_line():
    lines = [e for e in read().classed("sli") if e.name == "path"]
    assert all((e.attributes["d"] or "").count("M") == 2 for e in lines)


def test_the_suspects_rise_and_fall_as_their_tests_say():
    assert all("A from 30 % to 87 %, B from 61 % to 5 %" in told for told in drawn(read(), "hypotheses"))
    assert "A the edit of search-config broke search 30 % → 87 % confirmed" in read().within("suspects")


def test_many_suspects_are_all_in_the_table_and_few_have_a_label():
    release, config = incidents.settled()
    many = [config, *(release.evolve(id=f"h{i}", claim=f"suspect number {i}", change="") for i in range(30))]
    reading = read(samples.report(hypotheses=many))
    assert all(f"suspect number {i} " in reading.within("suspects") for i in range(30))
    assert len(list(reading.classed("name"))) == 2 * 6
    assert "AA" in reading.within("suspects")


def test_the_deciding_test_stands_side_by_side_with_its_numbers():
    assert set(drawn(read(), "deciding")) == {
        "7.1, 3 pods: 31.0 % · 310 of 1,000 requests failed; 7.2, 3 pods: 30.0 % · 300 of 1,000 requests failed"
    }


def test_a_group_of_another_unit_is_shown_in_it():
    sides = [Side(label="before", value=120, unit="ms"), Side(label="after", value=2400, unit="ms")]
    changed = [h.evolve(tests=[t.evolve(sides=sides) for t in h.tests]) for h in incidents.settled()]
    assert set(drawn(read(samples.report(hypotheses=changed)), "deciding")) == {"before: 120 ms; after: 2400 ms"}


def test_the_failing_path_is_drawn_and_told():
    reading = read()
    assert "Failing path: store/search → store/index." in reading.within("topology")
    hot = [e for e in reading.classed("edge") if "hot" in (e.attributes["class"] or "")]
    guessed = [e for e in reading.classed("edge") if "guessed" in (e.attributes["class"] or "")]
    assert (len(hot), len(guessed)) == (2, 2)
    assert "30 %, 120 of 400" in reading.within("topology")


def test_a_large_topology_is_drawn_in_part_and_listed_in_full():
    many = [Link(caller="store/search", callee=f"store/s{i}", known_by="a mesh", measured=True) for i in range(40)]
    reading = read(samples.report(links=many))
    assert "16 more edges are in the table only" in reading.within("topology")
    assert all(f"store/s{i} " in reading.within("topology") for i in range(40))


def test_the_query_can_be_pasted_without_the_span_it_was_asked_for():
    asked = incidents.cited("E9").evolve(question="up  [14:00:00 to 14:05:00, every 15 s]")
    reading = read(samples.report(evidence=[asked]))
    assert [e.text for e in reading.classed("query")] == ["up"]
    assert "14:00:00 to 14:05:00, every 15 s" in reading.within("evidence")


def test_gaps_of_the_coverage_are_named():
    assert "refused: pods/log is forbidden" in read().within("coverage")


def test_what_is_left_to_do_stands_on_top_until_nothing_is():
    assert "restore the previous search-config" in read().named("header")[0].text
    recovered = samples.report(incident=incidents.incident(resolution=Resolution.RECOVERED))
    assert "restore the previous" not in read(recovered).named("header")[0].text


def test_whether_it_helped_is_drawn_before_and_after():
    curves = [*samples.report().curves, samples.curve(AFTERWARDS, [0.31, 0.002, 0.0004])]
    (told, _) = drawn(read(samples.report(curves=curves)), "burn")
    assert told.startswith("before the action: 310 times what the budget allows; since the action, at ")
    assert told.endswith(": 0.4 times what the budget allows")


def test_an_empty_report_is_a_page_too():
    bare = Report(
        at=incidents.at(8), incident=incidents.incident(service=None), conclusion="blind", confidence=0, summary=""
    )
    reading = read(bare)
    assert "could not be measured" in reading.within("indicator")
    assert "No hypothesis was formed" in reading.within("suspects")
    assert not drawn(reading, "sli")


@pytest.mark.parametrize(
    "values", [[], [None], [0.0], [None, 0.5], [0.0] * 3, [float("nan")], [1.0, float("inf")], [0.2] * 5000]
)
def test_any_curve_can_be_drawn(values):
    reading = read(samples.report(curves=[samples.curve(values=values)]))
    assert "NaN" not in page(samples.report(curves=[samples.curve(values=values)]))
    assert reading.within("indicator")


def test_a_curve_of_unequal_lists_is_not_drawn():
    assert not drawn(
        read(samples.report(curves=[Curve(name="x", unit="ratio", times=[1.0, 2.0], values=[0.1])])), "sli"
    )


def test_an_old_report_without_pictures_is_still_read_and_shown():
    old = samples.report().model_dump(mode="json", exclude={"curves", "links"})
    for each in old["hypotheses"]:
        for test in each["tests"]:
            del test["sides"]
    assert "No calls of this service are known" in read(Report.model_validate(old)).within("topology")


def test_hostile_text_in_every_place_changes_no_element():
    poisoned, harmless = (samples.hostile(text) for text in (samples.HOSTILE, "x" * 200))
    reading = read(poisoned)
    assert [n for n in reading.outline if n != "a"] == [n for n in read(harmless).outline if n != "a"]
    assert not [e for e in reading.elements if [name for name in e.attributes if name.startswith("on")]]
    assert "<script>alert(1)</script>" in reading.named("main")[0].text
    written = page(poisoned)
    assert written.isascii()
    assert not re.search(r"&#(8238|8294|27|0|55296);|[\x00\x1b]", written)


def test_a_line_of_100_kilobytes_is_cut_with_its_length_said():
    poisoned = samples.hostile("x" * 100_000)
    written = page(poisoned)
    assert len(written) < 600_000
    assert "(100,000 characters in all)" in written


def test_a_report_of_nothing_but_gaps_says_so():
    assert "Nothing was asked." in read(samples.report(coverage=Coverage())).within("coverage")
