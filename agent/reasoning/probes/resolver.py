"""Whose names do not resolve: its own alone, by a DNS policy of its own, or everybody's?"""

from agent.model.question import InventoryQuestion, MessagesQuestion
from agent.reasoning.facts import Facts
from agent.reasoning.lastwords import UNRESOLVED, saying
from agent.reasoning.probes import Probe, Reading, Subject, has_workload, needs_nothing, workload


def _read(facts: Facts, subject: Subject) -> Reading | None:
    found = workload(facts, subject)
    if found is None:
        return None
    declared = found[1]
    policy, servers = declared.template.dns_policy, declared.template.dns_servers
    failing = {m.service for m in saying(facts, UNRESOLVED)}
    mine = declared.entity.name in failing
    if policy not in ("", "ClusterFirst", "ClusterFirstWithHostNet"):
        outcome, told = (
            "own resolver",
            f"its pods ask {servers or 'the node'} (dnsPolicy {policy}), not the cluster's DNS",
        )
    elif mine and len(failing) == 1:
        outcome, told = "only here", "only its lines speak of names that do not resolve"
    elif mine:
        outcome, told = "many", f"names do not resolve for {', '.join(sorted(failing)[:4])}"
    else:
        outcome, told = "nobody here", "its lines speak of no name that does not resolve"
    return Reading(
        outcome=outcome,
        statement=told,
        evidence=[*facts.evidence_of(InventoryQuestion), *facts.evidence_of(MessagesQuestion)],
    )


PROBE = Probe(
    name="resolver",
    question="whose names do not resolve?",
    otherwise={"own resolver": 0.01, "only here": 0.05, "many": 0.06, "nobody here": 0.88},
    cost=0.3,
    applies=has_workload,
    needs=needs_nothing,
    read=_read,
)
