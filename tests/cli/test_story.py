import io

import pytest
from rich.console import Console

from agent.cli.story import Story
from agent.model.journal import Topic
from agent.model.verification import VerificationKind
from tests.cli import entries, samples


def told(entries, **console):
    out = io.StringIO()
    story = Story(Console(file=out, width=80, **console))
    for entry in entries:
        story.tell(entry)
    return out.getvalue()


def flat(text):
    return " ".join(text.split())


@pytest.mark.parametrize(
    "moment",
    [
        "14:06:01 opened store/search: ErrorBudgetBurn: search fails for one request in three (page, 1 alert)",
        "burn 310x what the budget allows (page)",
        "1h/5m 22.1x / 310x 14.4x (page) FIRES",
        "timeline text of timeline 13:40:00 -23 min 21 s node n5 was added",
        "ONSET errors begin",
        "61 % ██████░░░░ release 7.2 of search is bad",
        "test do pods of the old revision fail as well? (Deployment store/search)",
        "seen: 7.1: 31 % (3 pods), 7.2: 30 % (3 pods) of requests fail [E9]",
        "▲ 30 % → 87 % █████████░ the edit of search-config broke search (expected 92 %, rivals 10 %)",
        "▼ 61 % → 5 % █░░░░░░░░░ release 7.2 of search is bad (expected 3 %, rivals 90 %)",
        "logs 4 1 1 refused: pods/log is forbidden",
        "CONFIRMED 30 % → 87 % the edit of search-config broke search",
        "only pods that loaded the edit fail [E9]",
        "action roll Deployment store/search back to revision 4",
        "permission ask (rule autonomy): namespace store: propose",
        "decision approved by ada (cli) at 14:08:00 (go)",
        "action done: restart Deployment store/search: accepted",
        "█▆▂▁ burn 0.4x, was 310x before",
        "RECOVERED burn 310x → 0.4x",
        "escalated text of escalated",
        "remembered search fails: recovered; config_change at 97 %",
    ],
)
def test_the_whole_story_tells(moment):
    assert moment in flat(told(entries.whole_story()))


@pytest.mark.parametrize("topic", Topic)
def test_an_entry_without_its_record_is_told_by_its_text(topic):
    assert flat(told([entries.entry(topic)])) == f"14:06:01 {topic} text of {topic}"


@pytest.mark.parametrize("topic", Topic)
@pytest.mark.parametrize("data", ["?", 3, [{"id": 1}], {"unknown": "field"}])
def test_an_entry_of_another_version_is_told_by_its_text(topic, data):
    entry = entries.entry(topic).evolve(data=data)
    assert f"text of {topic}" in flat(told([entry]))


def test_a_reading_is_told_once_though_it_moved_two_hypotheses():
    text = told([entries.entry(Topic.HYPOTHESES, samples.suspects()), entries.entry(Topic.TEST, samples.tested())])
    assert text.count("seen:") == 1


def test_a_second_test_tells_only_what_is_new():
    release, config = samples.tested()
    second = samples.split(0.87, 0.95, 0.9, 0.2).evolve(
        probe="onset", statement="first error 14:03:21", evidence=["E11"]
    )
    later = [release.evolve(probability=0.02), config.evolve(probability=0.95, tests=[*config.tests, second])]
    text = flat(told([entries.entry(Topic.TEST, samples.tested()), entries.entry(Topic.TEST, later, text="second")]))
    after = text.split("[E9]")[1]
    assert "first error 14:03:21 [E11]" in after
    assert "[E9]" not in after
    assert "▲ 87 % → 95 %" in after
    assert "▼ 5 % → 2 %" in after


def test_a_hypothesis_that_did_not_move_is_not_shown_as_stronger_or_weaker():
    same = entries.entry(Topic.TEST, samples.tested(), text="again")
    after = told([entries.entry(Topic.TEST, samples.tested()), same]).split("again")[1]
    assert "▲" not in after
    assert "▼" not in after
    assert after.count("= ") == 1  # only the leader is worth a line


def test_another_incident_starts_afresh():
    looks = samples.verification(VerificationKind.WATCHING, 155.0)
    first = entries.entry(Topic.VERIFYING, looks)
    other = entries.entry(Topic.VERIFYING, looks, incident_id="inc-2")
    rows = [row for row in told([first, first, other]).splitlines() if "burn" in row]
    assert [row.split()[0] for row in rows] == ["█▅", "█▅▅", "█▅"]


def test_a_look_without_metrics_leaves_a_hole_instead_of_a_low_burn():
    blind = samples.verification(VerificationKind.WATCHING, None)
    text = flat(told([entries.entry(Topic.VERIFYING, blind)]))
    assert "█· burn no data, was 310x before" in text


def test_hostile_text_is_told_as_data():
    hostile = "\x1b[2J[red]x[/red]\u202e\x07 :boom:"
    hostile_entries = [
        entries.entry(Topic.TROUBLE, text=hostile),
        entries.entry(Topic.FINDING, samples.finding().evolve(statement=hostile)),
    ]
    text = told(hostile_entries)
    assert text.count("[red]x[/red] :boom:") == 2
    assert not [mark for mark in text if mark in "\x1b\x07\u202e"]
