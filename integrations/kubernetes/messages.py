"""Log lines of a namespace's services from the API server: the only log store every cluster has.

One list of pods and at most twelve logs a question (agent/reasoning/reading.py chooses), two more
lists only where a service is asked for that is no workload's name. A log reaches back as far as the
node keeps it; lines of pods that are gone are gone.
"""

import asyncio

from agent.loglines import entry
from agent.model.message import Message
from agent.model.question import LogsQuestion, Messages, MessagesQuestion
from agent.model.record import Instant
from agent.reasoning.reading import MOST_LOGS, Log, choose
from integrations.kubernetes import logs
from integrations.kubernetes.api import Api
from integrations.kubernetes.declared import Owners
from integrations.kubernetes.failure import Failure, Trouble, outcomes
from integrations.kubernetes.fields import Json, name_of, texts
from integrations.kubernetes.pods import converted
from integrations.kubernetes.route import Route


async def read(api: Api, question: MessagesQuestion) -> Messages:
    """The lines within the window, oldest first. Raises Failure if no log at all could be read."""
    raw = await api.recent(Route("v1", "pods", question.namespace))
    named, unseen = await _named(api, question, raw)
    chosen = choose([(service, converted(each)) for service, each in named], question.window.start)
    if not chosen:
        raise Failure(Trouble.EMPTY, f"no pod with a log in namespace {question.namespace}{_about(question)}")
    share = {log.service: sum(each.service == log.service for each in chosen) for log in chosen}
    replies = await outcomes(*(_lines(api, question, log, share[log.service]) for log in chosen))
    found: list[Message] = []
    for log, reply in zip(chosen, replies, strict=True):
        if isinstance(reply, Failure):
            unseen.append(f"{log.service}: {reply}")
        else:
            found += reply
    failures = [reply for reply in replies if isinstance(reply, Failure)]
    if len(failures) == len(chosen):
        raise failures[0]
    unread = sorted({service for service, _ in named} - share.keys())
    unseen += [f"{service}: not read, the {MOST_LOGS} logs of a question went to others" for service in unread]
    return Messages(items=sorted(found, key=lambda each: each.at or question.window.start), unseen=unseen)


async def _named(api: Api, question: MessagesQuestion, raw: list[Json]) -> tuple[list[tuple[str, Json]], list[str]]:
    """The pods with the service each belongs to: by its workload's name, or by the Service that was asked for."""
    owners = Owners({})
    named = [(owners.top(pod)[1] or name_of(pod), pod) for pod in raw]
    if not question.services:
        return named, []
    found = [(name, pod) for name, pod in named if name in question.services]
    missing = sorted(set(question.services) - {name for name, _ in found})
    if not missing:
        return found, []
    try:
        services = await api.recent(Route("v1", "services", question.namespace))
    except Failure as failure:
        return found, [f"{', '.join(missing)}: {failure}"]
    selectors = {name_of(each): texts(each, "spec", "selector") for each in services}
    for name in missing:
        selector = selectors.get(name, {})
        found += [
            (name, pod) for pod in raw if selector and selector.items() <= texts(pod, "metadata", "labels").items()
        ]
    silent = sorted(set(missing) - {name for name, _ in found})
    return found, [f"{name}: it has no pods" for name in silent]


async def _lines(api: Api, question: MessagesQuestion, log: Log, logs_of_service: int) -> list[Message]:
    asked = LogsQuestion(
        namespace=question.namespace,
        pod=log.pod,
        container=log.container,
        previous=log.previous,
        lines=max(1, question.limit // logs_of_service),
    )
    excerpt = (await logs.read(api, asked, since=question.window.start)).excerpt
    start, end = question.window.start, question.window.end
    within = [(line.at, line.text) for line in excerpt.lines if line.at and start <= line.at <= end]
    return await asyncio.to_thread(lambda: [message(log, at, said) for at, said in within])


def message(log: Log, at: Instant, text: str) -> Message:
    """One line, already masked, taken apart."""
    said = entry(text)
    return Message(service=log.service, at=at, level=said.level, text=said.text, fields=said.fields, pod=log.pod)


def _about(question: MessagesQuestion) -> str:
    return f" of {', '.join(question.services)}" if question.services else ""
