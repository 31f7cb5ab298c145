"""What Jobs and CronJobs have beside their pod template. Called by declared.py."""

from agent.model.batch import Attempts, Schedule
from agent.model.template import Requirement
from integrations.kubernetes.fields import Json, at, flag, items, moment, number, section, text

_ENDS = ("Complete", "Failed")


def attempts(found: Json) -> Attempts:
    """Of a Job."""
    spec, status = section(found, "spec"), section(found, "status")
    ends = [
        each for each in items(status, "conditions") if text(each, "type") in _ENDS and text(each, "status") == "True"
    ]
    return Attempts(
        owner=next((text(each, "name") for each in items(found, "metadata", "ownerReferences") if flag(each, "controller")), ""),
        backoff_limit=number(spec, _limit(spec)) if _limit(spec) in spec else 6,
        deadline_seconds=_seconds(spec, "activeDeadlineSeconds"),
        completions=number(spec, "completions") or 1,
        failed=number(status, "failed"),
        succeeded=number(status, "succeeded"),
        active=number(status, "active"),
        in_place=text(spec, "template", "spec", "restartPolicy") == "OnFailure",
        gives_up_at=[rule for each in items(spec, "podFailurePolicy", "rules") for rule in _fatal(each)],
        started_at=moment(status, "startTime"),
        ended_at=next((moment(each, "lastTransitionTime") for each in ends), None),
    )  # fmt: skip


def _limit(spec: Json) -> str:
    """An indexed Job may have one for each index; the one for all is then only there by default."""
    return "backoffLimitPerIndex" if "backoffLimitPerIndex" in spec else "backoffLimit"


def _fatal(rule: Json) -> list[Requirement]:
    """A rule on exit codes that ends the whole Job."""
    codes = section(rule, "onExitCodes")
    if text(rule, "action") != "FailJob" or not codes:
        return []
    values = at(codes, "values")
    return [
        Requirement(
            key=text(codes, "containerName"),
            operator=text(codes, "operator"),
            values=[str(each) for each in values if isinstance(each, int)] if isinstance(values, list) else [],
        )
    ]


def schedule(found: Json) -> Schedule:
    """Of a CronJob."""
    spec, status = section(found, "spec"), section(found, "status")
    return Schedule(
        cron=text(spec, "schedule"),
        zone=text(spec, "timeZone"),
        concurrency=text(spec, "concurrencyPolicy") or "Allow",
        deadline_seconds=_seconds(spec, "startingDeadlineSeconds"),
        last_at=moment(status, "lastScheduleTime"),
        last_success_at=moment(status, "lastSuccessfulTime"),
        active=[text(each, "name") for each in items(status, "active")],
    )


def _seconds(spec: Json, key: str) -> int | None:
    """A limit that may be zero or not there."""
    return number(spec, key) if key in spec else None
