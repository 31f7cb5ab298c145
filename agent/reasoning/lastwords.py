"""What a program said before it ended, and what its lines complain of: the words of run-times, kernels and databases.

Called by detectors of start-up, addresses and databases. The newest lines come last.
"""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta

from agent.model.inventory import Running
from agent.model.message import Message
from agent.model.pod import Termination
from agent.reasoning.facts import Facts
from agent.reasoning.once import once

PORT_TAKEN = re.compile(
    r"address already in use|EADDRINUSE|port \d+ (?:is|was) already in use|Only one usage of each socket address"
    r"|PortInUseException|bind\(\) to \S+ failed \(98|failed to bind|could not bind",
    re.IGNORECASE,
)
DENIED = re.compile(r"permission denied|EACCES|operation not permitted|read-only file system|AccessDeniedException", re.IGNORECASE)  # fmt: skip
UNRESOLVED = re.compile(
    r"no such host|unknown ?host|UnknownHostException|name or service not known|temporary failure in name resolution"
    r"|ENOTFOUND|EAI_AGAIN|getaddrinfo|could not resolve|failed to resolve|name does not resolve|nodename nor servname",
    re.IGNORECASE,
)
NO_MEMORY = re.compile(r"OutOfMemoryError|out of memory|cannot allocate memory|OOM", re.IGNORECASE)


def lines_of(facts: Facts, workload: str) -> list[Message]:
    """The log lines of one workload."""
    return [message for message in facts.messages if message.service == workload]


@once
def saying(facts: Facts, words: re.Pattern[str]) -> list[Message]:
    """The log lines of anybody with the words; looked for once, as there are many lines and many who ask."""
    return matching(facts.messages, words)


def matching(messages: Iterable[Message], words: re.Pattern[str]) -> list[Message]:
    """Those with the words."""
    return [message for message in messages if words.search(message.text)]


LASTING = timedelta(minutes=3)
"""A container that has run this long since its last end, and is ready, has recovered."""


def crashing(running: Running, now: datetime) -> bool:
    """Its containers end and are started again, or wait to be."""
    return any(
        container.reason == "CrashLoopBackOff"
        or (container.restarts > 0 and container.last_ended is not None and not running.pod.ready)
        or (container.restarts > 1 and _lately(container.last_ended, now))
        for container in running.pod.containers
    )


def _lately(end: Termination | None, now: datetime) -> bool:
    return end is not None and end.exit_code != 0 and (end.at is None or now - end.at < LASTING)


def excerpt(message: Message, words: re.Pattern[str], width: int = 160) -> str:
    """The text around the words, in one line."""
    match = words.search(message.text)
    start = max(match.start() - width // 2, 0) if match else 0
    return " ".join(message.text[start : start + width].split())
