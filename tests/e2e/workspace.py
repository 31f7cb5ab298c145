"""A Slack workspace for one scenario: the fake of tests/slackfake in a thread, and its people in words that wait.

The daemon is a process of its own and knows nothing but `settings`; whatever is decided is decided by somebody
who presses what they see. Made by story.py, used by test_slack.py.
"""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any

from tests.e2e.case import PATIENCE_SECONDS
from tests.slackfake.delivery import Delivery
from tests.slackfake.server import SlackFake
from tests.slackfake.state import TEAM, Message, User, all_blocks

GREEN = "#2eb67d"


class Workspace:
    """One channel, `incidents`; ann and bob may decide, eve may look. With `address` Slack sends signed requests there."""

    def __init__(self, address: str = "", host: str = "127.0.0.1") -> None:
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        self._address = address
        self._fake = SlackFake(signed_url=address, host=host)
        state = self._fake.state
        self.room = state.channel("incidents").id
        self.ann, self.bob, self.eve = (state.user(name) for name in ("ann", "bob", "eve"))
        self._do(self._fake.start())

    def settings(self, people: int = 1) -> dict[str, Any]:
        """What the daemon is told: where Slack is, who may decide, and how many of them have to."""
        state = self._fake.state
        inbound = {"mode": "http", "signing_secret": state.signing_secret} if self._address else {}
        section = {
            "channel": "incidents",
            "bot_token": state.bot_token,
            "app_token": state.app_token,
            "api_url": f"{self._fake.origin}/api",
            **inbound,
        }
        approvers = [{"name": one.name, "identities": [f"slack:{TEAM}:{one.id}"]} for one in (self.ann, self.bob)]
        return {"slack": section, "approvers": approvers, "policy": {"approvers": [{"people": people}]}}

    def close(self) -> None:
        """Hang up."""
        self._do(self._fake.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)

    # --- what people see ---------------------------------------------------------------------------

    def incident(self, showing: str = "") -> Message:
        """The one message of the incident, as soon as it shows this."""
        self._until(lambda: [one for one in self._roots() if showing in one.seen.text])
        (root,) = self._roots()
        return root

    def green(self) -> Message:
        """The incident's message once it says that all is well."""
        self._until(lambda: any(GREEN in root.colours for root in self._roots()))
        return self.incident()

    def card(self) -> Message:
        """The question that can be pressed now."""
        self._until(lambda: [card for card in self.cards() if card.buttons])
        (card,) = [card for card in self.cards() if card.buttons]
        return card

    def cards(self) -> list[Message]:
        """Every message that has, or ever had, a button."""
        return [
            message
            for message in self._fake.state.messages
            if any(block["type"] == "actions" for version in message.versions for block in all_blocks(version))
        ]

    def told(self, saying: str) -> Message:
        """A reply in the incident's thread that says this."""
        thread = self.incident().ts
        self._until(lambda: [one for one in self._fake.state.thread(thread) if saying in one.seen.text])
        return next(one for one in self._fake.state.thread(thread) if saying in one.seen.text)

    def closed(self, card: Message) -> str:
        """Wait until nobody can press a card any more; what it says then."""
        self._until(lambda: not card.buttons)
        return card.seen.text

    def whispered(self, who: User, saying: str) -> None:
        """Wait until somebody is told this, and nobody else is told anything of the kind."""
        state = self._fake.state
        self._until(lambda: [one for one in state.ephemerals(who.id) if saying in one.seen.text])
        others = [one for one in state.messages if one.ephemeral_to not in ("", who.id)]
        assert not [one for one in others if saying in one.seen.text]

    def told_once(self) -> None:
        """One message for the incident, no message twice, all else in its thread, and nothing that Slack refused."""
        (root,) = self._roots()
        ours = [one for one in self._fake.state.messages if one.metadata and not one.deleted]
        assert all(one.thread_ts == root.ts for one in ours if one is not root)
        names = [one.metadata["event_payload"]["name"] for one in ours if one.metadata]
        assert len(names) == len(set(names)), sorted(names)
        assert self._fake.web.errors == []

    # --- what they do ------------------------------------------------------------------------------

    def press(self, action: str, who: User, *, heard: bool = True) -> Delivery:
        """Somebody presses a button of the open card; `heard`: and the app says that it noticed."""
        return self._pressed(self.card(), action, who, heard=heard)

    def press_again(self, card: Message, action: str, who: User) -> Delivery:
        """Somebody whose screen still shows the card as it was first presses on it."""
        return self._pressed(card, action, who, version=0)

    def deny(self, who: User, reason: str) -> None:
        """Press Deny…, and give the reason in the dialogue that opens."""
        self.press("deny", who)
        views = self._fake.state.views
        self._until(lambda: [view for view in views.values() if view.open and view.user == who.id])
        view = next(view for view in views.values() if view.open and view.user == who.id)
        assert self._do(self._fake.people.submit(view, {"reason": reason}, who)).acked

    def ask(self, question: str, who: User, saying: str) -> str:
        """Ask in the incident's thread; the answer that says this."""
        root = self.incident()
        before = len(self._fake.state.thread(root.ts)) + 1  # the question itself
        self._do(self._fake.people.reply(root.ts, question, who))
        found = lambda: [one for one in self._fake.state.thread(root.ts)[before:] if saying in one.seen.text]  # noqa: E731
        self._until(found)
        return str(found()[0].seen.text)

    # --- what befalls Slack ------------------------------------------------------------------------

    def goes_away(self) -> None:
        """Every connection ends, and nothing listens any more."""
        self._do(self._fake.stop())

    def comes_back(self) -> None:
        """The same workspace at the same address."""
        self._do(self._fake.start())

    def connected(self) -> None:
        """Wait until the daemon has a socket open."""
        self._until(lambda: self._fake.socket.connections)

    def proves_the_address(self) -> None:
        """What Slack does when somebody writes the address into the app's manifest."""
        assert self._do(self._fake.signed.challenge())

    def _pressed(self, card: Message, action: str, who: User, *, heard: bool = True, version: int = -1) -> Delivery:
        delivery = self._do(self._fake.people.press(card.ts, action, who, version=version))
        assert delivery.acked == heard, delivery.failures
        return delivery

    def _roots(self) -> list[Message]:
        return [one for one in self._fake.state.shown(self.room) if not one.thread_ts]

    def _until(self, found: Callable[[], object]) -> None:
        self._do(self._fake.until(found, PATIENCE_SECONDS))

    def _do(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE_SECONDS + 30)
