"""Did it help? Three outcomes from burn before and after; without enough events, or without metrics, never a yes."""

from math import exp, isfinite
from statistics import NormalDist

from agent.model.playbook import VerificationPlan
from agent.model.record import Record
from agent.model.slo import Slo
from agent.model.verification import Neighbour, VerificationKind
from agent.slo.burn import burn_rate

LEFT_OVER = 0.2
"""Recovered also means: the burn fell to at most this share of what it was."""

WORSE = 2.0
"""A neighbour that burns this many times as fast as before the action, and above 1, became clearly worse."""

CERTAINTY = 0.95
"""Bad events up to this quantile of what the objective allows may be chance."""

SURE = 0.999
"""The same for neighbours: there may be a dozen of them, and one false alarm takes back an action that helped."""


class Measured(Record):
    """What was seen in the window; None where the source did not answer."""

    error_ratio: float | None
    events: float | None
    drifted: str = ""  # how the target differs from what we made of it, if it does
    gap: str = ""  # why something is None
    unseen: str = ""  # what the source says is missing in its answers, if anything is


def conclude(
    plan: VerificationPlan,
    slo: Slo,
    burn_before: float | None,
    seen: Measured,
    neighbours: list[Neighbour] | None = None,
) -> tuple[VerificationKind, str]:
    """The outcome and one sentence on why: the SLO's own, and then what the action may have cost others.

    What recovered at the expense of a neighbour did not recover. What cannot be told stays that, unless a
    neighbour suffers: then not acting on the doubt would leave the harm in place.
    """
    kind, told = _own(plan, slo, burn_before, seen)
    harm = [said for neighbour in neighbours or [] if (said := collateral(neighbour, plan))]
    if not harm or kind is VerificationKind.NOT_RECOVERED:
        return kind, "; ".join([told, *harm])
    if seen.drifted:
        return (
            VerificationKind.CANNOT_TELL,
            f"collateral: {'; '.join(harm)}; but {seen.drifted}, so it may not be our doing",
        )
    return VerificationKind.NOT_RECOVERED, f"collateral: {'; '.join(harm)} (itself: {told})"


def collateral(neighbour: Neighbour, plan: VerificationPlan) -> str:
    """How a neighbour became clearly worse since the action; empty when it did not, or when nobody can tell.

    Clearly: it was measured on both sides with enough events, burns its budget now (above 1) and several times
    as fast as before, and by more bad events than chance explains.
    """
    before, after = neighbour.burn_before, neighbour.burn_after
    if before is None or after is None or not (isfinite(before) and isfinite(after)):
        return ""
    enough = min(neighbour.events_before or 0, neighbour.events_after or 0) >= plan.min_events
    if not enough or after <= 1 or after < WORSE * before or _chance(neighbour, before, after):
        return ""
    return f"{neighbour.service} burns {after:.1f} since the action, {before:.1f} before"


def _chance(neighbour: Neighbour, before: float, after: float) -> bool:
    """Whether so many bad events happen also where nothing changed: a single error in a hundred requests is a burn of 10.

    Expected is the share of bad events before, with one more than were seen (none among few says little), or what
    the objective allows. Records from before objectives were kept are judged by their burns alone.
    """
    if neighbour.objective is None or not neighbour.events_before or not neighbour.events_after:
        return False
    allowed = 1 - neighbour.objective
    share = max(allowed, before * allowed + 1 / neighbour.events_before)
    return after * allowed * neighbour.events_after <= poisson_quantile(share * neighbour.events_after, SURE)


def _own(plan: VerificationPlan, slo: Slo, burn_before: float | None, seen: Measured) -> tuple[VerificationKind, str]:
    if seen.error_ratio is None or seen.events is None or not (isfinite(seen.error_ratio) and isfinite(seen.events)):
        return VerificationKind.CANNOT_TELL, f"the error ratio could not be measured ({seen.gap or 'no traffic'})"
    if seen.events < plan.min_events:
        return (
            VerificationKind.CANNOT_TELL,
            f"only {seen.events:.0f} requests in the window, {plan.min_events} are needed",
        )
    after = burn_rate(seen.error_ratio, slo.objective)
    told = (
        f"burn {after:.1f} over {plan.window_seconds} s ({seen.error_ratio:.2%} of {seen.events:.0f} requests failed)"
    )
    if burn_before is not None:
        told += f", before {burn_before:.1f}"
    allowed = seen.events * (1 - slo.objective) * plan.max_burn
    calm = seen.error_ratio * seen.events <= poisson_quantile(allowed, CERTAINTY)
    fell = burn_before is None or after <= max(plan.max_burn, burn_before * LEFT_OVER)
    if not (calm and fell):
        return VerificationKind.NOT_RECOVERED, told
    if seen.drifted:
        return VerificationKind.CANNOT_TELL, f"{told}; but {seen.drifted}, so it may not be our doing"
    if seen.unseen:
        return VerificationKind.CANNOT_TELL, f"{told}; but that is not all of it: {seen.unseen}"
    return VerificationKind.RECOVERED, told


def poisson_quantile(mean: float, certainty: float) -> int:
    """The smallest k with P(X <= k) >= certainty for a Poisson variable; by its definition, means up to some hundreds."""
    if mean > 500:  # noqa: PLR2004 - beyond, exp(-mean) underflows; the normal approximation is exact enough
        return int(mean + NormalDist().inv_cdf(certainty) * mean**0.5)
    term = total = exp(-mean)
    k = 0
    while total < certainty and k < 10_000:  # noqa: PLR2004 - a bound, never reached for mean <= 500
        k += 1
        term *= mean / k
        total += term
    return k
