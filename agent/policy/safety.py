"""Is the rollback safe? What has happened since the revision that is to come back, and what that revision needs.

Pure; called by agent.steps.propose after the server has accepted a dry run. A failed check blocks the action, one
that could not tell keeps it from being done alone (agent.policy.alone); all of them are shown to whoever decides.
"""

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from agent.model.action import Action, Rollback
from agent.model.change import Change, ChangeKind
from agent.model.inventory import Declared, Estate
from agent.model.record import Record
from agent.model.safety import CheckOutcome, SafetyCheck
from agent.model.workload import Revision
from agent.policy.needed import Needed, needed
from agent.policy.situation import Situation
from agent.reasoning.calls import Call

MIGRATES = re.compile(
    r"migrat|flyway|liquibase|alembic|schema|goose|sqitch|prisma|knex|db[-_]?(?:up|init)", re.IGNORECASE
)
"""Names of tools and Jobs that alter a database's schema."""

MIGRATION_FILE = re.compile(
    r"(?:^|/)(?:migrations?|migrate|alembic|flyway|liquibase|changelogs?)/|\.sql$", re.IGNORECASE
)

STORES_DATA = re.compile(
    r"\b(?:postgres(?:ql)?|mysql|mariadb|mongodb(?:\+srv)?|sqlserver|oracle|cassandra|cockroach(?:db)?)\b"
    r"|:(?:5432|3306|27017|1433|1521|9042|26257)\b",
    re.IGNORECASE,
)
"""A connection string, driver or well-known port of a database with a schema."""

BEFORE = timedelta(minutes=30)
"""Migrations run before the pods that need them: a pipeline takes at most so long between the two."""

FEW = 3


class Setting(Record):
    """Everything a check looks at."""

    situation: Situation
    target: Revision
    since: datetime  # from when on the target was no longer the current revision
    changes: list[Change]
    calls: list[Call]

    @property
    def estate(self) -> Estate | None:
        """The namespace, as the investigation saw it."""
        return self.situation.estate

    def after(self) -> list[Change]:
        """What happened since, with the time a pipeline takes before."""
        return [change for change in self.changes if change.at >= self.since - BEFORE]


def checks(action: Action, situation: Situation, changes: list[Change], calls: list[Call]) -> list[SafetyCheck]:
    """One row a check, in a fixed order; none for actions that bring no older state back."""
    if not isinstance(action, Rollback):
        return []
    target = next((r for r in situation.revisions if r.number == action.to_revision), None)
    change = situation.change or situation.brought
    if target is None or change is None:
        told = "what has happened since that revision is not known"
        return [SafetyCheck(name="since", outcome=CheckOutcome.UNKNOWN, statement=told)]
    setting = Setting(situation=situation, target=target, since=change.at, changes=changes, calls=calls)
    return [
        SafetyCheck(name=name, outcome=outcome, statement=told)
        for name, check in CHECKS
        for outcome, told in [check(setting)]
    ]


Answer = tuple[CheckOutcome, str]


def _migrations(setting: Setting) -> Answer:
    """A schema that was migrated since is one the old code may not know."""
    ran = [f"{c.kind} {c.summary}" for c in setting.after() if c.kind is ChangeKind.MIGRATION]
    files = [file for c in setting.after() for file in c.files if MIGRATION_FILE.search(file)]
    jobs = [job.entity.name for job in _jobs(setting)]
    if found := [*ran, *(f"Job {name}" for name in jobs), *files]:
        return CheckOutcome.FAILED, f"the database may have been migrated since: {', '.join(found[:FEW])}"
    looked = [c for c in setting.after() if c.files]
    if looked:
        return (
            CheckOutcome.PASSED,
            f"no migration among the {sum(len(c.files) for c in looked)} files changed since, no migrating Job",
        )
    if setting.estate is None or not setting.estate.knows("Job"):
        return CheckOutcome.UNKNOWN, "neither the files changed since nor the Jobs run since could be seen"
    if STORES_DATA.search(setting.target.template):
        return (
            CheckOutcome.UNKNOWN,
            "it uses a database, no migrating Job was seen, and the files changed since are not known",
        )
    return CheckOutcome.PASSED, "no migrating Job was seen, and it is configured with no database"


def _jobs(setting: Setting) -> Iterator[Declared]:
    for job in setting.estate.workloads if setting.estate else []:
        text = " ".join([job.entity.name, *(c.image for c in job.template.containers), *_commands(job)])
        hook = "helm.sh/hook" in job.annotations
        recent = job.created_at is not None and job.created_at >= setting.since - BEFORE
        if job.entity.kind == "Job" and recent and (MIGRATES.search(text) or hook):
            yield job


def _commands(job: Declared) -> list[str]:
    return [word for container in job.template.containers for word in container.command]


def _configuration(setting: Setting) -> Answer:
    """What the old template refers to must be there, and be what it was."""
    wanted = [each for each in needed(setting.target.template) if not each.optional]
    if not wanted:
        return CheckOutcome.PASSED, "the old revision needs no ConfigMap or Secret"
    estate = setting.estate
    if estate is None or not estate.knows("ConfigMap", "Secret"):
        return CheckOutcome.UNKNOWN, f"whether {_told(wanted)} are still there could not be read"
    held = {(holder.entity.kind, holder.entity.name): holder.keys for holder in estate.holders}
    lost = [each for each in wanted if (each.kind, each.name) not in held]
    lost += [
        e for e in wanted if e.key and (keys := held.get((e.kind, e.name))) is not None and keys and e.key not in keys
    ]
    if lost:
        return CheckOutcome.FAILED, f"the old revision needs {_told(lost)}, which is not there"
    names = {(each.kind, each.name) for each in wanted}
    moved = [c for c in setting.after() if c.kind is ChangeKind.CONFIG and (c.entity.kind, c.entity.name) in names]
    if moved:
        return CheckOutcome.UNKNOWN, f"the old revision never ran with {', '.join(c.title for c in moved[:FEW])}"
    return CheckOutcome.PASSED, f"{_told(wanted)} are there, unchanged since"


def _told(wanted: list[Needed]) -> str:
    return ", ".join(dict.fromkeys(str(each) for each in wanted[: FEW + 1]))


def _image(setting: Setting) -> Answer:
    """Seen running or on a node, or refused by the registry, or neither."""
    estate, images = setting.estate, list(setting.target.images.values())
    if estate is None:
        return CheckOutcome.UNKNOWN, f"whether {', '.join(images)} can still be pulled could not be seen"
    containers = [c for running in estate.pods for c in running.pod.containers]
    refused = [
        c
        for c in containers
        if c.image in images and c.reason in ("ImagePullBackOff", "ErrImagePull", "InvalidImageName")
    ]
    if refused:
        return (
            CheckOutcome.FAILED,
            f"{refused[0].image} cannot be pulled: {refused[0].message[:120] or refused[0].reason}",
        )
    present = {c.image for c in containers if c.ready} | {
        image for machine in estate.machines for image in machine.images
    }
    missing = [image for image in images if image not in present]
    if missing:
        return CheckOutcome.UNKNOWN, f"{', '.join(missing)} runs nowhere and is on no node that could be seen"
    return CheckOutcome.PASSED, f"{', '.join(images)} is on a node"


def _room(setting: Setting) -> Answer:
    """A rolling update needs a pod more than there are; budgets of disruption do not hold it back, quotas do."""
    estate, workload = setting.estate, setting.situation.workload
    declared = next((w for w in estate.workloads if workload and w.entity == workload.entity), None) if estate else None
    if estate is None or declared is None or not estate.knows("ResourceQuota"):
        return CheckOutcome.UNKNOWN, "whether a quota leaves room for new pods could not be read"
    asks = {"pods": 1.0, **_requests(declared)}
    full = [
        f"{quota.entity.name}: {quota.used.get(name, 0.0):g} of {hard:g} {name}"
        for quota in estate.quotas
        for name, hard in quota.hard.items()
        if (asked := asks.get(name.removeprefix("requests."))) and quota.used.get(name, 0.0) + asked > hard
    ]
    if full and declared.strategy != "Recreate" and declared.entity.kind == "Deployment":
        return CheckOutcome.FAILED, f"no quota is left for a new pod beside the old ones ({'; '.join(full[:FEW])})"
    return CheckOutcome.PASSED, "quotas leave room for new pods; disruption budgets do not hold a rollout back"


def _requests(declared: Declared) -> dict[str, float]:
    totals: dict[str, float] = {}
    for container in declared.template.containers:
        for name, amount in container.requests.items():
            totals[name] = totals.get(name, 0.0) + (0.0 if container.init else amount)
    return totals


def _contract(setting: Setting) -> Answer:
    """A caller that was released since may ask for what only the new revision knows."""
    workload = setting.situation.workload
    name = workload.entity.name if workload else ""
    if not setting.calls:
        return CheckOutcome.UNKNOWN, "who calls it is not known"
    callers = {call.caller.name for call in setting.calls if call.callee.name == name} - {name}
    released = [
        c
        for c in setting.changes
        if c.at >= setting.since and c.entity.name in callers and c.kind in (ChangeKind.ROLLOUT, ChangeKind.DEPLOY)
    ]
    if released:
        return (
            CheckOutcome.UNKNOWN,
            f"{', '.join(c.title for c in released[:FEW])} came later, and may rely on what is taken back",
        )
    return CheckOutcome.PASSED, f"none of the {len(callers)} services known to call it was released since"


def _accepted(_setting: Setting) -> Answer:
    """The preview is the server's own dry run: schema, API version and admission have had their say."""
    return CheckOutcome.PASSED, "the API server accepted the old template in a dry run"


CHECKS: list[tuple[str, Callable[[Setting], Answer]]] = [
    ("migrations", _migrations),
    ("configuration", _configuration),
    ("image", _image),
    ("room", _room),
    ("contract", _contract),
    ("admission", _accepted),
]
