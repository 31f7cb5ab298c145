"""Talks to a running daemon over its HTTP API; the verbs incidents, show, approve, deny and watch use it.

Every failure becomes one of agent.errors with a sentence for the person at the terminal.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Self, TypeVar

import httpx
from pydantic import TypeAdapter, ValidationError

from agent.cli.untrusted import line
from agent.errors import NotAllowed, Refused, Temporary, Uncertain, Unusable
from agent.model.incident import Incident
from agent.model.journal import JournalEntry
from agent.model.proposal import Decision, DecisionKind, Proposal
from agent.model.record import Record
from agent.model.report import Report
from agent.model.snapshot import Snapshot

State = Literal["open", "closed", "all"]
_T = TypeVar("_T")
_ID_LIST_LIMIT = 1000
_SECONDS = 15.0
_SNAPSHOT_SECONDS = 60.0  # many megabytes may come
_ID = re.compile(r"[A-Za-z0-9_.:-]{1,128}")  # what the daemon takes for one
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


class _Incidents(Record):
    incidents: list[Incident]


class _Entries(Record):
    entries: list[JournalEntry]


class _Asked(Record):
    digest: str
    proposal: Proposal


class Client:
    """One daemon; `url` is its base URL. Use as a context manager, or `close` it."""

    def __init__(self, url: str, token: str = "") -> None:
        self.url = url.rstrip("/")
        headers = {"authorization": f"Bearer {token}"} if token else {}
        # A proxy meant for the internet has no way to a loopback address.
        direct = _host(url) in _LOOPBACK
        self._http = httpx.Client(headers=headers, timeout=_SECONDS, trust_env=not direct)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()

    def incidents(self, state: State = "open", limit: int = 100) -> list[Incident]:
        """Newest first."""
        answer = self._get("/api/v1/incidents", {"state": state, "limit": limit})
        return self._read(TypeAdapter(_Incidents), answer).incidents

    def report(self, incident_id: str) -> Report:
        """All that is known of one incident; Refused for an unknown id."""
        return self._read(TypeAdapter(Report), self._get(f"/api/v1/incidents/{incident_id}"))

    def snapshot(self, incident_id: str) -> Snapshot:
        """The recording of one incident's investigation; Refused, with the daemon's words, if there can be none."""
        path = f"/api/v1/incidents/{incident_id}/snapshot"
        return self._read(TypeAdapter(Snapshot), self._get(path, seconds=_SNAPSHOT_SECONDS))

    def journal(self, incident_id: str, after: int = 0, wait_seconds: float = 0) -> list[JournalEntry]:
        """Entries after number `after`; the daemon waits up to that long for the first."""
        path = f"/api/v1/incidents/{incident_id}/journal"
        answer = self._get(path, {"after": after, "wait": wait_seconds}, _SECONDS + wait_seconds)
        return self._read(TypeAdapter(_Entries), answer).entries

    def proposal(self, incident_id: str) -> Proposal:
        """The open question; Refused when there is none, Unusable when its digest does not cover what it shows."""
        asked = self._read(TypeAdapter(_Asked), self._get(f"/api/v1/incidents/{incident_id}/proposal"))
        if asked.digest != asked.proposal.digest:
            raise Unusable(
                f"the daemon at {self.url} names digest {line(asked.digest, 40)} for a proposal whose digest is"
                f" {asked.proposal.digest}: daemon and client are probably of different versions; nothing was decided"
            )
        return asked.proposal

    def decide(
        self,
        proposal: Proposal,
        kind: DecisionKind,
        by: str,
        reason: str = "",
        narrow: Mapping[str, int | str] | None = None,
    ) -> Decision:
        """Answer exactly this proposal; the decision as recorded. Refused, with the daemon's words, if it is no longer open.

        Uncertain when it may have arrived though no answer came: deciding again is harmless, each question is answered once.
        """
        body: dict[str, object] = {"digest": proposal.digest, "decision": kind.value, "reason": reason, "by": by}
        if narrow:
            body["narrow"] = dict(narrow)
        try:
            answer = self._ask("POST", f"/api/v1/incidents/{proposal.incident_id}/decision", json=body)
        except Temporary as error:
            raise Uncertain(f"{error}; {_look(proposal)}") from error
        try:
            return self._read(TypeAdapter(Decision), answer)
        except Unusable as error:
            raise Uncertain(f"{error} The daemon took the decision in; {_look(proposal)}") from error

    def take(self, incident_id: str, by: str) -> Incident:
        """Say that a person is on it. Refused, with the daemon's words, if somebody is already."""
        return self._hands(incident_id, "take", by)

    def hand_back(self, incident_id: str, by: str) -> Incident:
        """Let the daemon go on. Refused, with the daemon's words, if nobody has it."""
        return self._hands(incident_id, "hand-back", by)

    def _hands(self, incident_id: str, what: str, by: str) -> Incident:
        answer = self._ask("POST", f"/api/v1/incidents/{incident_id}/{what}", json={"by": by})
        return self._read(TypeAdapter(Incident), answer)

    def resolve(self, prefix: str) -> str:
        """The full id that starts so; Refused when none or several do."""
        if not _ID.fullmatch(prefix):
            raise Refused(f"{line(prefix, 80)!r} is no incident id; `steadyhand incidents --state all` lists them")
        ids = [incident.id for incident in self.incidents("all", _ID_LIST_LIMIT)]
        found = [prefix] if prefix in ids else [known for known in ids if known.startswith(prefix)]
        if len(found) == 1:
            return found[0]
        if found:
            some = ", ".join(line(known, 80) for known in found[:5])
            raise Refused(f"{len(found)} incidents begin with {prefix!r}: {some}; write more of the id")
        raise Refused(f"no incident begins with {prefix!r}; `steadyhand incidents --state all` lists them")

    def ready(self) -> bool:
        """Whether the daemon says it can work."""
        return self._send("GET", "/readyz").is_success

    def _get(
        self, path: str, params: Mapping[str, str | float] | None = None, seconds: float = _SECONDS
    ) -> httpx.Response:
        return self._ask("GET", path, params=params, timeout=seconds)

    def _ask(self, method: str, path: str, **request: Any) -> httpx.Response:
        answer = self._send(method, path, **request)
        if answer.is_success:
            return answer
        said = _said(answer)
        if answer.status_code == 403:  # noqa: PLR2004 - forbidden
            raise NotAllowed(f"the daemon at {self.url} does not allow it: {said}")
        if answer.status_code == 401:  # noqa: PLR2004 - who are you?
            raise Refused(
                f"the daemon at {self.url} refuses us ({said}): give its token with --token-file or STEADYHAND_TOKEN"
            )
        if answer.status_code in (429, 502, 503, 504):
            raise Temporary(f"the daemon at {self.url} cannot answer now ({answer.status_code}: {said}); try again")
        raise Refused(f"the daemon at {self.url} says no ({answer.status_code}): {said}")

    def _send(self, method: str, path: str, **request: Any) -> httpx.Response:
        try:
            return self._http.request(method, self.url + path, **request)
        except httpx.ConnectError as error:
            raise Unusable(
                f"no daemon at {self.url} ({line(error, 200)}); start one with `steadyhand serve`,"
                " or name another with --url or STEADYHAND_URL"
            ) from error
        except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
            raise Unusable(f"{self.url!r} is no URL of a daemon: expected for example http://127.0.0.1:8484") from error
        except httpx.TimeoutException as error:
            raise Temporary(f"the daemon at {self.url} did not answer in time") from error
        except httpx.HTTPError as error:
            raise Temporary(f"the connection to the daemon at {self.url} broke: {line(error, 200)}") from error

    def _read(self, shape: TypeAdapter[_T], answer: httpx.Response) -> _T:
        try:
            return shape.validate_json(answer.content)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            where = ".".join(str(part) for part in first["loc"]) or "the body"
            raise Unusable(
                f"the answer of {self.url} is not what this version understands ({where}: {first['msg']});"
                " is a Steadyhand daemon listening there, and of the same version?"
            ) from error


def connect(url: str, token_file: Path | None) -> Client:
    """A client with the token from the file, else from STEADYHAND_TOKEN; Unusable when the file cannot be read."""
    if token_file is None:
        return Client(url, os.environ.get("STEADYHAND_TOKEN", "").strip())
    try:
        token = token_file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise Unusable(f"--token-file {token_file}: {reason}; give a file that holds the daemon's token") from error
    if not token or any(mark.isspace() for mark in token) or not token.isascii():
        raise Unusable(f"--token-file {token_file} does not hold one token on one line")
    return Client(url, token)


def _look(proposal: Proposal) -> str:
    return f"whether it was recorded, `steadyhand show {proposal.incident_id}` says"


def _host(url: str) -> str:
    try:
        return httpx.URL(url).host
    except httpx.InvalidURL:
        return ""


def _said(answer: httpx.Response) -> str:
    try:
        body = answer.json()
    except ValueError:
        body = None
    text = body.get("error") if isinstance(body, dict) else None
    return line(text or answer.reason_phrase or "no reason given", 500)
