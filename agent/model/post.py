"""What a channel for people was told, so that it is told once: one record for each message of ours there."""

from enum import StrEnum

from agent.model.record import Instant, Record


class PostState(StrEnum):
    """How far a message got."""

    WANTED = "wanted"  # to be sent; nothing was sent yet
    SENDING = "sending"  # a call was begun: it may have arrived, look for it before sending it again
    SHOWN = "shown"  # it is there, under `place` and `ts`
    LOST = "lost"  # given up: the channel's replies say it can never be shown


class Post(Record):
    """One message of ours; (channel, incident_id, name) is its identity, and what is looked for in the channel."""

    channel: str  # the technology: slack
    incident_id: str
    name: str  # which of the incident's messages: "incident", or the reply that tells one journal entry
    state: PostState = PostState.WANTED
    place: str = ""  # the technology's id of the room it is in
    ts: str = ""  # the technology's id of the message in that room
    shown: str = ""  # digest of what it says now
    final: bool = False  # nothing of it will change any more
    at: Instant  # of the last change of this record
