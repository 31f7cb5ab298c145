"""Templates learnt from lines: what varies becomes a hole, different messages stay apart."""

import pytest

from agent.reasoning.templates import Miner, folded, loud

LINES = [
    *(
        f"user {name} signed in from {place}"
        for name, place in [("ann", "rome"), ("bob", "oslo"), ("cy", "lima"), ("dee", "bonn")]
    ),
    *(f"wrote {n} rows in {n * 3} ms" for n in range(1, 9)),
    *(f"cannot reach peer-{n}.internal: connection refused" for n in range(4)),
    "cache warmed",
    "cache cleared",
]


def groups(lines):
    miner = Miner()
    numbers = [miner.add(line) for line in lines]
    return numbers, miner


def test_lines_of_one_message_share_a_template_and_others_do_not():
    numbers, miner = groups(LINES)
    assert len(set(numbers[:4])) == len(set(numbers[4:12])) == len(set(numbers[12:16])) == 1
    assert len({numbers[0], numbers[4], numbers[12], numbers[16]}) == 4
    assert miner.text(numbers[4]) == "wrote * rows in * ms"
    assert miner.text(numbers[0]) == "user * signed in from *"


def test_it_agrees_with_drain_on_lines_both_can_group():
    drain3 = pytest.importorskip("drain3", reason="drain3 pins an old cachetools; it is an oracle, not a dependency")
    miner = drain3.TemplateMiner()
    theirs = [miner.add_log_message(line)["cluster_id"] for line in LINES[:16]]
    ours, _ = groups(LINES[:16])
    assert [a == b for a in ours for b in ours] == [a == b for a in theirs for b in theirs]


@pytest.mark.parametrize(
    ("level", "text", "expected"),
    [
        ("ERROR", "gone", True),
        ("WARN", "token rejected: invalid signature failed", True),
        ("WARN", "cache is cold", False),
        ("INFO", "0 errors, none failed", False),
        ("", "panic: runtime error", True),
        ("", "level=info msg=ready", False),
        ("Fatal", "bye", True),
    ],
)
def test_a_level_is_believed_and_guessed_where_there_is_none(level, text, expected):
    assert loud(level, text) is expected


STACKS = {
    "go": ["panic: boom", "goroutine 7 [running]:", "\tmain.go:12 +0x1d"],
    "java": ["IllegalStateException: boom", "\tat com.acme.Till.pay(Till.java:9)", "Caused by: java.io.IOException: x"],
    "python": ["Traceback (most recent call last):", '  File "till.py", line 3, in pay', "    return 1 / 0"],
    "node": ["TypeError: boom", "    at pay (/app/till.js:3:9)"],
}


@pytest.mark.parametrize("language", STACKS)
def test_a_stack_is_folded_into_its_line(language):
    assert folded(["ready", *STACKS[language], "next line"]) == ["ready", "\n".join(STACKS[language]), "next line"]
