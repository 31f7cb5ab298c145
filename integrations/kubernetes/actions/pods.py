"""Deletes one pod, of exactly one uid: what its controller makes next is another pod, and never ours to delete by this action.

No key can be left on what is gone. That is no loss: a pod of that uid that is not there any more, or is on
its way out, is all the action wanted, whoever did it.
"""

from datetime import UTC, datetime

from agent.errors import Refused
from agent.model.action import Applied, DeletePod, Observation, Observed, Preview, TargetState
from agent.model.record import digest
from integrations.kubernetes.access import Need
from integrations.kubernetes.doer import Writer, not_started, not_written
from integrations.kubernetes.failure import Failure, Trouble
from integrations.kubernetes.fields import Json, items, moment, number, section, text
from integrations.kubernetes.masking import as_yaml, unified
from integrations.kubernetes.route import Route


class Deleter:
    """Implements `Doer`."""

    needs = (
        Need("get", "", "pods", "no stuck pod can be replaced"),
        Need("delete", "", "pods", "no stuck pod can be replaced", write=True),
    )

    async def preview(self, writer: Writer, action: DeletePod) -> Preview:
        """What the server says to the same request as a dry run. Refused for a pod nobody would replace."""
        found = await _pod(writer, action)
        if found is None:
            raise Refused(f"nothing to do: {action.target} with the uid {action.uid} is gone")
        if not any(owner.get("controller") for owner in items(found, "metadata", "ownerReferences")):
            raise Refused(f"{action.target} has no controller: nobody would replace it")
        await writer.api.delete(_route(action), {**_options(found), "dryRun": ["All"]})
        before = _state(action, found)
        return Preview(
            before=before,
            after_spec_hash="",
            diff=unified(as_yaml(section(found, "spec")), "", "now", "after"),
            pods=1,
            undo=None,
        )

    async def apply(self, writer: Writer, action: DeletePod, expected: TargetState, key: str) -> Applied:
        """Delete it, if it is still that pod. Raises Refused, Temporary or Uncertain as the port says."""
        del key
        try:
            found = await _pod(writer, action)
            if found is None:
                raise Refused(f"{action.target} with the uid {expected.uid} is gone already; nothing was changed")
            if moment(found, "metadata", "deletionTimestamp"):
                return _done(found)
            if _state(action, found).spec_hash != expected.spec_hash:
                raise Refused(f"{action.target} is no longer what was approved; nothing was changed")
        except Failure as failure:
            raise not_started(action, failure) from failure
        try:
            await writer.api.delete(_route(action), _options(found))
        except Failure as failure:
            if failure.trouble is Trouble.EMPTY:  # it went between our looking and our asking
                return _done(found)
            if failure.trouble is Trouble.CONFLICT:
                raise Refused(f"{action.target} is another pod now; nothing was changed: {failure}") from failure
            raise not_written(action, failure) from failure
        return _done(found)

    async def observe(self, writer: Writer, action: DeletePod, expected: TargetState, key: str) -> Observed:
        """Gone, or going, is done."""
        del key
        found = await _pod(writer, action)
        going = moment(found, "metadata", "deletionTimestamp") if found else None
        if found is None or going:
            applied = Applied(generation=expected.generation, spec_hash="", at=going or datetime.now(UTC))
            said = f"{action.target} with the uid {action.uid} is {'going' if going else 'gone'}"
            return Observed(observation=Observation.DONE, detail=said, applied=applied)
        return Observed(observation=Observation.NOT_DONE, detail=f"{action.target} is still there")


def _done(found: Json) -> Applied:
    at = moment(found, "metadata", "deletionTimestamp") or datetime.now(UTC)
    return Applied(generation=number(found, "metadata", "generation"), spec_hash="", at=at)


async def _pod(writer: Writer, action: DeletePod) -> Json | None:
    """The pod of this uid; None when it is gone, another one of its name or not."""
    if action.target.kind != "Pod":
        raise Failure(Trouble.EMPTY, f"{action.target} is no Pod: cannot {action}")
    try:
        found = await writer.api.get(_route(action))
    except Failure as failure:
        if failure.trouble is Trouble.EMPTY:
            return None
        raise
    return found if text(found, "metadata", "uid") == action.uid else None


def _route(action: DeletePod) -> Route:
    return Route("v1", "pods", action.target.namespace, action.target.name)


def _options(found: Json) -> Json:
    return {
        "apiVersion": "v1",
        "kind": "DeleteOptions",
        "preconditions": {"uid": text(found, "metadata", "uid")},
        "propagationPolicy": "Background",
    }


def _state(action: DeletePod, found: Json) -> TargetState:
    return TargetState(
        entity=action.target,
        uid=text(found, "metadata", "uid"),
        generation=number(found, "metadata", "generation"),
        spec_hash=digest(section(found, "spec")),
    )


DOERS = {"delete_pod": Deleter()}
