"""`steadyhand serve`: the daemon, from its configuration to a graceful end."""

import asyncio
import signal
from pathlib import Path

from agent import __version__, channels, diagnosis, reality, settings, telemetry, wiring
from agent.contents import Recorder
from agent.daemon import Daemon
from agent.outlook import Outlook
from agent.settings import Settings


def run(config: Path | None, *, dry_run: bool | None = None) -> int:
    """Serve until SIGTERM or SIGINT; 0 after a clean drain."""
    wanted = settings.load(config, {"dry_run": dry_run})
    telemetry.configure(wanted.log.level, wanted.log.format)
    asyncio.run(_serve(wanted))
    return 0


async def _serve(wanted: Settings) -> None:
    log = telemetry.log("serve")
    log.info("starting", version=__version__, state_dir=str(wanted.state_dir))
    house, tokens = wiring.rules(wanted), wanted.api.secrets()
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for signum in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signum, stop.set)
    async with (
        reality.real_world(wanted, watching=True) as world,
        wiring.install(house, world, wanted.state_dir) as installed,
    ):
        history = wanted.history
        recorder = Recorder(installed.ports, history.every_seconds, tuple(history.namespaces))
        outlook = Outlook(lambda: diagnosis.reachable(wanted))
        daemon = Daemon(installed.ports, installed.machine, installed.checks, installed.tidy, recorder, outlook)
        people = channels.channels(wanted, daemon, installed.ports.store.posts)
        public = {path: handler for channel in people for path, handler in channel.public.items()}
        server = channels.door(daemon, tokens, wanted.listen, wanted.api.oidc, public)
        await daemon.sign_on()
        resumed = await daemon.start()
        await server.start()
        beside = [
            asyncio.create_task(recorder.run(), name="contents"),
            asyncio.create_task(outlook.run(), name="outlook"),
        ]
        for channel in people:
            await channel.start()
        log.info("serving", host=wanted.listen.host, port=server.port, resumed=resumed, playbooks=len(house.playbooks))
        await stop.wait()
        log.info("draining")
        for task in beside:
            task.cancel()
        await daemon.drain()
        for channel in people:
            await channel.stop()
        await server.stop()
    log.info("stopped")
