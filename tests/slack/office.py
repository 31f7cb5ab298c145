"""An incident told in Slack: the real daemon in a simulated shop (tests/story.py), the desk, and a fake Slack."""

from dataclasses import replace

from agent.model.incident import Phase
from agent.slack_section import Slack
from integrations.slack.desk import Desk, Pace
from tests.slackfake.server import SlackFake
from tests.story import Story

HURRY = Pace(message=0.0, tick=0.2, look=0.02, ping=0.2, retry=0.2)


class Office:
    """One workspace with a channel and two people, and at most one desk at a time."""

    def __init__(self, slack: SlackFake, story: Story, **section) -> None:
        self.slack, self.story = slack, story
        self.room = slack.state.channel("incidents").id
        self.spare = slack.state.channel("spare").id
        self.ann, self.bob = slack.state.user("ann"), slack.state.user("bob")
        self.section = {
            "channel": "incidents",
            "fallback_channel": "spare",
            "bot_token": slack.state.bot_token,
            "app_token": slack.state.app_token,
            "signing_secret": slack.state.signing_secret,
            "api_url": f"{slack.origin}/api",
            **section,
        }
        self.pace = HURRY
        self.desk: Desk | None = None

    async def open(self, *, connected: bool = True) -> Desk:
        self.desk = Desk(Slack(**self.section), self.story.daemon, self.story.ports.store.posts, pace=self.pace)
        await self.desk.start()
        if connected and self.section.get("mode", "socket") == "socket":
            await self.slack.socket.connected()
        return self.desk

    async def close(self) -> None:
        if self.desk:
            await self.desk.stop()
            self.desk = None

    def slower(self, **pace) -> None:
        self.pace = replace(self.pace, **pace)

    # --- what is there -----------------------------------------------------------------------------

    def roots(self, room: str = "") -> list:
        """Our messages in the channel itself, not shown from a thread."""
        return [m for m in self.slack.state.shown(room or self.room) if not m.thread_ts]

    async def root(self, room: str = ""):
        await self.slack.until(lambda: self.roots(room))
        return self.roots(room)[0]

    def cards(self, room: str = "") -> list:
        """Messages that have, or once had, buttons."""
        return [m for m in self.slack.state.messages if m.channel == (room or self.room) and _pressable(m, 0)]

    async def card(self, room: str = ""):
        """The newest card that can be pressed now."""

        def found() -> list:
            return [m for m in self.cards(room) if not m.deleted and _pressable(m, -1)]

        await self.slack.until(found)
        return found()[-1]

    async def green(self, room: str = ""):
        """The incident's message when it has come to a good end."""
        root = await self.root(room)
        await self.slack.until(lambda: "#2eb67d" in root.colours)
        return root

    async def pressed(self, action: str, who=None, **more):
        card = await self.card()
        return await self.slack.people.press(card.ts, action, who or self.ann, **more)

    async def waiting(self) -> None:
        """Come back when the worker has put its question down and waits: a step that is cut off is done again."""

        async def look() -> bool | None:
            return True if (await self.story.incident()).phase is Phase.WAITING else None

        await self.story.until(look, "the worker waits")

    async def answered(self) -> None:
        """Come back when no question is open any more."""

        async def look() -> bool | None:
            return True if not await self.story.daemon.pending(self.story.incident_id) else None

        await self.story.until(look, "the question is answered")

    async def whispered(self, who, saying: str):
        await self.slack.until(lambda: [m for m in self.slack.state.ephemerals(who.id) if saying in m.seen.text])


def _pressable(message, version: int) -> bool:
    blocks = message.versions[version].blocks
    return any(block["type"] == "actions" for block in blocks)
