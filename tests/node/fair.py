"""All markets of a run, the lookout over them, a Slack, and the agent installed beside them; and the words their stories are told in.

Made by conftest.py once a session. A market is opened while the story before it is told, for most of a story is waiting.
"""

from pathlib import Path
from typing import Any

from tests.cluster.api import until
from tests.e2e.case import Case
from tests.e2e.workspace import Workspace
from tests.node.installed import QUICK, Installed, Version
from tests.node.lookout import Lookout, address
from tests.node.market import Market
from tests.node.node import Node
from tests.node.tally import Tally

PATIENCE_SECONDS = 150
SLACK = "slack-app"
OPERATOR = {"name": "operator", "identities": ["api:operator"]}


class Fair:
    """`names` are the markets in the order they will be visited."""

    def __init__(self, node: Node, folder: Path, names: list[str]) -> None:
        self.node, self.folder = node, folder
        self.lookout = Lookout(node, folder)
        self.slack = Workspace(host=address())
        self._markets = {name: Market(node, name) for name in names}
        self._order = list(names)
        self._values: dict[str, Any] = {
            "prometheus": {"url": self.lookout.prometheus},
            "alertmanager": {"url": self.lookout.alertmanager},
            "config": QUICK,
        }
        self._ahead()
        self.agent = self._installed(Version.ours())
        self.tally = Tally(self.agent)

    def _installed(self, version: Version) -> Installed:
        self._acting = False
        slack = self.slack.settings()["slack"]
        tokens = {"bot-token": slack["bot_token"], "app-token": slack["app_token"]}
        agent = Installed(self.node, self.folder, self._values, {SLACK: tokens}, version)
        self.lookout.tells(agent.url, agent.secret("alertmanager"))
        return agent

    def installs_instead(self, version: Version) -> None:
        """The agent is uninstalled, and this version of it installed anew."""
        self.agent.close()
        self.agent = self.tally.agent = self._installed(version)

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

    def let_act(self, version: Version | None = None) -> None:
        """From now on, if not already, it may act where the markets are, and on nodes, once somebody approved here or in Slack."""
        if self._acting and not version:
            return
        self._acting = True
        told = self.slack.settings()
        slack = told["slack"]
        self.agent.upgrade(
            version,
            actions={"namespaces": [each.namespace for each in self._markets.values()], "nodes": True},
            slack={"channel": slack["channel"], "existingSecret": SLACK},
            config={**QUICK, "slack": {"api_url": slack["api_url"]}, "approvers": [OPERATOR, *told["approvers"]]},
        )

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

    def approved_in_slack(self, case: Case) -> None:
        """A person presses the button of the one card that has any."""
        card = self.slack.card()
        assert case.report["incident"]["service"]["namespace"] in card.seen.text, card.seen.text
        self.slack.press("approve", self.slack.ann)
        assert "approved by ann (slack)" in self.slack.closed(card).lower()

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
        self.slack.close()
        self.lookout.close()
