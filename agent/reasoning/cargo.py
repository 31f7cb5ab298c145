"""Which commits a deployment brought: on a trunk everything merged before the deployed commit goes with it.

A commit that nobody deployed cannot have broken anything yet; one that travelled with another's can.
"""

import re
from datetime import datetime, timedelta

from agent.model.change import Change, ChangeKind
from agent.model.record import Record
from agent.reasoning.terms import pieces

CLOCKS = timedelta(minutes=2)
"""A commit's and a deployment's times come from different clocks."""

GENERIC = {"service", "svc", "server", "app", "api", "worker", "gateway", "backend", "web", "job", "consumer", "the"}
SHARED = re.compile(
    r"(?:^|/)(?:pkg|lib|libs|common|shared|internal|platform|core|proto|protos|packages|modules|sdk|vendor|migrations?|schema|db|deploy|config|infra)/|^go\.mod|^[^/]+$"
)
"""Places whose code any service may be built with."""


class Load(Record):
    """A commit that went live with a deployment: `carried` when it was not the deployed commit itself."""

    change: Change
    deploy: Change
    carried: bool

    @property
    def at(self) -> datetime:
        """When it went live."""
        return self.deploy.at


def loads(changes: list[Change]) -> list[Load]:
    """Every deployment with its commit, and the commits that travelled with one."""
    deploys = [change for change in changes if change.kind is ChangeKind.DEPLOY]
    direct = [Load(change=change, deploy=change, carried=False) for change in deploys]
    deployed = {change.commit for change in deploys if change.commit}
    merged = {change.commit: change for change in changes if change.kind is ChangeKind.COMMIT}
    carried: dict[str, Load] = {}
    for deploy in sorted(deploys, key=lambda change: change.at):
        head = merged.get(deploy.commit)
        if head is None:
            continue
        for commit in merged.values():
            free = commit.commit not in deployed and commit.commit not in carried
            if free and commit.at <= head.at and commit.at + CLOCKS <= deploy.at and _built_with(commit, deploy):
                carried[commit.commit] = Load(change=commit, deploy=deploy, carried=True)
    return [*direct, *carried.values()]


def _built_with(commit: Change, deploy: Change) -> bool:
    return any(belongs(path, deploy.entity.name) or SHARED.search(path) for path in commit.files)


def belongs(path: str, service: str) -> bool:
    """Whether a path looks like a service's own: a part of it bears the service's name."""
    named = "".join(word for word in _own(service))
    return any(named and named == "".join(_own(part)) for part in path.split("/"))


def _own(name: str) -> list[str]:
    words = [word for word in pieces(re.sub(r"(?i)(service|svc)$", "", name)) if word not in GENERIC]
    return words or pieces(name)
