"""Is somebody else on it? Then a person says who goes on; and what is marked hands-off stays untouched."""

from datetime import timedelta

from agent.model.company import HANDS_OFF
from agent.model.proposal import Answer
from agent.model.rules import Policy
from agent.policy.answers import allowed, ask, refused
from agent.policy.attempt import Attempt, Hand


def hands_off(attempt: Attempt, _policy: Policy) -> Answer:
    """Marked by somebody who does not want us there."""
    if attempt.hands_off is None:
        return refused(
            "hands off", f"whether {attempt.action.target} or its namespace is marked {HANDS_OFF} is not known"
        )
    if attempt.hands_off:
        return refused("hands off", f"{attempt.hands_off[0]} is marked {HANDS_OFF}")
    return allowed("hands off", f"nothing is marked {HANDS_OFF}")


def rollout(attempt: Attempt, _policy: Policy) -> Answer:
    """A rollout that is not the blamed one is somebody's cure, or the next trouble."""
    if attempt.rollouts is None:
        return ask("rollout", f"whether a rollout of {attempt.action.target} is under way is not known")
    if attempt.rollouts:
        return ask("rollout", attempt.rollouts[0])
    return allowed("rollout", "no other rollout of it is under way")


def human_change(attempt: Attempt, policy: Policy) -> Answer:
    """Somebody changed the target a moment ago."""
    return _touched("human change", Hand.CHANGE, attempt, policy.recent_change_minutes)


def kubectl(attempt: Attempt, policy: Policy) -> Answer:
    """Somebody is typing."""
    return _touched("kubectl", Hand.KUBECTL, attempt, policy.kubectl_minutes)


def _touched(rule: str, hand: Hand, attempt: Attempt, minutes: int) -> Answer:
    if not minutes:
        return allowed(rule, "the policy does not look at it")
    if attempt.touches is None:
        return ask(rule, f"whether somebody changed {attempt.action.target} in the last {minutes} minutes is not known")
    since = attempt.at - timedelta(minutes=minutes)
    seen = [touch for touch in attempt.touches if touch.hand is hand and touch.at > since]
    if seen:
        newest = max(seen, key=lambda touch: (touch.at, touch.what))
        return ask(rule, f"{newest.what} at {newest.at:%H:%M:%S} UTC, within {minutes} minutes")
    return allowed(rule, f"nothing of it in the last {minutes} minutes")


def silence(attempt: Attempt, _policy: Policy) -> Answer:
    """Whoever silenced the alerts knows of it."""
    if attempt.silences is None:
        why = f": {attempt.silences_problem}" if attempt.silences_problem else ""
        return ask("silence", f"whether the alerts are silenced is not known{why}")
    if attempt.silences:
        first, *others = attempt.silences
        more = f", and {len(others)} more" if others else ""
        return ask("silence", f"the alerts are silenced: {first}{more}")
    return allowed("silence", "no silence of the alerts is known")
