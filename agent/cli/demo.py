"""`steadyhand demo`: the daemon on its embedded default, with a simulated shop for a cluster and two incidents in it.

Act one: a bad release, rolled back. Act two: a release at the very moment a dependency fails by itself;
it is innocent, and must be left alone.
"""

import asyncio
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.panel import Panel

from agent import channels, settings, telemetry, wiring
from agent.cli import pagefile, report_view
from agent.cli.layout import terminal
from agent.cli.story import Story
from agent.daemon import Daemon
from agent.errors import Refused
from agent.model.hypothesis import Verdict
from agent.model.incident import Resolution
from agent.model.journal import Topic
from agent.model.proposal import Decision, DecisionKind
from agent.model.report import Report
from agent.sections import Listen
from agent.world import Shop

ACTS = [
    ("bad release", "Act one: checkout is released, and requests start to fail"),
    ("innocent release", "Act two: checkout is released again, in the very moment a dependency fails by itself"),
]
WEBHOOK = "http://127.0.0.1:{port}/api/v1/alerts/alertmanager"
PATIENCE_SECONDS = 120.0
INTRODUCTION = (
    "A simulated shop (its clock runs {speed}x faster) stands in for cluster and metrics; its alerts arrive over HTTP"
    " in Alertmanager's webhook format. Everything else is the daemon as it runs for real."
)


def run(*, yes: bool, speed: float, seed: int, record_transcript: Path | None, html: Path | None = None) -> int:
    """Both acts; 0 only if both ended as they should."""
    telemetry.configure("error", "console")
    pagefile.check(html)
    pagefile.check(record_transcript, "--record-transcript")
    pagefile.apart(html, "--record-transcript", record_transcript)
    console = Console(record=True, width=100) if record_transcript else terminal()
    console.print(INTRODUCTION.format(speed=f"{speed:g}"))
    asked = not yes and sys.stdin.isatty() and sys.stdout.isatty()
    acts = asyncio.run(_play(console, ask=asked, speed=speed, seed=seed))
    ended_well = all(well for well, _ in acts)
    console.print("Both acts ended as they should." if ended_well else "Not every act ended as it should: see above.")
    if record_transcript:
        record_transcript.write_text(console.export_text(), "utf-8")
    if acts[0][1]:
        pagefile.save(html, acts[0][1])
    return 0 if ended_well else 1


async def _play(console: Console, *, ask: bool, speed: float, seed: int) -> list[tuple[bool, Report | None]]:
    """Each act has a shop of its own, so that the second does not depend on what was decided in the first; memory stays."""
    results, start = list[tuple[bool, Report | None]](), datetime.now(UTC)
    with tempfile.TemporaryDirectory(prefix="steadyhand-demo-") as folder:
        for number, (name, title) in enumerate(ACTS):
            shop = wiring.simulated_shop(seed + number, speed, start)
            console.print(Panel(title, style="bold"))
            report = await _act(console, shop, Path(folder), ask=ask, staged=shop.stage[name], speed=speed)
            results.append((_ended_well(console, name, report), report))
            start = shop.world.clock.now()
    return results


async def _act(
    console: Console, shop: Shop, folder: Path, *, ask: bool, staged: Callable[[], object], speed: float
) -> Report | None:
    house = wiring.rules(settings.Settings())
    patience = house.policy.evolve(approval_seconds=int(house.policy.approval_seconds * speed))  # a reader's clock
    house = house.evolve(policy=patience)
    async with wiring.install(house, shop.world, folder) as installed:
        daemon = Daemon(installed.ports, installed.machine, installed.checks, installed.tidy)
        server = channels.door(daemon, {}, Listen(port=0))
        await server.start()
        alerting = asyncio.create_task(shop.alerts(WEBHOOK.format(port=server.port)))
        try:
            return await _incident(console, daemon, staged, ask=ask)
        finally:
            alerting.cancel()
            with suppress(asyncio.CancelledError):
                await alerting
            await daemon.drain()
            await server.stop()


async def _incident(console: Console, daemon: Daemon, staged: Callable[[], object], *, ask: bool) -> Report | None:
    known = {incident.id for incident in await daemon.incidents()}
    staged()
    incident_id = await _new_incident(daemon, known)
    if incident_id is None:
        console.print("no alert came in time", style="bold red")
        return None
    await _follow(console, daemon, incident_id, ask=ask)
    return await daemon.report(incident_id)


def _ended_well(console: Console, name: str, report: Report | None) -> bool:
    if report is None:
        return False
    for renderable in report_view.conclusion(report):
        console.print(renderable)
    wrong = _wrong(name, report)
    for complaint in wrong:
        console.print(f"this is not how the act should have ended: {complaint}", style="bold red")
    return not wrong


async def _new_incident(daemon: Daemon, known: set[str]) -> str | None:
    loop = asyncio.get_running_loop()
    deadline = loop.time() + PATIENCE_SECONDS
    while loop.time() < deadline:
        found = [incident.id for incident in await daemon.incidents() if incident.id not in known]
        if found:
            return found[0]
        await asyncio.sleep(0.1)
    return None


async def _follow(console: Console, daemon: Daemon, incident_id: str, *, ask: bool) -> None:
    """Tell the story live, and answer its question."""
    story, seen = Story(console), 0
    answered: set[str] = set()
    while True:
        entries = await daemon.journal(incident_id, seen, 1.0)
        for entry in entries:
            story.tell(entry)
            seen = entry.seq
        if any(entry.topic is Topic.REMEMBERED for entry in entries):
            await daemon.finished(incident_id)
            return
        for proposal in await daemon.pending(incident_id):
            if proposal.digest not in answered:
                answered.add(proposal.digest)
                await _answer(console, daemon, incident_id, proposal.digest, ask=ask)


async def _answer(console: Console, daemon: Daemon, incident_id: str, digest: str, *, ask: bool) -> None:
    approved = await _ask(console, daemon, incident_id) if ask else True
    decision = Decision(
        incident_id=incident_id,
        digest=digest,
        kind=DecisionKind.APPROVED if approved else DecisionKind.DENIED,
        by="you" if ask else "demo --yes",
        channel="cli",
        reason="" if approved else "no",
        at=datetime.now(UTC),
    )
    try:
        await daemon.decide(decision)
    except Refused as refusal:
        console.print(f"not accepted: {refusal}", style="bold red")


async def _ask(console: Console, daemon: Daemon, incident_id: str) -> bool:
    while True:
        answer = (
            (await asyncio.to_thread(console.input, "Do it? [bold](y)es / (n)o / (s)how more[/bold]: ")).strip().lower()
        )
        if answer in ("y", "yes"):
            return True
        if answer in ("n", "no"):
            return False
        if answer not in ("s", "show", "show more"):
            console.print("please answer y, n or s")
        elif report := await daemon.report(incident_id):
            report_view.show(console, report)


def _wrong(name: str, report: Report) -> list[str]:
    return CHECKS[name](report)


def _bad_release(report: Report) -> list[str]:
    stands = next((h for h in report.hypotheses if h.verdict is Verdict.CONFIRMED), None)
    wrong = [] if stands and stands.cause == "bad-release" else ["the release was not confirmed as the cause"]
    denied = report.decision is not None and report.decision.kind is DecisionKind.DENIED
    wanted = Resolution.HANDED_OVER if denied else Resolution.RECOVERED
    if report.incident.resolution is not wanted:
        wrong.append(f"the incident ended as {report.incident.resolution}, not {wanted}")
    return wrong


def _innocent_release(report: Report) -> list[str]:
    stands = next((h for h in report.hypotheses if h.verdict is Verdict.CONFIRMED), None)
    wrong = [] if stands and stands.cause == "dependency-down" else ["the dependency was not confirmed as the cause"]
    newest = max(
        (c for c in report.changes if c.entity.name == "checkout" and c.to_revision), key=lambda c: c.at, default=None
    )
    release = next((h for h in report.hypotheses if newest and h.change == newest.id), None)
    if release is None or release.verdict is not Verdict.REFUTED:
        wrong.append("the innocent release was not cleared")
    if report.proposal is not None:
        wrong.append(f"an action was proposed: {report.proposal.what}")
    return wrong


CHECKS: dict[str, Callable[[Report], list[str]]] = {"bad release": _bad_release, "innocent release": _innocent_release}
