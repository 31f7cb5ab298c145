"""Answers the two ports from a case: everything the file holds, and a gap for everything else."""

from agent.model.entity import ServiceRef
from agent.model.inventory import Estate, Running
from agent.model.query import Series
from agent.model.question import (
    ClusterAnswer,
    ClusterQuestion,
    Connected,
    ConnectQuestion,
    Events,
    EventsQuestion,
    Gap,
    GapReason,
    Inventory,
    InventoryQuestion,
    Messages,
    MessagesQuestion,
    MetricAnswer,
    MetricQuestion,
    SeriesQuestion,
)
from agent.reasoning import evaluate
from benchmarks.labelled.cloud_opsbench import courses, gateways, happenings, objects, workloads
from benchmarks.labelled.cloud_opsbench.bundle import Bundle

KNOWN = ("pods", "services", "deployments", "serviceaccounts", "resourcequota", "persistentvolumeclaims", "nodes")


class CaseMetrics:
    """The metrics table and the dependency trees."""

    def __init__(self, series: list[Series]) -> None:
        """Series are built once a case."""
        self._series = series

    async def ask(self, question: MetricQuestion) -> MetricAnswer | Gap:
        """What a Prometheus with these series would say."""
        if not self._series:
            return Gap(reason=GapReason.NOT_CONFIGURED, detail="the case holds no metrics")
        if not isinstance(question, SeriesQuestion):
            return evaluate.answer(question, self._series)
        asked = {selector.metric for selector in question.selectors}
        some = [one for one in self._series if "" in asked or one.labels["__name__"] in asked]
        return evaluate.answer(question, some)


class CaseCluster:
    """The cluster as the tools' outputs show it."""

    def __init__(self, bundle: Bundle) -> None:
        """Everything is read on the first question."""
        self._bundle = bundle
        self._estate: Estate | None = None

    @property
    def estate(self) -> Estate:
        """All objects, read once."""
        if self._estate is None:
            self._estate = estate(self._bundle)
        return self._estate

    async def ask(self, question: ClusterQuestion) -> ClusterAnswer | Gap:
        """The answer, or a gap for what the case does not hold."""
        match question:
            case InventoryQuestion():
                unseen = [f"{kind}: not in the case" for kind in KNOWN if not self._bundle.asked(kind)]
                return Inventory(estate=self.estate, unseen=unseen)
            case EventsQuestion():
                found = self.estate.events
                return Events(items=found) if found else Gap(reason=GapReason.EMPTY, detail="no events")
            case MessagesQuestion():
                return self._messages()
            case ConnectQuestion():
                return self._connected(question)
            case _:
                return Gap(reason=GapReason.NOT_CONFIGURED, detail=f"the case holds no {question.kind}")

    def _messages(self) -> Messages | Gap:
        owners = {running.pod.name: running.owner for running in self.estate.pods if running.owner}
        found = happenings.messages(self._bundle, owners)
        if not found:
            return Gap(reason=GapReason.NOT_CONFIGURED, detail="the case holds no log lines")
        return Messages(items=found, unseen=[] if self._bundle.logs else ["newest lines: not in the case"])

    def _connected(self, question: ConnectQuestion) -> Connected | Gap:
        for arguments, text in self._bundle.outputs("CheckServiceConnectivity"):
            if arguments.get("service_name") == question.service and str(arguments.get("port")) == str(question.port):
                said = " ".join(str(text).split())
                if "Succeeded" in said or "Failed" in said:
                    return Connected(accepted="Failed" not in said, detail=said[:300])
        return Gap(reason=GapReason.EMPTY, detail=f"no connection to {question.service}:{question.port} was tried")


def estate(bundle: Bundle) -> Estate:
    """The namespace's objects and the nodes."""
    written = workloads.manifests(bundle)
    declared = workloads.declared(bundle, written)
    pods: list[Running] = workloads.running(bundle, declared)
    return Estate(
        namespace=bundle.namespace,
        at=bundle.at,
        workloads=declared,
        pods=pods,
        routes=objects.routes(bundle),
        backends=gateways.backends(bundle.namespace, written, bundle.troubles),
        machines=objects.machines(bundle),
        components=objects.components(bundle),
        claims=objects.claims(bundle, written),
        disks=objects.disks(bundle),
        storage_classes=[row["NAME"] for row in bundle.table("storageclasses") if row.get("NAME")],
        quotas=objects.quotas(bundle),
        holders=objects.holders(bundle),
        service_accounts=[row["NAME"] for row in bundle.table("serviceaccounts") if row.get("NAME")],
        events=happenings.events(bundle),
    )


def metrics(bundle: Bundle, machines: set[str]) -> CaseMetrics:
    """The metric source of a case."""
    return CaseMetrics([*courses.series(bundle, machines), *courses.calls(bundle)])


def whole(bundle: Bundle) -> ServiceRef:
    """All of the case's namespace: nobody says which service it is."""
    return ServiceRef(namespace=bundle.namespace, name="*")
