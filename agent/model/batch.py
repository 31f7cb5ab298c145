"""What Jobs and CronJobs have beside a pod template: how often they may try, and when they are to start.

Part of agent.model.inventory.Declared.
"""

from agent.model.record import Instant, Record
from agent.model.template import Requirement


class Attempts(Record):
    """How often and how long a Job may try, and what has become of it."""

    owner: str = ""  # the CronJob it came of
    backoff_limit: int = 6
    deadline_seconds: int | None = None
    completions: int = 1
    failed: int = 0  # pods
    succeeded: int = 0
    active: int = 0
    in_place: bool = False  # restartPolicy OnFailure: containers restart, and few pods count as failed
    gives_up_at: list[Requirement] = []  # pod failure policy: container ("" for any), In or NotIn, exit codes
    started_at: Instant | None = None
    ended_at: Instant | None = None  # when it was complete, or failed for good


class Schedule(Record):
    """When a CronJob starts Jobs, and when it did."""

    cron: str
    zone: str = ""  # "" is that of the controller, which is UTC nearly everywhere
    concurrency: str = "Allow"  # Forbid, Replace
    deadline_seconds: int | None = None  # how late a start may be
    last_at: Instant | None = None
    last_success_at: Instant | None = None
    active: list[str] = []  # Jobs that run now
