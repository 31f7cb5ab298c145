import io

import pytest
from rich.cells import cell_len
from rich.console import Console

from agent.cli import report_view
from agent.cli.proposal_view import card
from agent.model.entity import ServiceRef
from agent.model.report import Conclusion
from agent.model.slo import Burn
from agent.model.verification import VerificationKind
from tests.cli import samples

HOSTILE = "\x1b[2J\x1b]0;owned\x07[bold red]BOOM[/] \u202eexe.txt\r:boom:\x9b31m \x07"


def shown(report, width=80, **console):
    out = io.StringIO()
    report_view.show(Console(file=out, width=width, **console), report)
    return out.getvalue()


def flat(text):
    return " ".join(text.split())


@pytest.mark.parametrize(
    "fact",
    [
        "store/search cause confirmed",
        "search-availability: 99.9 % over 30 days (assumed: nobody stated one)",
        "SLI http_requests_total with label code",
        "1h/5m 22.1x / 310x 14.4x (page) FIRES",
        "3d/6h no data / no data 1x (ticket) no data",
        "onset 2026-11-03 14:03:21 UTC",
        "errors rose: 31 % of requests fail, since 14:03:21 (normal: 0.1 %) [E2]",
        "14:02:00 -81 s rollout Deployment store/search: release 7.2 (revision 4 → 7); by kubectl-set (cleared)",
        "14:03:00 -21 s config ConfigMap store/search-config: edited; keys: index-url; by mallory <- the cause",
        "14:03:21 ============= ONSET errors begin",
        "14:09:00 +5 min 39 s scale",
        "CONFIRMED the edit of search-config broke search █████████░ 30 % → 87 %",
        "REFUTED release 7.2 of search is bad █░░░░░░░░░ 61 % → 5 %",
        "▲ 30 % → 87 % revision split: do pods of the old revision fail as well?",
        "seen: 7.1: 31 % (3 pods), 7.2: 30 % (3 pods) of requests fail [E9]",
        "outcome 'both fail': expected here with 92 %, by its rivals with 10 % (discriminating)",
        "4 failing inside it, 0 against it [E12]",
        "logs 4 1 1 refused: pods/log is forbidden",
        "events 0 0 0 never asked",
        "capped at 97 %",
        "CAUSE CONFIRMED confidence 97 %",
        "• restore the previous search-config",
        "action roll Deployment store/search back to revision 4",
        "blast radius 6 of 6 pods",
        "undo roll Deployment store/search back to revision 7 (taken back by itself",
        "- image: search:7.2 + image: search:7.1",
        "• proposed: roll Deployment store/search back to revision 4 (playbook",
        "expires 2026-11-03 14:37:00 UTC, 30 min after it was asked",
        "! an autoscaler owns the replica count",
        "approved by ada (cli) at 14:08:00 (go)",
        "RECOVERED burn 310x → 0.4x, 2400 requests seen",
        "search fails: recovered; config_change at 97 %",
        "[E9] metrics, asked 14:06:02: two series",
        "1 more that nothing above cites",
    ],
)
def test_a_report_says(fact):
    assert fact in flat(shown(samples.report()))


def test_a_report_shows_the_beginning_of_the_digest_that_an_approval_is_bound_to():
    assert f"PROPOSAL digest {samples.proposal().digest[:8]}" in flat(shown(samples.report()))


def test_the_onset_stands_among_the_changes_in_order():
    rows = shown(samples.report()).splitlines()
    order = [
        n for n, row in enumerate(rows) if row.startswith(("  14:02:00", "  14:03:00", "  14:03:21", "  14:09:00"))
    ]
    assert order == sorted(order)
    assert [rows[n][2:10] for n in order] == ["14:02:00", "14:03:00", "14:03:21", "14:09:00"]


def test_everything_but_queries_fits_80_columns_and_ends_without_blanks():
    for row in shown(samples.report()).splitlines():
        assert row == row.rstrip()
        assert cell_len(row) <= 80 or row.lstrip().startswith("sum by (pod)")


def test_a_query_stays_on_one_line_so_that_it_can_be_pasted():
    assert samples.cited("E9").question in [row.strip() for row in shown(samples.report()).splitlines()]


def test_without_colour_no_colour_is_written_and_the_signs_remain():
    coloured = shown(samples.report(), force_terminal=True, color_system="standard")
    assert "\x1b[31m" in coloured
    plain = shown(samples.report(), force_terminal=True, color_system="standard", no_color=True)
    assert "\x1b[31m" not in plain
    assert "\x1b[32m" not in plain
    assert "▼" in plain


@pytest.mark.parametrize(
    ("conclusion", "words"),
    [
        (Conclusion.INCONCLUSIVE, "INCONCLUSIVE confidence 40 %"),
        (Conclusion.BLIND, "COULD NOT SEE ENOUGH"),
        (Conclusion.HEALTHY, "NOTHING BURNS"),
    ],
)
def test_each_conclusion_is_said_in_words(conclusion, words):
    bare = samples.report(conclusion=conclusion, confidence=0.4, hypotheses=[], proposal=None, evidence=[])
    assert words in flat(shown(bare))


def test_a_report_of_almost_nothing_says_what_is_not_known():
    incident = samples.incident(service=None, unresolved="looked for labels namespace, service: none")
    bare = samples.report(
        **dict.fromkeys(("slo", "burn", "onset", "condition", "proposal", "permission", "decision")),
        **{name: [] for name in ("changes", "findings", "hypotheses", "recalled", "next_steps", "evidence")},
        incident=incident,
        coverage={"items": []},
        verification=None,
        conclusion=Conclusion.BLIND,
    )
    text = flat(shown(bare))
    for words in (
        "unknown service",
        "looked for labels",
        "not measured",
        "no change was seen",
        "no hypothesis",
        "nothing was asked",
    ):
        assert words in text


def test_a_verification_that_cannot_tell_never_reads_as_recovered():
    unsure = samples.verification(VerificationKind.CANNOT_TELL, None).evolve(reason="metrics are gone")
    text = flat(shown(samples.report(verification=unsure)).split("VERIFICATION")[1])
    assert text.startswith("CANNOT TELL burn 310x → no data")
    assert "RECOVERED" not in text


def test_a_burn_without_any_measurement_says_so():
    silent = Burn(at=samples.at(6), objective=0.999, readings=[])
    assert "burn no data" in flat(shown(samples.report(burn=silent)))


def hostile_report():
    change = samples.changes()[1].model_copy(update={"summary": HOSTILE, "actor": HOSTILE})
    hypotheses = [each.evolve(claim=HOSTILE, why=HOSTILE) for each in samples.settled()]
    return samples.report(
        summary=HOSTILE,
        incident=samples.incident(title=HOSTILE, service=ServiceRef(namespace="a", name=HOSTILE)),
        changes=[change],
        findings=[samples.finding().evolve(statement=HOSTILE)],
        hypotheses=hypotheses,
        proposal=samples.proposal().evolve(diff=f"+{HOSTILE}", reason=HOSTILE, warnings=[HOSTILE]),
        next_steps=[HOSTILE],
        evidence=[samples.cited("E9", HOSTILE)],
    )


@pytest.mark.parametrize("markup", [True, False])
def test_hostile_text_is_shown_as_data_whatever_the_console_allows(markup):
    text = shown(hostile_report(), markup=markup, emoji=markup)
    assert flat(text).count("[bold red]BOOM[/] exe.txt :boom:") >= 8
    assert not [mark for mark in text if mark in "\x1b\x07\r\x9b\u202e"]
    assert "owned" not in text


def test_a_line_of_a_megabyte_is_cut_with_its_length_said():
    report = samples.report(findings=[samples.finding().evolve(statement="x" * 1_048_576)])
    text = shown(report)
    assert "(1,048,576 characters in all)" in flat(text)
    assert len(text) < 20_000


def test_a_folded_line_of_a_diff_cannot_pass_for_another_line():
    trick = "+        value: a" + " " * 70 + "- image: evil"
    out = io.StringIO()
    Console(file=out, width=80).print(card(samples.proposal().evolve(diff=trick)))
    after = out.getvalue().split("dry run\n")[1].splitlines()
    assert after[0].startswith("  + ")
    assert not [row for row in after[1:] if row.startswith(("  - ", "  + "))]


def test_a_proposal_that_cannot_be_undone_says_so():
    report = samples.report(proposal=samples.proposal().evolve(undo=None))
    assert "undo none: this action cannot be taken back" in flat(shown(report))
