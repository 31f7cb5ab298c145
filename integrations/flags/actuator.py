"""`Actuator` over flag services: a flag is turned by one write that is bound to the document it was read from.

Such a service keeps no key of ours. Whether an interrupted attempt arrived is told by the flag's state; and where it
has the wanted state before we write, somebody else did it: then nothing is done, so that nothing of theirs is undone.
"""

from datetime import UTC, datetime

from agent.errors import Refused, Temporary, Uncertain
from agent.flags_section import FlagService
from agent.model.action import Action, Applied, Observation, Observed, Preview, SetFlag, TargetState
from agent.model.company import Company
from agent.model.question import Gap, GapReason
from agent.model.record import digest
from agent.redact import redact
from integrations.flags.document import Document
from integrations.flags.service import Arrival, Client, NoReply

UNBOUND = "{} gives no ETag: what somebody changes in the moment between our look and our write would be lost"


class FlagServices:
    """The configured ones, by the name that is an action's target."""

    def __init__(self, services: list[FlagService]) -> None:
        """Raises Unusable for a CA file that is no PEM."""
        self._clients = {service.name: Client(service) for service in services}

    async def aclose(self) -> None:
        """Give the connections back."""
        for client in self._clients.values():
            await client.aclose()

    async def preview(self, action: Action) -> Preview | Gap:
        """State now → state wanted; nothing is changed. An action without effect is Gap(EMPTY)."""
        try:
            wanted, client = self._known(action)
            found, etag = await _read(client, wanted)
            if found.state == wanted.state:
                return Gap(reason=GapReason.EMPTY, detail=f"nothing to do: {wanted.flag} is {wanted.state} already")
            after = found.with_body(found.turned(wanted.state))
        except NoReply as failure:
            return Gap(reason=failure.reason, detail=str(failure))
        except Refused as refusal:
            return Gap(reason=GapReason.EMPTY, detail=str(refusal))
        field = client.service.field
        return Preview(
            before=_as_found(wanted, client, found),
            after_spec_hash=after.digest,
            diff=redact(f"--- now\n+++ after\n@@ {wanted.flag} @@\n-{field}: {found.state}\n+{field}: {after.state}\n"),
            pods=0,
            undo=wanted.evolve(state=found.state),
            warnings=[] if etag else [UNBOUND.format(client)],
            company=Company(marked=[]),
        )

    async def apply(self, action: Action, expected: TargetState, key: str) -> Applied:
        """Do it once if the document is as expected. Raises Refused, Temporary or Uncertain as the port says."""
        wanted, client = self._known(action)
        try:
            found, etag = await _read(client, wanted)
        except NoReply as failure:
            said = f"did not {action}, nothing was changed: {failure}"
            raise (Refused(said) if failure.arrival is Arrival.DENIED else Temporary(said)) from failure
        _verify(wanted, client, found, expected)
        try:
            await client.put(wanted.flag, found.turned(wanted.state), etag, key)
        except NoReply as failure:
            raise _not_written(action, failure) from failure
        try:
            after, _ = await _read(client, wanted)
        except NoReply as failure:
            raise Uncertain(f"{client} took the write, but could not be read after it: {failure}") from failure
        if after.state != wanted.state:
            raise Uncertain(f"{client} took the write, but {wanted.flag} is {after.state} after it")
        return Applied(generation=0, spec_hash=after.digest, at=datetime.now(UTC))

    async def observe(self, action: Action, expected: TargetState, key: str) -> Observed:
        """Whether an attempt reached the service, told by the flag's state. Never raises."""
        del key
        try:
            wanted, client = self._known(action)
            found, _ = await _read(client, wanted)
            state = found.state
        except (NoReply, Refused) as trouble:
            return Observed(observation=Observation.CANNOT_TELL, detail=str(trouble))
        if state == wanted.state:
            done = Applied(generation=0, spec_hash=found.digest, at=datetime.now(UTC))
            detail = f"{wanted.flag} is {state}, as the action wanted"
            return Observed(observation=Observation.DONE, detail=detail, applied=done)
        if found.digest == expected.spec_hash:
            return Observed(observation=Observation.NOT_DONE, detail=f"{wanted.flag} is as it was before")
        detail = f"{wanted.flag} is {state}, and somebody else changed it"
        return Observed(observation=Observation.CANNOT_TELL, detail=detail)

    def _known(self, action: Action) -> tuple[SetFlag, Client]:
        """Refused for what is no flag, no configured service or no allowed name: nothing is asked then."""
        client = self._clients.get(action.target.name) if action.target.kind == "External" else None
        if not isinstance(action, SetFlag) or client is None:
            raise Refused(f"no configured flag service can {action}")
        if not client.service.allows(action.flag):
            raise Refused(f"flags.services allows no flag {redact(action.flag)[:100]!r} at {client}")
        return action, client


async def _read(client: Client, action: SetFlag) -> tuple[Document, str]:
    service, read = client.service, await client.get(action.flag)
    return Document(read.body, service.field, service.off, service.ignored), read.etag


def _as_found(action: SetFlag, client: Client, found: Document) -> TargetState:
    return TargetState(
        entity=action.target, uid=digest(client.service.url(action.flag)), generation=0, spec_hash=found.digest
    )


def _verify(action: SetFlag, client: Client, found: Document, expected: TargetState) -> None:
    now = _as_found(action, client, found)
    if now.uid != expected.uid:
        raise Refused(f"{action.flag} is kept at another place than what was approved; nothing was changed")
    if now.spec_hash != expected.spec_hash:
        raise Refused(f"{action.flag} is no longer what was approved: it is {found.state} now; nothing was changed")


def _not_written(action: Action, failure: NoReply) -> Refused | Temporary | Uncertain:
    if failure.arrival is Arrival.PERHAPS:
        return Uncertain(f"may or may not have managed to {action}: {failure}")
    said = f"did not {action}, nothing was changed: {failure}"
    return Refused(said) if failure.arrival is Arrival.DENIED else Temporary(said)
