"""What must hold of the guard whatever the attempt and the policy: it never gets wider by knowing less, or by order."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from agent.model.freeze import CalendarFile, CalendarReading, Exemption, Freeze, Weekday, WeeklyFreeze
from agent.model.playbook import Autonomy
from agent.model.proposal import PermissionKind
from agent.model.rules import ApproverRule, AutonomyRule, ErrorBudget, Policy
from agent.model.safety import CheckOutcome, SafetyCheck
from agent.model.slo import Severity
from agent.policy.answers import STRICTNESS
from agent.policy.attempt import Attempt, Hand, Touch
from agent.policy.freezes import freeze
from agent.policy.guard import RULES, guard, settle
from tests.policy.attempts import PLAYBOOK, SERVICE, TARGET, attempt, limited
from tests.reasoning.builders import CHECKOUT, PAYMENTS, after, named

FREEZE = Freeze(start=after(0), end=after(3600), reason="Black Friday")
FILES = [CalendarFile(path=Path(name)) for name in ("one.ics", "two.ics")]
EXEMPT = Exemption(name="exempt", severities=[Severity.PAGE])
UNKNOWN = [name for name, field in Attempt.model_fields.items() if field.default is None]
"""Every fact that may be unknown."""


def few(*values):
    return st.lists(st.sampled_from(values), max_size=2, unique_by=str)


def scoped(line, **more):
    return st.builds(
        line,
        namespaces=few(TARGET.namespace, "billing"),
        services=few(str(SERVICE), "billing/ledger"),
        actions=few("restart", "rollback"),
        severities=few(*Severity),
        **more,
    )


autonomies = st.sampled_from(Autonomy)
policies = st.builds(
    Policy,
    autonomy=autonomies,
    namespaces=st.dictionaries(st.sampled_from([TARGET.namespace, "billing"]), autonomies),
    autonomy_rules=st.lists(scoped(AutonomyRule, autonomy=autonomies), max_size=3),
    error_budget=st.none() | st.builds(ErrorBudget, min_burn=st.integers(0, 30), max_left_percent=st.integers(1, 100)),
    approvers=st.lists(scoped(ApproverRule, people=st.integers(1, 3), roles=few("sre", "dba")), max_size=2),
    max_evidence_age_seconds=st.integers(1, 4000),
    max_actions_per_incident=st.integers(0, 3),
    max_actions_per_hour=st.integers(0, 3),
    max_pods=st.integers(1, 5),
    max_replicas_percent=st.none() | st.integers(1, 150),
    max_namespaces=st.integers(1, 2),
    recent_change_minutes=st.integers(0, 40),
    kubectl_minutes=st.integers(0, 40),
    exemptions=st.just([EXEMPT]),
    freezes=few(FREEZE, FREEZE.evolve(exemptions=[EXEMPT.name])),
    weekly_freezes=few(
        WeeklyFreeze(days=["thu"], start="00:00", end="24:00", reason="r", exemptions=[EXEMPT.name]),
        WeeklyFreeze(days=["thu"], start="14:30", end="15:00", zone="Asia/Tokyo", reason="r"),
    ),
    calendars=few(*FILES, FILES[0].evolve(exemptions=[EXEMPT.name])),
)
readings = st.lists(
    st.builds(CalendarReading, path=st.sampled_from([f.path for f in FILES]), windows=st.none() | few(FREEZE)),
    max_size=3,
)
touches = st.lists(
    st.builds(Touch, hand=st.sampled_from(Hand), what=st.just("w"), at=st.integers(-4000, 0).map(after)), max_size=2
)
attempts = st.builds(
    attempt,
    pods=st.integers(0, 6),
    replicas=st.integers(0, 6),
    playbook=st.builds(lambda pods, level: limited(pods).evolve(autonomy=level), st.integers(1, 6), autonomies),
    at=st.integers(-3600, 7200).map(after),
    service=st.just(SERVICE),
    severity=st.sampled_from(Severity),
    namespaces=few(TARGET.namespace, "billing"),
    acted_here=st.integers(0, 3),
    acted_last_hour=st.integers(0, 3),
    family=few(TARGET, named(PAYMENTS)),
    busy=few(named(CHECKOUT), named(PAYMENTS)),
    burn=st.floats(0, 50),
    budget_left=st.floats(-1, 1),
    checks=st.lists(
        st.builds(SafetyCheck, name=st.just("n"), outcome=st.sampled_from(CheckOutcome), statement=st.just("s")),
        max_size=2,
    ),
    evidence_at=st.integers(-4000, 0).map(after),
    calendars=readings,
    rollouts=few("a rollout"),
    touches=touches,
    silences=few("kim"),
    hands_off=few("Namespace shop"),
)


def width(tried: Attempt, policy: Policy) -> tuple[int, ...]:
    """How strict every rule is, the whole is, how many people, how few roles: larger is narrower.

    Every rule for itself: the whole is refused for so many reasons that it would hide one that gives way.
    """
    permission = guard(tried, policy)
    roles = 3 if permission.roles is None else len(permission.roles)
    each = [STRICTNESS.index(rule(tried, policy).kind) for rule in RULES]
    return *each, STRICTNESS.index(permission.kind), permission.people, -roles


def no_wider(narrow: tuple[int, ...], wide: tuple[int, ...]) -> bool:
    return all(a >= b for a, b in zip(narrow, wide, strict=True))


@settings(max_examples=250)
@given(attempts, policies, st.sets(st.sampled_from(UNKNOWN)), st.sets(st.sampled_from(UNKNOWN)))
def test_less_evidence_never_makes_it_wider(tried, policy, gone, more):
    known = tried.evolve(**dict.fromkeys(gone))
    assert no_wider(width(known, policy), width(tried, policy))
    assert no_wider(width(known.evolve(**dict.fromkeys(more)), policy), width(known, policy))


@settings(max_examples=100)
@given(attempts, policies, st.sampled_from(FILES))
def test_a_calendar_that_is_lost_never_makes_it_wider(tried, policy, file):
    for lost in (
        [r for r in tried.calendars if r.path != file.path],
        [CalendarReading(path=r.path, problem="gone") if r.path == file.path else r for r in tried.calendars],
    ):
        assert no_wider(width(tried.evolve(calendars=lost), policy), width(tried, policy))


def test_every_fact_that_may_be_unknown_is_among_those_taken_away():
    assert {"service", "severity", "burn", "budget_left", "touches", "hands_off", "evidence_at"} <= set(UNKNOWN)
    words = {"silences_problem"}  # why a fact is unknown is none
    assert set(Attempt.model_fields) - set(UNKNOWN) - words == {"action", "playbook", "preview", "at", "calendars"}


@given(attempts, policies, st.permutations(RULES))
def test_the_order_of_the_rules_does_not_matter(tried, policy, order):
    told = settle([rule(tried, policy) for rule in order])
    asked = guard(tried, policy)
    assert (told.kind, told.rule, told.reason, told.answers) == (asked.kind, asked.rule, asked.reason, asked.answers)
    assert told.kind is max((answer.kind for answer in told.answers), key=STRICTNESS.index)


ORDERED = ["autonomy_rules", "approvers", "freezes", "weekly_freezes", "calendars"]


@given(attempts, policies, st.sampled_from(ORDERED), st.data())
def test_the_order_of_the_policys_lines_does_not_matter(tried, policy, key, data):
    shuffled = policy.evolve(**{key: data.draw(st.permutations(getattr(policy, key)))})
    assert width(tried, shuffled) == width(tried, policy)


LEVELS = list(Autonomy)
LOWER = {level: LEVELS[max(0, number - 1)] for number, level in enumerate(LEVELS)}


def stake(policy: Policy, by: int) -> ErrorBudget:
    old = policy.error_budget or ErrorBudget(min_burn=0, max_left_percent=100)
    return ErrorBudget(min_burn=old.min_burn + by, max_left_percent=max(0.1, old.max_left_percent - by))


def bare(policy: Policy) -> dict:
    keys = ("freezes", "weekly_freezes", "calendars")
    return {key: [f.evolve(exemptions=[]) for f in getattr(policy, key)] for key in keys}


def night(by: int) -> WeeklyFreeze:
    return WeeklyFreeze(days=[list(Weekday)[by % 7]], start="01:00", end="00:30", reason="r")


NARROWED = {  # key -> the same policy with that narrower; `by` picks which or how much
    "autonomy": lambda p, _: {"autonomy": LOWER[p.autonomy]},
    "namespaces": lambda p, by: {
        "namespaces": {TARGET.namespace: LEVELS[by % 3], **{n: LOWER[v] for n, v in p.namespaces.items()}}
    },
    "autonomy_rules": lambda p, by: {
        "autonomy_rules": [
            r.evolve(autonomy=LOWER[r.autonomy]) if i == by % 3 else r for i, r in enumerate(p.autonomy_rules)
        ]
    },
    "error_budget": lambda p, by: {"error_budget": stake(p, by)},
    "approvers": lambda p, by: {"approvers": [*p.approvers, ApproverRule(people=1 + by % 3, roles=["sre"])]},
    "freezes": lambda p, _: {"freezes": [*p.freezes, FREEZE]},
    "weekly_freezes": lambda p, by: {"weekly_freezes": [*p.weekly_freezes, night(by)]},
    "calendars": lambda p, by: {"calendars": [*p.calendars, FILES[by % 2]]},
    "exemptions": lambda p, _: {**bare(p), "exemptions": []},
    "recent_change_minutes": lambda p, by: {"recent_change_minutes": p.recent_change_minutes + by},
    "kubectl_minutes": lambda p, by: {"kubectl_minutes": p.kubectl_minutes + by},
    "max_replicas_percent": lambda p, by: {"max_replicas_percent": max(1, (p.max_replicas_percent or 200) - by)},
    **{
        key: lambda p, by, key=key, least=least: {key: max(least, getattr(p, key) - by)}
        for key, least in {
            "max_evidence_age_seconds": 1,
            "max_actions_per_incident": 0,
            "max_actions_per_hour": 0,
            "max_pods": 1,
            "max_namespaces": 1,
        }.items()
    },
}


def test_every_key_of_the_policy_is_narrowed():
    assert set(NARROWED) == set(Policy.model_fields) - {"approval_seconds"}


@settings(max_examples=250)
@given(attempts, policies, st.sampled_from(sorted(NARROWED)), st.integers(0, 40))
def test_narrowing_the_policy_never_makes_it_wider(tried, policy, key, by):
    assert no_wider(width(tried, policy.evolve(**NARROWED[key](policy, by))), width(tried, policy))


QUARTER = timedelta(minutes=15)
TURNS = [  # when the clocks of a zone change, in UTC; Lord Howe's by half an hour, Apia once skipped a day
    ("Europe/Berlin", "2026-03-29T01:00"),
    ("Europe/Berlin", "2026-10-25T01:00"),
    ("America/New_York", "2026-03-08T07:00"),
    ("America/New_York", "2026-11-01T06:00"),
    ("Australia/Lord_Howe", "2026-04-04T15:00"),
    ("Australia/Lord_Howe", "2026-10-03T15:30"),
    ("Pacific/Apia", "2011-12-30T10:00"),
    ("Asia/Kathmandu", "2026-05-05T12:00"),
    ("UTC", "2026-12-31T23:45"),
]


@st.composite
def windows_near_a_turn(draw):
    """A window of every day that begins around a change of the clocks, and moments around it."""
    zone, text = draw(st.sampled_from(TURNS))
    turn = datetime.fromisoformat(text).replace(tzinfo=UTC)
    wall = turn.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    start = wall + draw(st.integers(-10, 10)) * QUARTER
    end = start + draw(st.integers(1, 20)) * QUARTER
    days = draw(st.just(list(Weekday)) | st.sets(st.sampled_from(Weekday), min_size=1).map(sorted))
    weekly = WeeklyFreeze(days=days, start=f"{start:%H:%M}", end=f"{end:%H:%M}", zone=zone, reason="r")
    return weekly, [turn + minutes * timedelta(minutes=5) for minutes in range(-70, 71)]


@settings(max_examples=150)
@given(windows_near_a_turn())
def test_a_weekly_freeze_is_never_crossed(near):
    weekly, moments = near
    for at in moments:
        if on_the_wall(weekly, at.astimezone(ZoneInfo(weekly.zone))):
            assert freeze(attempt(at=at), Policy(weekly_freezes=[weekly])).kind is PermissionKind.REFUSED


@given(attempts, policies, windows_near_a_turn())
def test_whatever_else_holds_a_weekly_freeze_is_never_crossed(tried, policy, near):
    weekly, moments = near
    inside = [at for at in moments if on_the_wall(weekly, at.astimezone(ZoneInfo(weekly.zone)))]
    for at in inside[:2]:
        frozen = policy.evolve(weekly_freezes=[*policy.weekly_freezes, weekly])
        assert guard(tried.evolve(at=at), frozen).kind is PermissionKind.REFUSED


def on_the_wall(weekly: WeeklyFreeze, wall: datetime) -> bool:
    """Another way to the same answer: minutes of the day, read off the clock."""
    now = wall.hour * 60 + wall.minute
    begins, ends = (int(text[:2]) * 60 + int(text[3:]) for text in (weekly.start, weekly.end))
    today, yesterday = (list(Weekday)[(wall.weekday() - back) % 7] in weekly.days for back in (0, 1))
    if begins < ends:
        return today and begins <= now < ends
    return (today and now >= begins) or (yesterday and now < ends)


@settings(max_examples=150)
@given(windows_near_a_turn())
def test_a_weekly_freeze_is_one_piece_also_when_the_clocks_change(near):
    weekly, moments = near
    day = moments[70].astimezone(ZoneInfo(weekly.zone))
    one_day = weekly.evolve(days=[list(Weekday)[day.weekday()]])
    hours = [moments[70] + timedelta(minutes=5 * m) for m in range(-12 * 24, 12 * 36)]
    frozen = [freeze(attempt(at=at), Policy(weekly_freezes=[one_day])).kind is PermissionKind.REFUSED for at in hours]
    assert sum(now and not before for before, now in pairwise([False, *frozen])) == 1


@given(attempts, policies, st.integers(-3600, 3600), st.integers(1, 7200))
def test_a_dated_freeze_is_never_crossed(tried, policy, begins, lasts):
    start = tried.at + timedelta(seconds=begins)
    window = Freeze(start=start, end=start + timedelta(seconds=lasts), reason="r")
    if window.start <= tried.at < window.end:
        assert guard(tried, policy.evolve(freezes=[*policy.freezes, window])).kind is PermissionKind.REFUSED


@given(attempts, policies)
def test_one_more_action_or_pod_never_makes_it_easier(tried, policy):
    harder = tried.evolve(acted_here=tried.acted_here + 1, acted_last_hour=tried.acted_last_hour + 1)
    assert no_wider(width(harder, policy), width(tried, policy))


@given(attempts, policies)
def test_house_and_playbook_are_never_exceeded(tried, policy):
    permission = guard(tried, policy)
    if permission.kind is PermissionKind.ALLOWED:
        assert policy.autonomy is tried.playbook.autonomy is Autonomy.ACT


@given(attempts, policies)
def test_the_answer_always_names_its_rule_and_a_reason(tried, policy):
    permission = guard(tried, policy)
    assert len(permission.answers) == len(RULES)
    assert all(answer.rule and answer.reason for answer in permission.answers)


def test_the_playbook_these_tests_act_by_may_act():
    assert PLAYBOOK.autonomy is Autonomy.ACT
