"""What each playbook needs to act, from what the doers of its actions declare: the one table of rights to write.

`steadyhand doctor` asks for them (access.py), docs/rights.md shows them, and the Helm chart's Roles are made of them
(`python -m docs.rights`). Rights that reading has anyway are left out: the two kinds of Role come together.
"""

from collections.abc import Mapping, Sequence

from agent.model.playbook import Playbook
from agent.policy.kinds import kinds
from integrations.kubernetes.access import NEEDS, Need
from integrations.kubernetes.actions import doers


def needs(kind: str, target: str = "") -> list[Need]:
    """What an action of this kind takes beyond reading, on targets of one kind or of all it can have."""
    wanted = [need for name, doer in doers().items() if name.split()[0] == kind for need in doer.needs]
    if target:
        doer = doers().get(f"{kind} {target}") or doers()[kind]
        wanted = [need for need in doer.needs if need.kind in ("", target)]
    return [need for need in dict.fromkeys(wanted) if not _read(need)]


def rights(playbook: Playbook) -> list[Need]:
    """What a playbook takes beyond reading: to show what it would do as well, for a preview is a dry run of the write."""
    return list(dict.fromkeys(need for kind in kinds(playbook) for need in needs(kind)))


def acting(where: Mapping[str, Sequence[Playbook]]) -> list[tuple[Need, str]]:
    """Each right and its place, for the playbooks that may be carried out in each namespace ("" for all of them)."""
    found = [
        (need, "" if need.cluster else namespace)
        for namespace, playbooks in where.items()
        for playbook in playbooks
        for need in rights(playbook)
    ]
    return list(
        {(need.verbs, need.group, need.resource, need.subresource, at): (need, at) for need, at in found}.values()
    )


def _read(need: Need) -> bool:
    """Whether reading has it already, in every namespace or the whole cluster as it is needed here."""
    return any(
        (need.group, need.resource, need.subresource, need.cluster)
        == (had.group, had.resource, had.subresource, had.cluster)
        and set(need.verbs.split()) <= set(had.verbs.split())
        for had in NEEDS
        if not had.place and not had.write
    )
