"""What failed here twice is not proposed a third time."""

from datetime import UTC, datetime

import pytest

from agent.model.entity import Entity
from agent.model.playbook import Playbook, PlaybookStep
from agent.model.setback import Setback
from agent.policy.again import untired

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
WEB = Entity(kind="Deployment", namespace="shop", name="web")


def playbook(name: str) -> Playbook:
    return Playbook(name=name, title=name, treats=["memory-leak"], steps=[PlaybookStep(action="restart")])


def setback(key: str, spec_hash: str = "s1", name: str = "restart") -> Setback:
    return Setback(
        key=key,
        incident_id=f"i-{key}",
        playbook=name,
        action="restart it",
        cause="memory-leak",
        target=WEB,
        spec_hash=spec_hash,
        at=NOW,
    )


@pytest.mark.parametrize(
    ("setbacks", "left"),
    [
        ([], ["restart", "scale-out"]),
        ([setback("a")], ["restart", "scale-out"]),
        ([setback("a"), setback("a")], ["restart", "scale-out"]),  # the same action, told twice
        ([setback("a"), setback("b")], ["scale-out"]),
        ([setback("a"), setback("b", spec_hash="s2")], ["restart", "scale-out"]),  # another spec: another case
        ([setback("a"), setback("b", name="scale-out")], ["restart", "scale-out"]),
        ([setback(k, name=n) for n in ("restart", "scale-out") for k in (f"{n}1", f"{n}2")], []),
    ],
)
def test_a_playbook_that_failed_twice_on_this_spec_is_left_out(setbacks, left):
    found = untired([playbook("restart"), playbook("scale-out")], setbacks, "s1")
    assert [each.name for each in found.playbooks] == left
    assert len(found.reasons) == 2 - len(left)


def test_the_reason_names_what_where_how_often_and_the_last_time():
    (reason,) = untired([playbook("restart")], [setback("a"), setback("b")], "s1").reasons
    assert reason == (
        "restart: it did not help Deployment shop/web 2 times against memory-leak, on this same spec"
        " (last in i-a on 2026-11-23); not tried again"
    )
