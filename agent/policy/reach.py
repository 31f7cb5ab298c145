"""Where which playbooks may ever be carried out, as far as the policy alone says. Called by agent.diagnosis.

The guard decides about an attempt; this is the question before there is one: which rights are of any use.
"""

from collections.abc import Sequence

from agent.model.playbook import Autonomy, Playbook
from agent.model.rules import AutonomyRule, Policy
from agent.policy.kinds import NODES, done


def reach(policy: Policy, playbooks: Sequence[Playbook], namespaces: Sequence[str]) -> dict[str, list[Playbook]]:
    """By namespace ("" stands for any), the playbooks that could be proposed or done there; a namespace without any is left out."""
    found = {name: [each for each in playbooks if _may(policy, each, name)] for name in namespaces}
    return {name: could for name, could in found.items() if could}


def named(policy: Policy) -> list[str]:
    """The namespaces in which the policy lets us do more than look, where it names them."""
    wider = [rule for rule in policy.autonomy_rules if rule.autonomy is not Autonomy.OBSERVE]
    return sorted({name for rule in wider for name in rule.namespaces})


def _may(policy: Policy, playbook: Playbook, namespace: str) -> bool:
    """Whether some attempt there could be more than observed: lines about services and severities may hold or not."""
    if Autonomy.OBSERVE in (policy.autonomy, policy.namespaces.get(namespace), playbook.autonomy):
        return False
    told = [(rule, _covers(rule, done(playbook), namespace)) for rule in policy.autonomy_rules]
    most = max((rule.specificity for rule, certain in told if certain), default=0)
    holds = [rule for rule, certain in told if certain and rule.specificity == most]
    perhaps = [rule for rule, certain in told if certain is None and rule.specificity >= most]
    observed = any(rule.autonomy is Autonomy.OBSERVE for rule in holds)
    return not observed or any(rule.autonomy is not Autonomy.OBSERVE for rule in perhaps)


def _covers(rule: AutonomyRule, actions: list[str], namespace: str) -> bool | None:
    """As agent.policy.scopes says it of an attempt; None where it hangs on the attempt."""
    told: list[bool | None] = [None] if rule.services or rule.severities else []
    if rule.namespaces:
        on_nodes = all(kind in NODES for kind in actions)
        told.append(False if on_nodes else namespace in rule.namespaces if namespace else None)
    if rule.actions:
        inside = [kind in rule.actions for kind in actions]
        told.append(None if any(inside) and not all(inside) else all(inside))
    if False in told:
        return False
    return None if None in told else True
