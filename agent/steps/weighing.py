"""What the cluster, the safety checks and the guard say of the actions that are wanted. Called by propose."""

from agent.model.action import Action, Preview, Previewed, Restart
from agent.model.entity import Entity
from agent.model.freeze import CalendarReading
from agent.model.proposal import Part, Permission
from agent.model.question import Gap, GapReason
from agent.model.record import Record
from agent.model.safety import SafetyCheck
from agent.model.silence import NONE_KNOWN, SilenceReading
from agent.policy import safety
from agent.policy.guard import guard, together
from agent.state import IncidentState
from agent.steps.asking import Inquiry
from agent.steps.attempting import Wish, attempt
from agent.steps.work import Work


class Weighed(Record):
    """The actions as the server would do them, and whether they may be done. Without `permission`, `trouble` says why not."""

    previewed: list[Previewed] = []
    parts: list[Part] = []
    previews: list[Preview] = []
    checks: list[SafetyCheck] = []
    permission: Permission | None = None
    calendars: list[CalendarReading] = []
    silences: SilenceReading = NONE_KNOWN
    place: list[Entity] = []
    trouble: str = ""


async def weigh(work: Work, state: IncidentState, inquiry: Inquiry, wishes: list[Wish]) -> Weighed:
    """Each wish by itself; the strictest answer about any of them is the answer."""
    found = Weighed()
    permissions = []
    for wish in wishes:
        action = wish.action
        answer = await work.ports.actuator.preview(action)
        found = found.evolve(previewed=[*found.previewed, Previewed(action=action, answer=answer)])
        if isinstance(answer, Gap):
            return found.evolve(trouble=_unseen(action, answer))
        rows = safety.checks(action, wish.place, state["changes"], inquiry.facts().calls)
        tried = await attempt(work, state, inquiry, wish, answer, rows)
        permissions.append(guard(tried, work.rules.policy))
        undo = way_back(action, answer, follows=wish.number > 0) if wish.playbook.undo else None
        found = found.evolve(
            parts=[*found.parts, Part(action=action, undo=undo, before=answer.before)],
            previews=[*found.previews, answer],
            checks=[*found.checks, *rows],
            calendars=tried.calendars,
            silences=SilenceReading(silences=tried.silences, problem=tried.silences_problem),
            place=[*found.place, *(each for each in tried.family or [] if each not in found.place)],
        )
    return found.evolve(permission=together(permissions))


def _unseen(action: Action, gap: Gap) -> str:
    """What cannot be shown is not asked for. Without the rights to act that is as it should be, and is said."""
    lacking = ", and is not proposed, for want of the right to do it" if gap.reason is GapReason.REFUSED else ""
    return f"{action} could not be previewed{lacking}: {gap.reason}: {gap.detail}"


def way_back(action: Action, preview: Preview, *, follows: bool) -> Action | None:
    """As the server says; but pods that were restarted to read something are restarted once more when that is as it was."""
    return action if follows and isinstance(action, Restart) else preview.undo
