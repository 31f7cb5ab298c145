"""`steadyhand investigate`: the same graph as the daemon's, once, read-only, from a laptop."""

import asyncio
import sys
import tempfile
from datetime import datetime
from pathlib import Path

from rich.status import Status

from agent import reality, settings, telemetry, wiring
from agent.cli import exits, pagefile, report_view
from agent.cli.layout import terminal
from agent.cli.machine import print_json
from agent.cli.options import InvestigateOptions
from agent.cli.record import proven
from agent.cli.untrusted import line
from agent.daemon import Daemon
from agent.errors import Refused, Unusable
from agent.model.incident import Incident
from agent.model.playbook import Autonomy
from agent.model.record import digest
from agent.model.report import Report
from agent.model.rules import Rules
from agent.model.slo import Severity
from agent.policy.correlate import correlate
from agent.redacted import redacted
from agent.settings import Settings

QUICK = {"rounds": 2, "pause_seconds": 10}
"""A person waits in front of it: one more look for late data, no more."""


def run(options: InvestigateOptions) -> int:
    """Investigate and print the report; the exit code says what it came to."""
    telemetry.configure("error", "console")
    pagefile.check(options.html)
    pagefile.apart(options.html, "--record", options.record)
    wanted = settings.load(options.config, _overrides(options))
    if options.record and not options.record.parent.is_dir():
        raise Unusable(f"--record {options.record}: there is no folder {options.record.parent}; create it first")
    report = asyncio.run(_investigate(wanted, options))
    if options.as_json:
        print_json(report)
    else:
        report_view.show(terminal(), report)
    pagefile.save(options.html, report)
    return exits.of(report)


def _overrides(options: InvestigateOptions) -> dict[str, object]:
    return {
        "kubernetes.kubeconfig": options.kubeconfig,
        "kubernetes.context": options.context,
        "kubernetes.enabled": False if options.no_cluster else None,
        "prometheus.url": options.prometheus,
        "prometheus.headers": options.prometheus_headers or None,
        "prometheus.bearer_token_file": options.bearer_token_file,
        "prometheus.ca_file": options.ca_file,
        "prometheus.insecure_skip_verify": options.insecure or None,
    }


async def _investigate(wanted: Settings, options: InvestigateOptions) -> Report:
    house = read_only(wiring.rules(wanted), past=options.at is not None)
    with tempfile.TemporaryDirectory(prefix="steadyhand-") as folder:
        async with (
            reality.real_world(wanted, options.at) as world,
            wiring.install(house, wiring.discreet(world) if options.record else world, Path(folder)) as installed,
        ):
            daemon = Daemon(installed.ports, installed.machine)
            incident = redacted(_incident(options, house, world.clock.now()))
            await installed.ports.store.incidents.put(incident)
            await daemon.start()
            try:
                await asyncio.wait_for(_progress(daemon, incident.id), options.timeout_seconds)
                unfinished = ""
            except TimeoutError:
                unfinished = f"not finished after {options.timeout_seconds:.0f} s; give it more with --timeout SECONDS"
            await daemon.abandon()
            notes = [unfinished] if unfinished else []
            if options.record:
                return await _recorded(daemon, incident.id, options.record, notes)
            report = await daemon.report(incident.id)
    if report is None:
        raise Refused(f"the report of {incident.id} was lost")
    return report.evolve(next_steps=[*notes, *report.next_steps])


async def _recorded(daemon: Daemon, incident_id: str, file: Path, notes: list[str]) -> Report:
    """Keep the recording; the report is the recorded one, which a replay gives again."""
    snapshot = await daemon.snapshot(incident_id)
    if snapshot is None:
        raise Refused(f"the report of {incident_id} was lost")
    report = snapshot.report.evolve(next_steps=[*notes, *snapshot.report.next_steps])
    snapshot = snapshot.evolve(report=report, notes=notes)
    wiring.write_snapshot(snapshot, file)
    await proven(snapshot)
    return report


def read_only(house: Rules, *, past: bool) -> Rules:
    """The same rules with the autonomy to observe: proposals are shown, never asked nor done."""
    quick = house.budget.evolve(**({"rounds": 1} if past else QUICK))
    return house.evolve(policy=house.policy.evolve(autonomy=Autonomy.OBSERVE), budget=quick)


def _incident(options: InvestigateOptions, house: Rules, now: datetime) -> Incident:
    """The incident to work on: of a service, as if somebody had asked, or of an alert, as if it had just come in."""
    if options.alert is not None:
        found = correlate(wiring.read_alerts(_body(options.alert)), [], house, now)
        if not found:
            raise Unusable(f"{options.alert}: the body holds no alert")
        return found[0]
    service = options.service
    return Incident(
        id=f"ask-{digest(service, now)[:10]}",
        service=service,
        title=f"investigation of {service}",
        severity=Severity.TICKET,
        started_at=now,
        opened_at=now,
        alerts=[],
    )


def _body(place: str) -> bytes:
    if place == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(place).read_bytes()
    except OSError as error:
        raise Unusable(f"--alert {place}: {error.strerror}") from error


async def _progress(daemon: Daemon, incident_id: str) -> None:
    """Say on stderr what is being done, until it is done."""
    console = terminal(stderr=True)
    seen = 0
    with Status("looking", console=console) as status:
        while (incident := await daemon.incidents(closed=False)) and any(i.id == incident_id for i in incident):
            for entry in await daemon.journal(incident_id, seen, 0.5):
                seen = entry.seq
                status.update(f"{entry.topic}: {line(entry.text, 100)}")
