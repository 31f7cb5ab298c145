"""What was read for an investigation decides nothing: before a question, before an action and after it, sources read anew."""

import dataclasses

from agent.model.incident import Resolution
from agent.model.playbook import Autonomy
from agent.model.question import InventoryQuestion, RevisionsQuestion, WorkloadQuestion


class Told:
    """A cluster that notes whether it may answer from what it kept."""

    def __init__(self, cluster):
        self._cluster, self._keeping, self.asked = cluster, False, []

    def settle(self):
        self._keeping = True

    def renew(self):
        self._keeping = False

    async def ask(self, question):
        self.asked.append((type(question), self._keeping))
        return await self._cluster.ask(question)


async def test_a_round_keeps_what_it_reads_and_a_decision_does_not_use_it(tell):
    clusters = []

    def around(ports, saver):
        clusters.append(Told(ports.cluster))
        return dataclasses.replace(ports, cluster=clusters[-1], freshness=clusters[-1]), saver

    story = await tell("bad_release", seed=3, autonomy=Autonomy.ACT, around=around)
    await story.alerted()
    assert (await story.closed()).incident.resolution is Resolution.RECOVERED
    (cluster,) = clusters
    assert {keeping for kind, keeping in cluster.asked if kind is InventoryQuestion} == {True}
    last = [keeping for kind, keeping in cluster.asked if kind in (WorkloadQuestion, RevisionsQuestion)]
    assert last[-5:] == [False] * 5, (
        "workload and revisions before the question and before the action, the workload after"
    )
