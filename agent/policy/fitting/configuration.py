"""Steps on configuration: a ConfigMap's earlier content, a feature flag."""

from agent.model.action import Action, RestoreConfig, SetFlag
from agent.model.hypothesis import Hypothesis
from agent.model.playbook import Playbook, PlaybookStep
from agent.policy.contents import before
from agent.policy.situation import Situation

OFF = "DISABLED"
"""flagd's word; a flag service has its own for it (agent.flags_section)."""

SAYS_OFF = frozenset({"0", "disabled", "false", "no", "none", "off"})

CONFIGURATION = ("ConfigMap", "Secret")

FLAG_HOLDERS = ("ConfigMap", "External")


def _restore_config(_step: PlaybookStep, _playbook: Playbook, _why: Hypothesis, situation: Situation) -> Action | str:
    """The newest content that was seen before the blamed change."""
    change = situation.change
    if change is None or change.entity.kind not in CONFIGURATION:
        return "no change of a ConfigMap is blamed"
    if change.entity.kind != "ConfigMap":
        return f"what {change.entity} held is never recorded"
    versions = [version for version in situation.versions if version.entity == change.entity]
    if not versions:
        return f"nothing of what {change.entity} held is recorded"
    found = before(versions, change.at, versions[-1].digest)
    if isinstance(found, str):
        return f"{change.entity}: {found}"
    return RestoreConfig(target=change.entity, version=found.digest)


def _turn_flag_off(_step: PlaybookStep, _playbook: Playbook, _why: Hypothesis, situation: Situation) -> Action | str:
    """Off and nothing else: what a flag that was turned off is for, nobody can tell from outside."""
    turned = situation.flag
    if turned is None or not turned.keys:
        return "no flag is known that was turned"
    name, value = turned.keys[0], turned.version.strip()
    if value.lower() in SAYS_OFF:
        return f"flag {name} was turned off: whether it may be on again is for a person to say"
    if turned.entity.kind in FLAG_HOLDERS:
        return SetFlag(target=turned.entity, flag=name, state=OFF)
    if len(situation.flag_services) == 1:
        return SetFlag(target=situation.flag_services[0], flag=name, state=OFF)
    known = ", ".join(each.name for each in situation.flag_services) or "none is configured"
    return f"which flag service holds {name} is not known ({known})"


FITS = {"restore_config": _restore_config, "turn_flag_off": _turn_flag_off}
