"""The kubelet's part: containers start, become ready, run out of memory, crash and back off.

`World` calls `tick` for every pod at every step, before requests flow.
"""

import hashlib
from datetime import datetime, timedelta

from agent.model.pod import ContainerPhase, Termination
from integrations.simulation.chronicle import Chronicle
from integrations.simulation.deployment import Deployment
from integrations.simulation.fault import FaultBoard, FaultKind
from integrations.simulation.pod import SimulatedPod
from integrations.simulation.samples import Samples

BACK_OFF_SECONDS = 10.0
BACK_OFF_LIMIT = 300.0
"""The kubelet's crash back-off: ten seconds, doubled each time, at most five minutes."""

CRASH_AFTER_SECONDS = 12.0
"""How long a crashing container lives; shorter than its warm-up, so it never becomes ready."""

FRESH_LEAK = 0.1
"""How fast a fresh pod leaks compared with one that carries the state which grows."""


class Kubelet:
    """All nodes' kubelets."""

    def __init__(self, chronicle: Chronicle, board: FaultBoard, samples: Samples) -> None:
        self._chronicle = chronicle
        self._board = board
        self._samples = samples

    def tick(self, deployment: Deployment, pod: SimulatedPod, now: datetime) -> bool:
        """Move one pod on; whether it began or ceased to serve or to be scraped."""
        before = (pod.running, pod.ready)
        if pod.deleted_at is not None:
            pod.ready = False
        elif pod.phase is ContainerPhase.RUNNING:
            self._run(deployment, pod, now)
        else:
            self._wait(pod, now)
        after = (pod.running, pod.ready)
        self.expose(pod)
        return before != after

    def expose(self, pod: SimulatedPod) -> None:
        """Have its series scraped while it runs, and only then."""
        if pod.exposed != pod.running:
            pod.exposed = pod.running
            self._samples.switch(pod.rows, on=pod.running)

    def _wait(self, pod: SimulatedPod, now: datetime) -> None:
        if pod.resumes_at is None:
            if now >= pod.started_at:
                self._start(pod, pod.started_at)
            return
        if now >= pod.resumes_at:
            pod.restarts += 1
            pod.last_started_at, at = pod.started_at, pod.resumes_at
            pod.started_at, pod.ready_at = at, at + timedelta(seconds=pod.warm_up)
            self._start(pod, at)
        elif pod.phase is ContainerPhase.TERMINATED:
            pod.phase, pod.reason = ContainerPhase.WAITING, "CrashLoopBackOff"
            pod.message = f"back-off restarting failed container=app pod={pod.name}"
            self._event(now, pod, "Warning", "BackOff", f"Back-off restarting failed container app in pod {pod.name}")

    def _start(self, pod: SimulatedPod, at: datetime) -> None:
        pod.phase, pod.reason, pod.message, pod.resumes_at = ContainerPhase.RUNNING, "", "", None
        pod.memory = 0.0
        self._event(at, pod, "Normal", "Started", "Started container app")

    def _run(self, deployment: Deployment, pod: SimulatedPod, now: datetime) -> None:
        crash = self._board.of(deployment.name, FaultKind.CRASH, now)
        born = max(pod.started_at, crash.start) if crash and crash.start else None
        if pod.memory >= pod.memory_limit:
            self._terminate(pod, now, Termination(reason="OOMKilled", exit_code=137, at=now))
        elif born and (now - born).total_seconds() >= CRASH_AFTER_SECONDS:
            self._terminate(pod, now, Termination(reason="Error", exit_code=1, at=now))
        else:
            self._probe(deployment, pod, now)

    def _probe(self, deployment: Deployment, pod: SimulatedPod, now: datetime) -> None:
        held = self._held(deployment, pod, now)
        if held:
            self._event(
                now, pod, "Warning", "Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 503"
            )
        pod.ready = now >= pod.ready_at and not held
        if pod.ready and (now - pod.ready_at).total_seconds() > 2 * BACK_OFF_LIMIT:
            pod.crashes = 0

    def _held(self, deployment: Deployment, pod: SimulatedPod, now: datetime) -> bool:
        if now < pod.ready_at:
            return False
        if self._board.of(deployment.name, FaultKind.DOWN, now):
            return True
        stuck = self._board.of(deployment.name, FaultKind.UNREADY, now)
        if stuck is None or stuck.build != pod.build:
            return False
        rivals = sum(other.ready and other.build == pod.build for other in deployment.pods_alive if other is not pod)
        return not pod.ready and rivals >= stuck.count

    def _terminate(self, pod: SimulatedPod, now: datetime, how: Termination) -> None:
        delay = min(BACK_OFF_SECONDS * 2**pod.crashes, BACK_OFF_LIMIT)
        pod.crashes += 1
        pod.phase, pod.reason, pod.ready = ContainerPhase.TERMINATED, how.reason, False
        pod.ended_before, pod.last_ended, pod.resumes_at = pod.last_ended, how, now + timedelta(seconds=delay)

    def _event(self, at: datetime, pod: SimulatedPod, type_: str, reason: str, message: str) -> None:
        self._chronicle.event(at, "Pod", pod.name, (type_, reason, message))

    def leak(self, deployment: Deployment, pod: SimulatedPod, now: datetime, normal: float) -> float:
        """A running pod's working set in bytes: its normal size plus what has leaked in this run."""
        fault = self._board.of(deployment.name, FaultKind.LEAK, now) if self._board.faults else None
        if fault is None or fault.start is None:
            return normal
        seconds = (now - max(pod.started_at, fault.start)).total_seconds()
        uneven = 0.8 + 0.4 * hashlib.sha256(pod.name.encode()).digest()[0] / 255  # pods are not killed all at once
        pace = fault.bytes_per_second * uneven * (1.0 if pod.name in fault.pods else FRESH_LEAK)
        return min(normal + seconds * pace, float(pod.memory_limit))
