"""Runs a failed Job again, as a new Job named after the action's key: a name can be taken only once, so it runs only once."""

import copy
from datetime import UTC, datetime

from agent.errors import Refused
from agent.model.action import Applied, Observation, Observed, Preview, RerunJob, TargetState
from agent.model.record import digest
from integrations.kubernetes.access import Need
from integrations.kubernetes.actions.edit import KEY
from integrations.kubernetes.doer import Writer, not_started, not_written
from integrations.kubernetes.failure import Failure, Trouble
from integrations.kubernetes.fields import Json, conditions, created, number, section, text, texts
from integrations.kubernetes.masking import as_yaml, unified
from integrations.kubernetes.route import Route

LONGEST = 52
"""Characters of a Job's name from which on its pods' names are cut."""

_GIVEN = ("batch.kubernetes.io/controller-uid", "batch.kubernetes.io/job-name", "controller-uid", "job-name")


class Rerunner:
    """Implements `Doer`."""

    needs = (
        Need("get", "batch", "jobs", "no failed Job can be run again"),
        Need("create", "batch", "jobs", "no failed Job can be run again", write=True),
    )

    async def preview(self, writer: Writer, action: RerunJob) -> Preview:
        """The Job that would be made, by the server's dry run. Refused for a Job that has not failed."""
        found = await _job(writer, action)
        if not conditions(found).get("Failed", "").startswith("True"):
            raise Refused(f"{action.target} has not failed: it is not run again")
        wanted = _again(found, "preview")
        await writer.api.create(_jobs(action), wanted, {**writer.parameters, "dryRun": "All"})
        return Preview(
            before=_state(action, found),
            after_spec_hash=digest(section(wanted, "spec")),
            diff=unified("", as_yaml(section(wanted, "spec")), "now", "after"),
            pods=max(number(found, "spec", "parallelism"), 1),
            undo=None,
        )

    async def apply(self, writer: Writer, action: RerunJob, expected: TargetState, key: str) -> Applied:
        """Make the new Job, or find it made. Raises Refused, Temporary or Uncertain as the port says."""
        try:
            if (made := await _made(writer, action, key)) is not None:
                return _applied(made)
            found = await _job(writer, action)
        except Failure as failure:
            raise not_started(action, failure) from failure
        if (state := _state(action, found)) != expected.evolve(generation=state.generation):
            raise Refused(f"{action.target} is no longer what was approved; nothing was changed")
        try:
            return _applied(await writer.api.create(_jobs(action), _again(found, key), writer.parameters))
        except Failure as failure:
            if failure.trouble is Trouble.CONFLICT and (made := await _made(writer, action, key)) is not None:
                return _applied(made)
            raise not_written(action, failure) from failure

    async def observe(self, writer: Writer, action: RerunJob, expected: TargetState, key: str) -> Observed:
        """Whether the Job of this key is there."""
        del expected
        made = await _made(writer, action, key)
        if made is None:
            return Observed(
                observation=Observation.NOT_DONE, detail=f"no Job of this action's key is there for {action.target}"
            )
        said = f"{text(made, 'metadata', 'name')} carries the key of this action"
        return Observed(observation=Observation.DONE, detail=said, applied=_applied(made))


async def _job(writer: Writer, action: RerunJob) -> Json:
    if action.target.kind != "Job":
        raise Failure(Trouble.EMPTY, f"{action.target} is no Job: cannot {action}")
    return await writer.api.get(Route("batch/v1", "jobs", action.target.namespace, action.target.name))


async def _made(writer: Writer, action: RerunJob, key: str) -> Json | None:
    try:
        made = await writer.api.get(Route("batch/v1", "jobs", action.target.namespace, _name(action.target.name, key)))
    except Failure as failure:
        if failure.trouble is Trouble.EMPTY:
            return None
        raise
    return made if text(made, "metadata", "annotations", KEY) == key else None


def _jobs(action: RerunJob) -> Route:
    return Route("batch/v1", "jobs", action.target.namespace)


def _name(job: str, key: str) -> str:
    suffix = f"-again-{digest(key)[:8]}"
    return f"{job[: LONGEST - len(suffix)].rstrip('-.')}{suffix}"


def _again(found: Json, key: str) -> Json:
    """A Job of the same template, without what the controller gave the first one."""
    name = text(found, "metadata", "name")
    spec = copy.deepcopy(section(found, "spec"))
    spec.pop("selector", None)
    spec.pop("manualSelector", None)
    spec.pop("suspend", None)
    labels = section(spec, "template", "metadata", "labels")
    for given in _GIVEN:
        labels.pop(given, None)
    kept = {k: v for k, v in texts(found, "metadata", "labels").items() if k not in _GIVEN}
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {
            "name": _name(name, key),
            "namespace": text(found, "metadata", "namespace"),
            "labels": kept,
            "annotations": {KEY: key, "steadyhand.io/again": name},
        },
        "spec": spec,
    }


def _state(action: RerunJob, found: Json) -> TargetState:
    return TargetState(
        entity=action.target,
        uid=text(found, "metadata", "uid"),
        generation=number(found, "metadata", "generation"),
        spec_hash=digest(section(found, "spec")),
    )


def _applied(made: Json) -> Applied:
    spec = digest(section(made, "spec"))
    return Applied(
        generation=number(made, "metadata", "generation"), spec_hash=spec, at=created(made) or datetime.now(UTC)
    )


DOERS = {"rerun_job": Rerunner()}
