"""Which contents of ConfigMaps may be kept, and which of them a change is taken back to; pure."""

from agent.model.content import Content, HistoryLimits, Version, content_digest
from agent.model.entity import Entity
from agent.model.record import Instant
from agent.redact import redact, secret_name


def keepable(
    entity: Entity, data: dict[str, str], binary: dict[str, str], at: Instant, limits: HistoryLimits
) -> Content:
    """The content as it may be kept: without any value where one looks secret, or where it is too large."""
    whole = Content(
        entity=entity, digest=content_digest(data, binary), since=at, seen_at=at, data=dict(data), binary=dict(binary)
    )
    reason = _secret(data) or _secret(dict.fromkeys(binary, ""))
    if not reason and whole.size > limits.bytes_of_one:
        reason = f"it has {whole.size} bytes, of at most {limits.bytes_of_one} that are kept"
    return whole.evolve(data={}, binary={}, unrestorable=reason) if reason else whole


def _secret(data: dict[str, str]) -> str:
    """Why it looks secret: its keys' names are shown, never a value."""
    keys = sorted(key for key, value in data.items() if secret_name(key) or redact(value) != value)
    return f"the values of {', '.join(keys[:5])} look secret and are not recorded" if keys else ""


def before(versions: list[Version], at: Instant, present: str) -> Version | str:
    """The newest version seen first before a moment and different from the present one, or why there is none."""
    earlier = [version for version in versions if version.since < at and version.digest != present]
    if not earlier:
        return "no content from before the change is recorded"
    found = max(earlier, key=lambda version: version.since)
    return (
        f"the content from before the change cannot be restored: {found.unrestorable}" if found.unrestorable else found
    )


def outdated(versions: list[tuple[int, Version, int]], limits: HistoryLimits, now: Instant) -> list[int]:
    """Numbers of the versions to drop, of all (number, version, bytes) in the order they were recorded."""
    alive = [each for each in versions if (now - each[1].seen_at).days < limits.days]
    newest: dict[str, int] = {}
    kept = []
    for number, version, size in reversed(alive):
        count = newest.get(str(version.entity), 0)
        if count < limits.versions:
            kept.append((number, version, size, count == 0))
        newest[str(version.entity)] = count + 1
    stay, left = set(), limits.bytes_of_all - sum(size for _, _, size, newest_one in kept if newest_one)
    for number, _, size, newest_one in sorted(kept, key=lambda each: (not each[3], -each[0])):
        if newest_one or size <= left:
            left -= 0 if newest_one else size
            stay.add(number)
        else:
            left = 0  # what is older goes, too: a history has no holes
    return [number for number, _, _ in versions if number not in stay]
