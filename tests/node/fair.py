"""All markets of a run, the lookout over them and the agent installed beside them; and the words their stories are told in.

Made by conftest.py once a session. A market is opened while the story before it is told, for most of a story is waiting.
"""

from pathlib import Path
from typing import Any

from tests.cluster.api import until
from tests.e2e.case import Case
from tests.node.installed import QUICK, Installed
from tests.node.lookout import Lookout
from tests.node.market import Market
from tests.node.node import Node
from tests.node.tally import Tally

PATIENCE_SECONDS = 150


class Fair:
    """`names` are the markets in the order they will be visited."""

    def __init__(self, node: Node, folder: Path, names: list[str]) -> None:
        self.node, self.folder = node, folder
        self.lookout = Lookout(node, folder)
        self._markets = {name: Market(node, name) for name in names}
        self._order = list(names)
        self._values: dict[str, Any] = {
            "prometheus": {"url": self.lookout.prometheus},
            "alertmanager": {"url": self.lookout.alertmanager},
            "config": QUICK,
        }
        self._acting = False
        self._ahead()
        self.agent = Installed(node, folder, self._values)
        self.lookout.tells(self.agent.url, self.agent.secret("alertmanager"))
        self.tally = Tally(self.agent, self.lookout)

    def market(self, name: str) -> Market:
        """The one of that name, after a calm time; the next one is opened."""
        market = self._markets[name]
        if name in self._order:
            self._order.remove(name)
        market.calm()
        self._ahead()
        return market

    def _ahead(self) -> None:
        if self._order:
            self._markets[self._order[0]].open()

    def let_act(self, **values: Any) -> None:
        """From now on, if not already, it may act where the markets are, and on nodes, once somebody has approved."""
        if self._acting and not values:
            return
        self._acting = True
        everywhere = [each.namespace for each in self._markets.values()]
        self.agent.upgrade(actions={"namespaces": everywhere, "nodes": True}, **values)

    def case(self, market: Market, seconds: float = PATIENCE_SECONDS) -> Case:
        """The one incident about its till, as soon as there is one."""
        wanted = {"namespace": market.namespace, "name": "till"}
        try:
            found = until(
                lambda: [each for each in self.agent.incidents() if each["service"] == wanted],
                f"an incident of {market.namespace}/till",
                seconds,
            )
        except TimeoutError as late:
            late.add_note(f"the agent's log ends with:\n{self.agent.log()[-3000:]}")
            raise
        assert len(found) == 1, f"{len(found)} incidents for one degradation"
        return Case(self.agent, found[0]["id"])

    def approved(self, case: Case, digest: str) -> None:
        """A person says yes to exactly this."""
        answer = self.agent.decide(case.id, digest, "approved", "go ahead")
        assert answer.is_success, answer.text

    def quiet_again(self, market: Market) -> None:
        """Nothing fails at its till any more, asked of Prometheus directly."""
        ratio = f'service:request_errors:ratio_rate10s{{namespace="{market.namespace}",service="till"}}'
        until(lambda: self.lookout.value(ratio) == 0, f"no failing orders in {market.namespace}", 60)

    def account(self, case: Case) -> str:
        """What it found, for the message of a failure."""
        report = case.report
        lines = [report["summary"], f"next: {report['next_steps'][:4]}"]
        lines += [f"  {one['verdict']} {one['probability']:.3f} {one['claim']}" for one in report["hypotheses"][:5]]
        lines += [f"  {each['topic']}: {each['text'][:200]}" for each in case.daemon.journal(case.id)[-25:]]
        return "\n".join(lines)

    def close(self) -> None:
        """End it all; how it went is kept in a file if one is asked for."""
        self.tally.write()
        for market in self._markets.values():
            market.close()
        self.agent.close()
        self.lookout.close()
