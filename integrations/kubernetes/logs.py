"""The end of one container's log, made safe to keep: no secrets, no control characters, no endless lines."""

import asyncio
import re
from datetime import UTC, datetime

from agent.model.cluster import LogExcerpt, LogLine
from agent.model.question import Logs, LogsQuestion
from agent.redact import MASK, redact
from integrations.kubernetes.api import Api
from integrations.kubernetes.failure import Failure, Trouble
from integrations.kubernetes.fields import items, text
from integrations.kubernetes.route import Route
from integrations.kubernetes.sparing import named

MOST_BYTES = 4 * 2**20
LONGEST_LINE = 4096
_STAMP = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d) ?")
_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-_])")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]")
_KEY_BEGINS, _KEY_ENDS = (
    re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    re.compile(r"-----END [A-Z ]*PRIVATE KEY-----"),
)


async def read(api: Api, question: LogsQuestion, since: datetime | None = None) -> Logs:
    """The last lines, oldest first, none before `since`. No such container, or no previous run of it, is EMPTY."""
    container = question.container or await _first(api, question)
    parameters: dict[str, str | int] = {
        "container": container,
        "tailLines": question.lines,
        "timestamps": "true",
        "limitBytes": MOST_BYTES,
        **({"previous": "true"} if question.previous else {}),
        **({"sinceTime": f"{since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"} if since else {}),
    }
    try:
        body = await api.text(Route("v1", "pods", question.namespace, question.pod, "log"), parameters)
    except Failure as failure:
        if failure.trouble is Trouble.REJECTED:  # 400: the container is not there, has not started, or never ran before
            raise Failure(Trouble.EMPTY, str(failure)) from failure
        raise
    lines = await asyncio.to_thread(converted, body)
    if lines and not any(
        line.at for line in lines
    ):  # every line has its time: this is the kubelet, which says 200 to it
        raise Failure(Trouble.EMPTY, f"the log of {question.pod}/{container} is gone: {lines[0].text[:200]}")
    return Logs(
        excerpt=LogExcerpt(
            pod=question.pod,
            container=container,
            previous=question.previous,
            lines=lines,
            truncated=len(lines) >= question.lines or len(body) >= MOST_BYTES,
        )
    )


async def _first(api: Api, question: LogsQuestion) -> str:
    pod = await named(api, Route("v1", "pods", question.namespace), question.pod)
    return next((text(each, "name") for each in items(pod, "spec", "containers")), "")


def converted(body: str) -> list[LogLine]:
    """The lines of a log that was asked for with timestamps; a private key over several lines is masked whole."""
    lines: list[LogLine] = []
    in_key = False
    for line in body.split("\n"):
        if not line.strip():
            continue
        at, said = _stamped(line)
        begins = bool(_KEY_BEGINS.search(said))
        hidden = in_key or begins
        in_key = hidden and not _KEY_ENDS.search(said)
        lines.append(LogLine(at=at, text=MASK if hidden else cleaned(said)))
    return lines


def _stamped(line: str) -> tuple[datetime | None, str]:
    found = _STAMP.match(line)
    if not found:
        return None, line
    fraction = (found[2] or "")[:7]  # microseconds; the API writes nanoseconds
    try:
        return datetime.fromisoformat(found[1] + fraction + found[3]), line[found.end() :]
    except ValueError:
        return None, line


def cleaned(line: str) -> str:
    """One line without escape sequences, control and direction-changing characters and secrets, cut at 4 KiB."""
    line = _CONTROL.sub("", _ANSI.sub("", line[: 4 * LONGEST_LINE])).rstrip()
    line = redact(line)
    return line if len(line) <= LONGEST_LINE else line[:LONGEST_LINE] + "…"
