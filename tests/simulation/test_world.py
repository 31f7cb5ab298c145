from datetime import timedelta

import numpy as np
import pytest

from agent.model.change import ChangeKind
from integrations.simulation.clock import ManualClock
from integrations.simulation.fault import Fault, FaultKind
from integrations.simulation.world import World
from tests.simulation.stage import BAD_IMAGE, START, a_stage

BAD_BUILD = Fault(kind=FaultKind.CODE, ratio=0.3)


def all_samples(world):
    now = world.advance().timestamp()
    times, values = world.samples.window(list(range(len(world.samples.labels))), 0, now)
    return world.samples.labels, times, values


def a_story(world, clock, pushes):
    """The same actions at the same virtual times, however often somebody looked in between."""
    for seconds in pushes:
        clock.push(seconds)
        world.advance()
    world.release("checkout", BAD_IMAGE, [BAD_BUILD])
    clock.push(40)
    world.break_dependency("payments", "crash")
    clock.push(400)
    return all_samples(world)


@pytest.mark.parametrize("seed", range(5))
async def test_a_healthy_shop_fails_less_than_two_in_a_thousand(seed):
    stage = a_stage(seed)
    for service in stage.world.plans:
        assert 0 <= await stage.error_ratio(service, seconds=3600) < 0.002


def test_the_same_seed_is_the_same_world_however_often_it_is_looked_at():
    worlds = []
    for pushes in ([300], [7, 1, 200, 13, 79]):
        clock = ManualClock(START)
        worlds.append(a_story(World(7, clock), clock, pushes))
    (labels, times, values), (other_labels, other_times, other_values) = worlds
    assert labels == other_labels
    assert np.array_equal(times, other_times)
    assert np.array_equal(values, other_values, equal_nan=True)


def test_another_seed_is_another_world():
    one, other = (World(seed, ManualClock(START)) for seed in (1, 2))
    assert [pod.name for pod in one.deployment("checkout").pods] != [
        pod.name for pod in other.deployment("checkout").pods
    ]
    assert not np.array_equal(all_samples(one)[2], all_samples(other)[2], equal_nan=True)


def test_ninety_minutes_of_history_are_there_and_no_more_than_three_hours_are_kept():
    stage = a_stage()
    _, times, _ = all_samples(stage.world)
    assert times[-1] - times[0] == pytest.approx(90 * 60, abs=10)
    for _ in range(4):
        stage.later(3600)
    _, times, values = all_samples(stage.world)
    assert times[-1] - times[0] == pytest.approx(3 * 3600, abs=10)
    assert np.isfinite(values[:, 0]).any()


@pytest.mark.parametrize("seed", range(8))
def test_revision_numbers_have_gaps(seed):
    world = a_stage(seed).world
    for deployment in world.deployments.values():
        numbers = [replica_set.number for replica_set in deployment.sets]
        assert numbers == sorted(set(numbers))
        assert deployment.current.number == numbers[-1]
        assert numbers[-1] - numbers[-2] > 1


async def test_old_and_new_revision_serve_side_by_side_and_only_the_new_one_fails():
    stage = a_stage()
    stage.world.release("checkout", BAD_IMAGE, [BAD_BUILD])
    deployment, seen = stage.world.deployment("checkout"), set()
    for _ in range(24):
        stage.later(5)
        ready = [pod for pod in deployment.pods if pod.serving]
        assert len(ready) >= deployment.replicas
        assert len(deployment.pods_alive) <= deployment.replicas + 1
        seen.add(tuple(sorted(pod.owner for pod in ready)))
        if sum(pod.owner == deployment.current.name for pod in ready) == 2:
            by_pod = await stage.error_ratios("checkout", by=["pod"], seconds=15)
    assert len(seen) >= 5
    new = [ratio for pod, ratio in by_pod.items() if pod.startswith(deployment.current.name) and np.isfinite(ratio)]
    old = [ratio for pod, ratio in by_pod.items() if not pod.startswith(deployment.current.name) and np.isfinite(ratio)]
    assert min(new) > 0.1
    assert max(old) < 0.05
    assert {pod.owner for pod in deployment.pods} == {deployment.current.name}


async def test_rolling_the_bad_revision_back_heals_the_metrics():
    stage = a_stage()
    deployment = stage.world.deployment("checkout")
    good = deployment.current
    stage.world.release("checkout", BAD_IMAGE, [BAD_BUILD])
    stage.later(180)
    assert await stage.error_ratio("checkout") == pytest.approx(0.3, abs=0.04)
    assert await stage.error_ratio("frontend") > 0.05

    change = stage.world.put_template(deployment, good.template, "somebody")
    stage.later(240)
    assert await stage.error_ratio("checkout") < 0.01
    assert await stage.error_ratio("frontend") < 0.01
    assert change.kind is ChangeKind.ROLLBACK
    assert deployment.current is good
    assert good.number == max(replica_set.number for replica_set in deployment.sets)


async def test_a_restart_of_the_bad_revision_heals_nothing():
    stage = a_stage()
    stage.world.release("checkout", BAD_IMAGE, [BAD_BUILD])
    stage.later(180)
    change = stage.world.restart("checkout")
    stage.later(180)
    assert change.kind is ChangeKind.RESTART
    assert await stage.error_ratio("checkout") > 0.2


async def test_a_failing_dependency_is_seen_on_the_edge_and_upstream_whatever_the_revision():
    stage = a_stage()
    stage.world.release("checkout", BAD_IMAGE)
    stage.world.break_dependency("payments", "errors", ratio=0.5)
    stage.later(60)
    edges = await stage.error_ratios(
        "payments", metric="http_client_request_duration_seconds_count", label="server_address"
    )
    by_pod = await stage.error_ratios("checkout", by=["pod"], seconds=30)
    assert edges[""] == pytest.approx(0.5, abs=0.05)
    assert {pod.rpartition("-")[0] for pod in by_pod} == {s.name for s in stage.world.deployment("checkout").sets[-2:]}
    assert min(by_pod.values()) > 0.2
    assert await stage.error_ratio("frontend") > 0.05
    assert await stage.error_ratio("catalog") < 0.01


@pytest.mark.parametrize("mode", ["errors", "disk", "crash", "down"])
async def test_what_broke_a_dependency_can_be_healed(mode):
    stage = a_stage()
    stage.world.break_dependency("payments", mode)
    stage.later(240)
    assert await stage.error_ratio("checkout") > 0.1
    stage.world.heal("payments")
    stage.later(600)
    assert await stage.error_ratio("checkout") < 0.01


async def test_a_dependency_without_endpoints_answers_nobody():
    stage = a_stage()
    stage.world.break_dependency("payments", "down")
    stage.later(120)
    assert not any(pod.ready for pod in stage.world.deployment("payments").pods)
    edges = await stage.error_ratios(
        "payments",
        by=["http_response_status_code"],
        metric="http_client_request_duration_seconds_count",
        label="server_address",
    )
    assert edges["503"] == 1.0
    assert np.isnan(await stage.error_ratio("payments"))


async def test_memory_grows_until_containers_are_killed_and_a_restart_helps():
    stage = a_stage()
    stage.world.oom("checkout", seconds_to_limit=120)
    stage.later(400)
    pods = stage.world.deployment("checkout").pods
    assert all(pod.restarts >= 1 and pod.last_ended.reason == "OOMKilled" for pod in pods)
    assert await stage.error_ratio("checkout", seconds=300) > 0.05
    stage.world.restart("checkout")
    stage.later(420)
    assert await stage.error_ratio("checkout", seconds=120) < 0.01
    assert all(pod.restarts == 0 for pod in stage.world.deployment("checkout").pods)


async def test_a_bad_value_breaks_the_pods_that_loaded_it_until_it_is_edited_again():
    stage = a_stage()
    stage.world.edit_config("checkout-config", "tax-table", ratio=0.5)
    stage.later(120)
    assert await stage.error_ratio("checkout") == pytest.approx(0.5, abs=0.05)
    stage.world.edit_config("checkout-config", "tax-table")
    stage.later(120)
    assert await stage.error_ratio("checkout") < 0.01


def test_a_rollout_can_get_stuck_half_way_and_passes_its_deadline():
    stage = a_stage()
    deployment = stage.world.deployment("checkout")
    stage.world.release("checkout", BAD_IMAGE, [Fault(kind=FaultKind.UNREADY, count=2)])
    stage.later(700)
    ready = [pod.owner for pod in deployment.pods if pod.ready]
    assert ready.count(deployment.current.name) == 2
    assert len(ready) == deployment.replicas
    assert len(deployment.pods_alive) == deployment.replicas + 1
    assert deployment.progressing_since is not None


def test_scaling_takes_effect_and_is_on_the_timeline():
    stage = a_stage()
    change = stage.world.scale("checkout", 6)
    stage.later(30)
    assert sum(pod.ready for pod in stage.world.deployment("checkout").pods) == 6
    stage.world.scale("checkout", 2)
    stage.later(10)
    assert len(stage.world.deployment("checkout").pods) == 2
    assert change.kind is ChangeKind.SCALE
    assert stage.world.chronicle.changes(START, stage.clock.now())[0].id == change.id


async def test_what_is_scheduled_happens_at_its_time():
    stage = a_stage()
    stage.world.schedule(START + timedelta(seconds=60), lambda: stage.world.break_dependency("payments", "errors", 0.9))
    stage.later(55)
    assert await stage.error_ratio("payments", seconds=30) < 0.01
    stage.later(90)
    assert await stage.error_ratio("payments", seconds=30) > 0.8


@pytest.mark.parametrize(
    ("attempt", "said"),
    [
        (lambda world: world.release("nobody", "x"), "no Deployment 'nobody'"),
        (lambda world: world.release("checkout", "registry.example/shop/checkout:1.4.2"), "already runs"),
        (lambda world: world.break_dependency("payments", "gently"), "errors, disk, crash, down; got 'gently'"),
        (lambda world: world.edit_config("no-config", "key"), "no ConfigMap 'no-config'"),
        (lambda world: world.scale("checkout", -1), "not below 0; got -1"),
        (lambda _: World(1, ManualClock(START), step_seconds=7), "divides three hours"),
    ],
)
def test_what_cannot_be_done_is_refused_in_words(attempt, said):
    with pytest.raises((KeyError, ValueError), match=said):
        attempt(a_stage().world)
