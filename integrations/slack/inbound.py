"""What people do in Slack: buttons, modals, and questions in an incident's thread. Listeners of a Bolt app.

Every listener acknowledges first and works afterwards. What it learns about who and what comes from the
payload; the decision itself is made by the daemon against the stored question, once.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from slack_bolt.async_app import AsyncApp

from agent import telemetry
from agent.errors import Refused, SteadyhandError
from agent.model.journal import Topic
from agent.model.post import Post, PostState
from agent.model.proposal import DecisionKind, Proposal
from agent.operations import Operations
from agent.policy.answer import Answer, answer
from agent.ports import Posts
from agent.redact import redact
from integrations.slack import deciding, modal, pressed
from integrations.slack.blocks import Note, bold, bullets, note, paragraph, said
from integrations.slack.mrkdwn import inert
from integrations.slack.outbox import CHANNEL
from integrations.slack.people import Groups, Person, person
from integrations.slack.publisher import Publisher
from integrations.slack.sender import Sender
from integrations.slack.wanted import ROOT, Wanted

Body = Mapping[str, Any]
Question = deciding.Question
Act = Callable[[Question, Person, Body], Awaitable[None]]

HELP = Answer(
    heading="What I can look up",
    sentences=["why not the deploy?", "what did you not see?", "what now?", "undo?"],
)
_MENTION = re.compile(r"<@[UW][A-Z0-9]+(?:\|[^>]*)?>")


class Inbound:
    """The listeners. `team` is our own workspace, known once Slack has told it."""

    def __init__(
        self, operations: Operations, posts: Posts, sender: Sender, publisher: Publisher, groups: Groups
    ) -> None:
        self._operations, self._posts, self._sender, self._groups = operations, posts, sender, groups
        self._publisher = publisher
        self.team = ""
        self._heard: dict[tuple[str, str], None] = {}
        self._log = telemetry.log(CHANNEL)

    def listen(self, app: AsyncApp) -> None:
        """Register everything."""
        acts = {
            pressed.APPROVE: self._approve,
            pressed.NARROW: self._narrow,
            pressed.DENY: self._deny,
            pressed.MINE: self._mine,
        }
        for action_id, act in acts.items():
            app.action(action_id)(self._after_ack(act, _carried))
        for callback_id, submit in {pressed.DENIED: self._denied, pressed.NARROWED: self._narrowed}.items():
            app.view(callback_id)(self._after_ack(submit, _metadata))

        async def wrote(event: Body) -> None:
            await self._wrote(event)

        app.event("message")(wrote)
        app.event("app_mention")(wrote)

    def _after_ack(self, act: Act, read: Callable[[Body], object]) -> Callable[..., Awaitable[None]]:
        async def listener(ack: Callable[[], Awaitable[object]], body: Body) -> None:
            await ack()
            if question := pressed.read(read(body)):  # else: another version's, or none of ours
                await self._safely(act, question, body)

        return listener

    async def _safely(self, act: Act, question: Question, body: Body) -> None:
        """Whatever goes wrong, the person is told, and told only to themselves."""
        who = person(body)
        if who is None:
            return
        try:
            await self._ours(question, who, body)
            await act(question, await self._proven(who), body)
        except Refused as refused:
            await self._tell(question, who, body, f"Nothing was decided: {refused}")
        except SteadyhandError as trouble:
            await self._tell(question, who, body, f"That did not work, please try again: {trouble}")
        except Exception as error:  # noqa: BLE001 - a fault of ours may not look like a decision
            self._log.exception("a press could not be handled", error=repr(error))
            await self._tell(question, who, body, "That failed on our side; the daemon's log says why.")

    async def _proven(self, who: Person) -> Person:
        """The same with all that Slack says of them. The short form is for people of our own workspace alone."""
        if not self.team:
            return who
        return replace(who, also=[f"slack:{who.user}", *await self._groups.of(who)])

    async def _ours(self, question: Question, who: Person, body: Body) -> None:
        """Raise Refused for a guest of another workspace, and for a button that sits on another incident's message."""
        if self.team and who.team != self.team:
            raise Refused("people of other workspaces may not decide here")
        place = body.get("container") or {}
        post = await self._posts.at(CHANNEL, str(place.get("channel_id")), str(place.get("message_ts")))
        if post is not None and post.incident_id != question[0]:
            raise Refused("this button belongs to another incident than the message it is on")

    async def _approve(self, question: Question, who: Person, _body: Body) -> None:
        await deciding.decide(self._operations, question, DecisionKind.APPROVED, who)

    async def _mine(self, question: Question, who: Person, _body: Body) -> None:
        await deciding.take_over(self._operations, question, who)

    async def _deny(self, question: Question, _who: Person, body: Body) -> None:
        await self._open(body, modal.denial(await self._asked(question)))

    async def _narrow(self, question: Question, _who: Person, body: Body) -> None:
        proposal = await self._asked(question)
        if not (found := deciding.choices(proposal)):
            raise Refused("there is nothing smaller that is still the same action; approve it, or deny it")
        await self._open(body, modal.narrowing(proposal, found))

    async def _denied(self, question: Question, who: Person, body: Body) -> None:
        reason = _input(body, modal.REASON).get("value") or ""
        await deciding.decide(self._operations, question, DecisionKind.DENIED, who, reason=str(reason))

    async def _narrowed(self, question: Question, who: Person, body: Body) -> None:
        chosen = (_input(body, modal.CHOICE).get("selected_option") or {}).get("value")
        await deciding.narrow(self._operations, question, who, str(chosen))

    async def _open(self, body: Body, view: dict[str, Any]) -> None:
        await self._sender.call("views.open", trigger_id=body.get("trigger_id"), view=view)

    async def _asked(self, question: Question) -> Proposal:
        """The open question. Raises Refused, saying what became of it."""
        incident_id, digest = question
        for proposal in await self._operations.pending(incident_id):
            if proposal.digest == digest:
                return proposal
        seq = 0
        for _ in range(5):  # whoever was faster is named in the journal in a moment
            for entry in await self._operations.journal(incident_id, seq, 0.2):
                seq = entry.seq
                if entry.topic is Topic.DECISION and (entry.data or {}).get("digest") == digest:
                    raise Refused(f"this question was already answered: {entry.text}")
        raise Refused("this question is no longer open")

    async def _tell(self, question: Question, who: Person, body: Body, text: str) -> None:
        """An answer that only this person sees, where they pressed."""
        place = body.get("container") or {}
        room, thread = str(place.get("channel_id") or ""), str(place.get("thread_ts") or "")
        if not room:
            posts = await self._posts.get(CHANNEL, question[0])
            root = next((post for post in posts if post.name == ROOT), None)
            room, thread = (root.place, root.ts) if root else ("", "")
        self._log.info("told one person", who=who.id, text=text)
        if room:
            with suppress(SteadyhandError):
                await self._sender.whisper(room, who.user, inert(redact(text), 1_500), thread)

    async def _wrote(self, event: Body) -> None:
        """A reply in an incident's thread: answered where the record has something to say, or where we are called."""
        room, ts, thread = (str(event.get(key) or "") for key in ("channel", "ts", "thread_ts"))
        if not thread or event.get("subtype") or event.get("bot_id") or not event.get("user"):
            return
        root = await self._posts.at(CHANNEL, room, thread)
        if root is None or root.name != ROOT or not self._first(room, ts):
            return
        report = await self._operations.report(root.incident_id)
        text = str(event.get("text") or "")
        if report is None:
            return
        asked = _MENTION.sub(" ", text)
        found = answer(asked, report) if "?" in asked or asked != text else None
        if found := found or (HELP if asked != text else None):
            shown = _note(found)
            wanted = Wanted(f"answer {ts}", shown, ts, final=True)
            mine = [p for p in await self._posts.get(CHANNEL, root.incident_id) if p.name == wanted.name]
            if any(post.state is PostState.SHOWN for post in mine):
                return
            fresh = Post(channel=CHANNEL, incident_id=root.incident_id, name=wanted.name, at=datetime.now(UTC))
            try:
                await self._publisher.publish(report.incident, wanted, mine[0] if mine else fresh, root)
            except SteadyhandError as trouble:
                self._log.warning("a question could not be answered", error=str(trouble))
                await self._posts.put(fresh.evolve(state=PostState.LOST, final=True))

    def _first(self, room: str, ts: str) -> bool:
        """Whether this message is heard for the first time: Slack tells it again, and twice where it mentions us."""
        if (room, ts) in self._heard:
            return False
        self._heard[room, ts] = None
        while len(self._heard) > 1_000:  # noqa: PLR2004 - Slack gives up telling long before
            self._heard.pop(next(iter(self._heard)))
        return True


def _carried(body: Body) -> object:
    pressed_here: list[Body] = body.get("actions") or [{}]
    return pressed_here[0].get("value")


def _metadata(body: Body) -> object:
    return (body.get("view") or {}).get("private_metadata")


def _input(body: Body, name: str) -> Body:
    values = ((body.get("view") or {}).get("state") or {}).get("values") or {}
    return (values.get(name) or {}).get(name) or {}


def _note(found: Answer) -> Note:
    lines = [[said(sentence, 600)] for sentence in found.sentences] or [[said("nothing")]]
    return note(found.heading, [paragraph(bold(found.heading)), bullets(lines)])
