"""The real world as configured: the sources that are asked and the hands that act. A part of the composition root.

`steadyhand serve` and `investigate` open it, `doctor` asks its parts. Adapters are imported where they are built, as in
agent.wiring.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from agent.errors import Unusable
from agent.freshness import UNKEPT, Freshness
from agent.history import UNSEEN, ContentSource, Shelf
from agent.model.checked import Checked
from agent.model.playbook import Playbook
from agent.model.question import InventoryQuestion
from agent.ports import SILENT, Actuator, Calendars, ClusterSource, Notices
from agent.settings import Settings
from agent.silences import UNASKED
from agent.world import World

if TYPE_CHECKING:
    from integrations.alertmanager.silences import AlertmanagerSilences
    from integrations.kubernetes.api import Api
    from integrations.prometheus.source import Prometheus


@asynccontextmanager
async def real_world(settings: Settings, at: datetime | None = None, *, watching: bool = False) -> AsyncIterator[World]:
    """Prometheus and Kubernetes as configured, dry if so wanted; `at` makes it the world of a past moment. Raises Unusable.

    `watching` is for a process that stays: what is asked about is watched, so that an investigation need not list.
    """
    from integrations.absent import NoCluster, NoMetrics, PastCluster  # noqa: PLC0415 - as the others
    from integrations.clock import PastClock, SystemClock  # noqa: PLC0415 - as the others
    from integrations.dryrun.actuator import DryActuator  # noqa: PLC0415 - as the others

    async with AsyncExitStack() as closing:
        prometheus = prometheus_of(settings)
        if prometheus:
            closing.push_async_callback(prometheus.aclose)
        api, why = await _kubernetes(settings)
        cluster: ClusterSource = NoCluster(why)
        actuator: Actuator = NoCluster(why)
        notices: Notices = SILENT
        configs: ContentSource = UNSEEN
        shelf = Shelf()
        freshness: Freshness = UNKEPT
        if api:
            from integrations.kubernetes.actuator import KubernetesActuator  # noqa: PLC0415 - heavy
            from integrations.kubernetes.configuring import KubernetesContents  # noqa: PLC0415 - heavy
            from integrations.kubernetes.notices import KubernetesNotices  # noqa: PLC0415 - heavy
            from integrations.kubernetes.source import KubernetesSource  # noqa: PLC0415 - heavy

            closing.push_async_callback(api.close)
            cluster, configs = KubernetesSource(api), KubernetesContents(api)
            actuator = KubernetesActuator(api, contents=shelf, history=settings.history.limits())
            notices = KubernetesNotices(api)
            closing.push_async_callback(notices.aclose)
            freshness = api.kept
            if watching and settings.kubernetes.watch:
                closing.push_async_callback(_watch(api, cluster, settings))
        if settings.flags.services:
            from integrations.dispatch import ByTarget  # noqa: PLC0415 - as the others
            from integrations.flags.actuator import FlagServices  # noqa: PLC0415 - heavy

            flags = FlagServices(settings.flags.services)
            closing.push_async_callback(flags.aclose)
            actuator = ByTarget(actuator, {"External": flags})
        silences = silences_of(settings)
        if silences:
            closing.push_async_callback(silences.aclose)
        yield World(
            clock=PastClock(at) if at else SystemClock(),
            metrics=prometheus or NoMetrics(),
            cluster=PastCluster(cluster, at) if at else cluster,
            calendars=calendar_files(),
            actuator=DryActuator(actuator) if settings.dry_run else actuator,
            notices=SILENT if settings.dry_run else notices,
            configs=UNSEEN if at else configs,
            shelf=shelf,
            freshness=freshness,
            silences=silences if silences and not at else UNASKED,  # it knows only the present ones
        )


def _watch(api: "Api", cluster: ClusterSource, settings: Settings) -> Callable[[], Awaitable[None]]:
    """Begin with the namespaces that are named, by asking about each once; gives how to end it."""
    from integrations.kubernetes.watching import Watched  # noqa: PLC0415 - heavy

    namespaces = sorted({*settings.history.namespaces, *(each.slo(0).service.namespace for each in settings.slos)})
    api.watched = Watched(api, namespaces)

    async def ask() -> None:
        for namespace in namespaces:
            await cluster.ask(InventoryQuestion(namespace=namespace))

    asking = asyncio.create_task(ask(), name="watch")

    async def end() -> None:
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)

    return end


def rights_to_act(playbook: Playbook) -> list[str]:
    """What a playbook takes beyond reading, as kubectl says it."""
    from integrations.kubernetes.rights import rights  # noqa: PLC0415 - heavy

    return [
        f"{need.verbs.replace(' ', ', ')} {need.resource}{f'/{need.subresource}' if need.subresource else ''}"
        f"{f'.{need.group}' if need.group else ''}"
        for need in rights(playbook)
    ]


def calendar_files() -> Calendars:
    """Calendars as files, read when asked."""
    from integrations.icalendar.source import CalendarFiles  # noqa: PLC0415 - as the others

    return CalendarFiles()


def prometheus_of(settings: Settings) -> "Prometheus | None":
    """The configured Prometheus, or None."""
    if settings.prometheus.url is None:
        return None
    from integrations.prometheus.source import Prometheus  # noqa: PLC0415 - heavy

    wanted = settings.prometheus
    return Prometheus(
        settings.prometheus.url,
        headers=wanted.request_headers(),
        bearer_token=wanted.token if wanted.token() else None,
        ca_file=str(wanted.ca_file) if wanted.ca_file else None,
        verify=not wanted.insecure_skip_verify,
        timeout_seconds=wanted.timeout_seconds,
        max_series=wanted.max_series,
    )


def silences_of(settings: Settings) -> "AlertmanagerSilences | None":
    """The configured Alertmanager, or None. Raises Unusable."""
    wanted = settings.alertmanager
    if wanted.url is None:
        return None
    from integrations.alertmanager.silences import AlertmanagerSilences  # noqa: PLC0415 - heavy

    return AlertmanagerSilences(
        wanted.url,
        wanted.credentials,
        ca_file=str(wanted.ca_file) if wanted.ca_file else None,
        verify=not wanted.insecure_skip_verify,
        timeout_seconds=wanted.timeout_seconds,
    )


async def _kubernetes(settings: Settings) -> "tuple[Api | None, str]":
    """The API, or why there is none. A kubeconfig or context that was asked for by name must work."""
    wanted = settings.kubernetes
    if not wanted.enabled:
        return None, "kubernetes.enabled is false"
    from integrations.kubernetes.api import connect  # noqa: PLC0415 - heavy

    kubeconfig = str(wanted.kubeconfig) if wanted.kubeconfig else None
    try:
        return await connect(kubeconfig, wanted.context, wanted.request_timeout_seconds), ""
    except Unusable as missing:
        if kubeconfig or wanted.context:
            raise
        return None, str(missing)


async def cluster_checked(
    settings: Settings, may: Mapping[str, Sequence[Playbook]], *, rights_in_one: bool = False
) -> list[Checked]:
    """What the Kubernetes API says about itself and our rights. Never raises for one that is missing.

    `may` are the playbooks that the policy would let us carry out, by namespace: only their rights to write are asked
    for. `rights_in_one` makes one row of the rights to read.
    """
    from integrations.kubernetes.access import review, summary  # noqa: PLC0415 - heavy
    from integrations.kubernetes.failure import Failure  # noqa: PLC0415 - heavy
    from integrations.kubernetes.rights import acting  # noqa: PLC0415 - heavy

    lost = "no workload, change or pod is seen, and nothing can be done"
    try:
        api, why = await _kubernetes(settings)
    except Unusable as error:
        api, why = None, str(error)
    if api is None:
        return [Checked(name="Kubernetes", ok=False, detail=why, cost=lost)]
    try:
        version = await api.version()
        accesses = await review(api, settings.investigated(), acting(may))
    except Failure as failure:
        return [Checked(name="Kubernetes", ok=False, detail=str(failure), cost=lost)]
    finally:
        await api.close()
    reached = Checked(name="Kubernetes", ok=True, detail=f"{api.server}, version {version}")
    return [reached, *([summary(accesses)] if rights_in_one else [access.checked() for access in accesses])]
