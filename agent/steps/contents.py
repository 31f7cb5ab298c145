"""Looks up what the blamed ConfigMap held over time, the present content last. Called by agent.steps.propose."""

from contextlib import suppress

from agent.errors import SteadyhandError
from agent.model.change import Change
from agent.model.content import Version
from agent.model.question import Gap
from agent.steps.work import Work

KIND = "ConfigMap"


async def versions(work: Work, change: Change | None) -> list[Version]:
    """As recorded, in order; the present content is recorded first, so that it is the last of them."""
    if change is None or change.entity.kind != KIND:
        return []
    store = work.ports.store.contents
    with suppress(SteadyhandError):
        found = await work.ports.configs.contents(change.entity.namespace, work.rules.history, work.now())
        for content in [] if isinstance(found, Gap) else found:
            if content.entity == change.entity:
                await store.keep(content)
    return await store.versions(change.entity)
