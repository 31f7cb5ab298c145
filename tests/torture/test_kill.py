"""SIGKILL at random instants of whole incidents: a real daemon, a real control plane, SQLite. Nothing doubled, lost or stuck.

STEADYHAND_KILLS=1000 is the long form. Every draw comes from STEADYHAND_SEED; what the machine does in
between does not, so a failing seed repeats the plan of the deaths, and almost always their places.
"""

import os
import time
from collections import Counter

import pytest

from tests.torture.seeds import SEED
from tests.torture.ward import Hospital

pytestmark = [pytest.mark.tier1, pytest.mark.tier2]

KILLS = int(os.environ.get("STEADYHAND_KILLS", "50"))


def test_whenever_the_daemon_is_killed_no_action_is_doubled_and_no_incident_lost_or_stuck(
    control_plane, tmp_path, capsys
):
    replay = f"STEADYHAND_SEED={SEED} STEADYHAND_KILLS={KILLS} python -m pytest tests/torture/test_kill.py"
    began = time.monotonic()
    hospital = Hospital(control_plane, tmp_path, KILLS, SEED)
    try:
        judged = hospital.run()
    finally:
        broken = hospital.close()
    sums = {
        "doubled": sum(each.doubled for each in judged),
        "lost": sum(bool(each.lost) for each in judged),
        "stuck": sum(each.stuck for each in judged),
    }
    courses = Counter(each.course for each in judged)
    with capsys.disabled():
        print(
            f"\nSIGKILL: {hospital.toll.deaths} deaths of {len(hospital.wards)} daemons in {len(judged)} incidents:"
            f" {sums['doubled']} doubled, {sums['lost']} lost, {sums['stuck']} stuck, {len(broken)} audits broken;"
            f" {time.monotonic() - began:.0f} s; {replay}\n"
            f"  incidents under way when a daemon died: {told(hospital.toll.fell)}\n"
            f"  how they ended: {told(courses)}; deaths an incident: {told(Counter(each.deaths for each in judged))}"
        )
    accounts = "\n".join(each.account for each in judged if not each.well)
    assert sums == {"doubled": 0, "lost": 0, "stuck": 0}, f"repeat with {replay}\n{accounts}"
    assert broken == [], f"repeat with {replay}"
    assert hospital.toll.deaths == KILLS
    acted = courses["healed"] + courses["taken back"]
    assert acted >= 0.8 * len(judged), f"too few incidents came to an action to prove anything: {courses}"


def told(counted: Counter) -> str:
    return ", ".join(f"{what}: {count}" for what, count in counted.most_common())
