"""An outbox on a fake Slack, over a daemon and a store in memory: quick enough to break it in every way."""

from datetime import UTC, datetime

from slack_sdk.web.async_client import AsyncWebClient

from agent.model.alert import Alert
from agent.model.journal import JournalEntry, Topic
from agent.model.proposal import Decision, DecisionKind, Permission, PermissionKind
from agent.slack_section import Slack
from integrations.slack.desk import rooms
from integrations.slack.outbox import Outbox
from integrations.slack.publisher import Publisher
from integrations.slack.sender import Sender
from tests.memory_store import MemoryPosts
from tests.web.memory_operations import MemoryOperations

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
WAITED_WELL = 300.0


class Bench:
    """One incident at most, `inc-checkout`, in two rooms."""

    def __init__(self, slack, now) -> None:
        self.slack, self.now = slack, now
        self.room, self.spare = slack.state.channel("incidents").id, slack.state.channel("spare").id
        self.operations, self.posts = MemoryOperations(), MemoryPosts()
        self.slept: list[float] = []
        self.outbox = self.restarted()

    def restarted(self, posts=None) -> Outbox:
        """Another process on the same store."""
        client = AsyncWebClient(token=self.slack.state.bot_token, base_url=self.slack.api)
        section = Slack(channel="incidents", fallback_channel="spare", bot_token="x" * 9, app_token="x" * 9)
        sender = Sender(client, 0.0, self.sleep)
        publisher = Publisher(sender, posts or self.posts, rooms(section), look=0.0)
        self.outbox = Outbox(self.operations, posts or self.posts, publisher)
        return self.outbox

    async def sleep(self, seconds: float) -> None:
        """Slack's clock moves, ours does not."""
        self.slept.append(seconds)
        self.now.at += seconds

    async def opened(self, **labels: str) -> str:
        labels = {"alertname": "Burns", "service": "checkout", **labels}
        alert = Alert(fingerprint="f1", status="firing", starts_at=NOW, labels=labels)
        (incident_id,) = await self.operations.receive([alert])
        self.say(Topic.OPENED, "checkout burns")
        return incident_id

    def say(self, topic: Topic, text: str, data=None, key: str = "") -> None:
        seq = len(self.operations.entries) + 1
        entry = {"incident_id": "inc-checkout", "key": key or f"{topic}:{seq}", "topic": topic, "text": text}
        self.operations.entries.append(JournalEntry(**entry, data=data, at=NOW, seq=seq))

    def ask(self):
        proposal = self.operations.ask("inc-checkout")
        self.say(
            Topic.PROPOSAL, str(proposal.action), proposal.model_dump(mode="json"), f"proposal:0:{proposal.digest}"
        )
        asks = Permission(kind=PermissionKind.ASK, rule="autonomy", reason="people decide here")
        self.say(Topic.PERMISSION, "ask", asks.model_dump(mode="json"), f"permission:0:{proposal.digest}")
        return proposal

    async def decide(self, proposal, kind=DecisionKind.APPROVED) -> None:
        made = Decision(incident_id="inc-checkout", digest=proposal.digest, kind=kind, by="kim", channel="cli", at=NOW)
        await self.operations.decide(made)
        self.say(Topic.DECISION, f"{kind} by kim", made.model_dump(mode="json"))

    async def told(self) -> None:
        """One look of the outbox, and as many as it takes where it was put off."""
        await self.outbox.once()

    async def told_later(self) -> None:
        """Long after: whatever was put off is due again."""
        self.outbox._pauses.clear()
        await self.outbox.once()

    def shown(self, room: str = "") -> list:
        """Our messages in a channel or its threads that are still there."""
        mine = [m for m in self.slack.state.messages if m.channel == (room or self.room) and not m.deleted]
        return [m for m in mine if not m.ephemeral_to]

    def notes(self) -> list[str]:
        return [entry.text for entry in self.operations.entries if "could not be told" in entry.text]
