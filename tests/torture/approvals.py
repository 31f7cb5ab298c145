"""A house whose door is attacked: the daemon's own decide behind the real HTTP application, on a real SQLite store.

`House.question` asks about something of the dice's choosing; `tests/torture/test_approvals.py` answers as it must not.
"""

import dataclasses
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from agent.daemon import Daemon
from agent.graph import build
from agent.model.action import Action, Preview, Restart, Rollback, Scale, TargetState
from agent.model.entity import Entity, ServiceRef
from agent.model.identity import Approver
from agent.model.incident import Incident
from agent.model.playbook import VerificationPlan
from agent.model.proposal import Decision, Proposal
from agent.model.rules import Rules
from agent.model.slo import Severity
from agent.ports import Ports
from agent.sections import Oidc
from integrations.store.open import open_store
from integrations.web.app import app
from tests.fakes import ManualClock, ScriptedCluster, ScriptedMetrics
from tests.web.provider import AUDIENCE, Provider

START = datetime(2026, 11, 23, 10, tzinfo=UTC)
MINUTES = 30

TOKENS = {name: f"token-of-{name}" for name in ("ana", "ana-phone", "bo", "cy", "payer", "denier", "scaler", "eve")}
APPROVERS = [
    Approver(name="ana", identities=["api:ana", "api:ana-phone"], one_person=True),
    Approver(name="team", identities=["api:bo", "api:cy", "oidc-group:sre"], namespaces=["shop", "cart"]),
    Approver(name="payments", identities=["api:payer"], namespaces=["pay"]),
    Approver(name="brake", identities=["api:denier"], may=["deny"]),
    Approver(name="scaling", identities=["api:scaler"], actions=["scale"]),
]
MAY_ALL = ("ana", "bo", "cy")


class Previewing:
    """An actuator that only previews: what the target is, it was told."""

    def __init__(self) -> None:
        self.states: dict[str, TargetState] = {}

    async def preview(self, action: Action) -> Preview:
        before = self.states[str(action.target)]
        undo = Scale(target=action.target, replicas=before.replicas) if isinstance(action, Scale) else None
        pods = abs(action.replicas - before.replicas) if isinstance(action, Scale) else before.replicas
        return Preview(before=before, after_spec_hash="after", diff=str(action), pods=pods, undo=undo)


@dataclass
class House:
    """One door with everything behind it, and the dice."""

    dice: random.Random
    ports: Ports
    client: httpx.AsyncClient
    clock: ManualClock
    actuator: Previewing
    provider: Provider
    asked: int = 0

    async def question(self, *, people: int = 1, scale: bool | None = None, incident: str = "") -> Proposal:
        """A new open question, of an incident of its own unless one is named; in `shop` or `cart`."""
        self.asked += 1
        namespace = self.dice.choice(["shop", "cart"])
        target = Entity(kind="Deployment", namespace=namespace, name=f"d{self.asked}")
        replicas = self.dice.randint(2, 20)
        before = TargetState(entity=target, uid=f"u{self.asked}", generation=1, spec_hash="s", replicas=replicas)
        self.actuator.states[str(target)] = before
        action = self._action(target, replicas, self.dice.random() < 0.5 if scale is None else scale)
        now = self.clock.now()
        proposal = Proposal(
            incident_id=incident or f"inc-{self.asked}",
            hypothesis="h1",
            playbook="p",
            action=action,
            undo=Scale(target=target, replicas=replicas) if isinstance(action, Scale) else None,
            before=before,
            diff=str(action),
            blast_radius="",
            reason="",
            verification=VerificationPlan(),
            asked_at=now,
            expires_at=now + timedelta(minutes=MINUTES),
            approvals_needed=people,
        )
        await self.ports.store.incidents.put(
            Incident(
                id=proposal.incident_id,
                service=ServiceRef(namespace=namespace, name="s"),
                title="t",
                severity=Severity.PAGE,
                started_at=now,
                opened_at=now,
                alerts=[],
            )
        )
        assert await self.ports.store.approvals.ask(proposal)
        return proposal

    def _action(self, target: Entity, replicas: int, scale: bool) -> Action:
        if scale:
            return Scale(target=target, replicas=replicas + self.dice.randint(3, 9))
        if self.dice.random() < 0.5:
            return Restart(target=target)
        return Rollback(target=target, to_revision=self.dice.randint(1, 9), template_hash="t")

    async def answers(
        self, question: Proposal, who: str | None, decision: str = "approved", **changes: Any
    ) -> httpx.Response:
        """POST a decision with this caller's token (or this very header, or none); `changes` dress the body."""
        incident = changes.pop("incident", question.incident_id)
        headers = changes.pop("headers", {})
        if who is not None:
            headers = {**headers, "Authorization": f"Bearer {TOKENS.get(who, who)}"}
        body = {"digest": question.digest, "decision": decision, "reason": "because", **changes}
        return await self.client.post(f"/api/v1/incidents/{incident}/decision", json=body, headers=headers)

    async def recorded(self, question: Proposal) -> Decision | None:
        """What the store holds as the question's answer."""
        return await self.ports.store.approvals.decision(question.incident_id, question.digest)


@asynccontextmanager
async def a_house(folder: Path, seed: int) -> AsyncIterator[House]:
    """Open the door."""
    async with AsyncExitStack() as closing:
        provider = closing.enter_context(Provider())
        provider.key("k1", "ES256")
        opened = await open_store(folder)
        closing.push_async_callback(opened.aclose)
        clock, actuator = ManualClock(START), Previewing()
        ports = Ports(
            clock=clock,
            metrics=ScriptedMetrics({}),
            cluster=ScriptedCluster({}),
            actuator=actuator,
            store=opened.store,
            rules=Rules(approvers=APPROVERS),
        )
        daemon = Daemon(dataclasses.replace(ports), build(opened.checkpointer))
        oidc = Oidc(issuer=provider.issuer, audience=AUDIENCE)
        application = app(daemon, tokens=TOKENS, parse=lambda _body: [], oidc=oidc)
        transport = httpx.ASGITransport(application)
        client = await closing.enter_async_context(httpx.AsyncClient(transport=transport, base_url="http://door"))
        yield House(random.Random(seed), ports, client, clock, actuator, provider)
