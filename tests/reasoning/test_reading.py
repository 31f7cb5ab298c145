from datetime import UTC, datetime, timedelta

from agent.model.pod import Container, ContainerPhase, Pod, Termination
from agent.reasoning.reading import MOST_LOGS, Log, choose

BEGUN = datetime(2026, 11, 1, 12, tzinfo=UTC)
RUNNING, WAITING = ContainerPhase.RUNNING, ContainerPhase.WAITING


def pod(name: str, minutes: float = 0, *, ready: bool = True, containers: list[Container] | None = None, **rest) -> Pod:
    own = containers if containers is not None else [Container(name="app", ready=ready, phase=RUNNING)]
    made = BEGUN + timedelta(minutes=minutes)
    return Pod(namespace="shop", name=name, ready=ready, phase="Running", created_at=made, containers=own, **rest)


def told(*pods: tuple[str, Pod]) -> list[tuple[str, bool]]:
    return [(log.pod, log.previous) for log in choose(list(pods), BEGUN)]


def test_of_a_calm_workload_the_newest_and_the_oldest_pod_are_read():
    pods = [("web", pod(f"web-{minutes}", minutes)) for minutes in (3, 1, 2)]
    assert told(*pods) == [("web-3", False), ("web-1", False)]
    assert told(pods[0]) == [("web-3", False)]


def test_pods_in_trouble_come_before_all_calm_ones():
    calm = [("api", pod("api-1")), ("web", pod("web-1", 9))]
    assert told(*calm, ("web", pod("web-2", ready=False)))[0] == ("web-2", False)


def test_what_a_restarted_container_said_before_is_read_first():
    restarted = pod("web-1", containers=[Container(name="app", ready=True, restarts=2, phase=RUNNING)])
    assert told(("web", restarted)) == [("web-1", True), ("web-1", False)]


def test_a_restart_before_the_window_is_history():
    def restarted(minutes: float) -> Pod:
        ended = Termination(exit_code=1, at=BEGUN + timedelta(minutes=minutes))
        own = Container(name="app", ready=True, restarts=3, phase=RUNNING, last_ended=ended)
        return pod("web-1", containers=[own])

    assert told(("web", restarted(-1))) == [("web-1", False)]
    assert told(("web", restarted(1))) == [("web-1", True), ("web-1", False)]


def test_a_container_that_waits_to_run_again_is_read_once_since_both_logs_are_the_same():
    waiting = Container(name="app", restarts=4, phase=WAITING, reason="CrashLoopBackOff")
    assert told(("web", pod("web-1", ready=False, containers=[waiting]))) == [("web-1", False)]


def test_a_container_that_never_ran_has_no_log_to_ask_for():
    for reason in ("ImagePullBackOff", "CreateContainerConfigError", "ContainerCreating"):
        waiting = Container(name="app", phase=WAITING, reason=reason)
        assert told(("web", pod("web-1", ready=False, containers=[waiting]))) == []


def test_the_container_in_trouble_is_read_and_not_its_neighbour():
    ended = Termination(exit_code=1)
    containers = [
        Container(name="setup", phase=ContainerPhase.TERMINATED, ended=ended),
        Container(name="app", phase=WAITING, reason="PodInitializing"),
    ]
    assert choose([("web", pod("web-1", ready=False, containers=containers))], BEGUN) == [
        Log(service="web", pod="web-1", container="setup")
    ]


def test_every_service_is_heard_before_one_is_heard_twice_and_there_are_never_more_than_twelve():
    pods = [(name, pod(f"{name}-{n}", n)) for name in ("a", "b", "c", "d", "e", "f", "g", "h", "i") for n in range(9)]
    found = choose(pods, BEGUN)
    assert len(found) == MOST_LOGS
    assert [log.service for log in found] == [*"abcdefghi", *"abc"]


def test_pods_that_are_leaving_are_not_read():
    assert told(("web", pod("web-1", deleting=True))) == []
