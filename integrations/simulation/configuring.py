"""ConfigMaps of the simulated world with their values: recorded, and put back. Called by the actuator and the recorder."""

from difflib import unified_diff

from agent.errors import Refused
from agent.history import Contents
from agent.model.action import Applied, Observation, Observed, Preview, RestoreConfig, TargetState
from agent.model.company import Company
from agent.model.content import Content, HistoryLimits
from agent.model.entity import Entity
from agent.model.question import Gap
from agent.model.record import Instant
from agent.policy.contents import keepable
from agent.redact import redact
from integrations.simulation.config import ConfigMap
from integrations.simulation.template import config_names
from integrations.simulation.world import World

MANAGER = "steadyhand"


class SimulatedContents:
    """Implements `agent.history.ContentSource`."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def contents(self, namespace: str, limits: HistoryLimits, at: Instant) -> list[Content] | Gap:
        """Every ConfigMap of the shop as it is now; none of other namespaces."""
        self._world.advance()
        here = self._world.configs.values() if namespace == self._world.namespace else []
        return [_content(config, limits, at) for config in here]


class Restorer:
    """What the actuator does with ConfigMaps: a recorded content is put back, the present one is recorded before."""

    def __init__(self, world: World, contents: Contents) -> None:
        self._world, self._contents = world, contents
        self._keys: dict[str, str] = {}  # ConfigMap → key of the last action on it

    async def preview(self, action: RestoreConfig) -> Preview:
        """What would be put back. Raises Refused where there is nothing to put back."""
        config, wanted = await self._found(action)
        present = _content(config, HistoryLimits(), self._world.advance())
        if present.digest == wanted.digest:
            raise Refused(f"nothing to do: {action} would leave it as it is")
        await self._contents.keep(present)
        readers = [d for d in self._world.deployments.values() if config.name in config_names(d.current.template)]
        return Preview(
            before=_state(action.target, present),
            after_spec_hash=wanted.digest,
            diff="\n".join(unified_diff(_lines(config.data), _lines(wanted.data), "now", "after", lineterm="")),
            pods=sum(reader.replicas for reader in readers),
            undo=RestoreConfig(target=action.target, version=present.digest),
            company=Company(marked=[], managers=[]),
        )

    async def apply(self, action: RestoreConfig, expected: TargetState, key: str) -> Applied:
        """Do it once. Raises Refused, naming what differs; nothing is changed then."""
        config, wanted = await self._found(action)
        now = self._world.advance()
        if self._keys.get(config.name) != key:
            present = _content(config, HistoryLimits(), now)
            if present.digest != expected.spec_hash:
                raise Refused(f"{action.target} is not what was previewed: {expected.spec_hash} → {present.digest}")
            self._world.put_config(config.name, wanted.data, actor=MANAGER)
            self._keys[config.name] = key
        return Applied(generation=0, spec_hash=wanted.digest, at=now)

    async def observe(self, action: RestoreConfig, expected: TargetState, key: str) -> Observed:
        """Whether an earlier `apply` with this key reached it."""
        config = self._world.configs.get(action.target.name)
        if config is None:
            return Observed(observation=Observation.CANNOT_TELL, detail=f"there is no {action.target} any more")
        present = _content(config, HistoryLimits(), self._world.advance())
        if self._keys.get(config.name) == key:
            done = Applied(generation=0, spec_hash=present.digest, at=config.changed_at or config.created_at)
            return Observed(observation=Observation.DONE, detail=f"our key is on {action.target}", applied=done)
        if present.digest == expected.spec_hash:
            return Observed(observation=Observation.NOT_DONE, detail=f"{action.target} is unchanged")
        return Observed(observation=Observation.CANNOT_TELL, detail=f"somebody changed {action.target}")

    async def _found(self, action: RestoreConfig) -> tuple[ConfigMap, Content]:
        here = action.target.namespace == self._world.namespace
        config = self._world.configs.get(action.target.name) if here else None
        wanted = await self._contents.get(action.target, action.version)
        if config is None:
            raise Refused(f"there is no {action.target}")
        if wanted is None or wanted.unrestorable:
            raise Refused(f"cannot {action}: that content is not recorded")
        return config, wanted


def _lines(data: dict[str, str]) -> list[str]:
    return [f"{key}: {redact(value)}" for key, value in sorted(data.items())]


def _content(config: ConfigMap, limits: HistoryLimits, at: Instant) -> Content:
    return keepable(config.record().entity, config.data, {}, at, limits)


def _state(target: Entity, present: Content) -> TargetState:
    return TargetState(entity=target, uid=f"uid-{target.name}", generation=0, spec_hash=present.digest)
