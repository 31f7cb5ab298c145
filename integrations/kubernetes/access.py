"""What we may do here, asked of the API server itself, and what an investigation loses without it.

`steadyhand doctor` shows it; the Helm chart's roles are written from the same table, and from what the doers of
actions declare in the same form (rights.py).
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from agent.model.checked import Checked
from agent.model.record import Record
from integrations.kubernetes.api import Api, serves
from integrations.kubernetes.fields import flag, text
from integrations.kubernetes.route import Route

_NAMED = 4
"""Missing rights that a summary names."""

_REVIEWS = Route("authorization.k8s.io/v1", "selfsubjectaccessreviews")


class Access(Record):
    """One permission: a verb on a resource ("deployments.apps", "pods/log") in a namespace, "" for the whole cluster."""

    verb: str
    resource: str
    namespace: str
    allowed: bool
    write: bool = False
    optional: bool = False  # a choice of the house: its lack is no fault
    cost: str  # what is lost without it
    reason: str = ""  # what the server said, if it said anything

    def checked(self) -> Checked:
        """As `steadyhand doctor` shows it."""
        return Checked(
            name=f"{self.verb} {self.resource}" + (f" in {self.namespace}" if self.namespace else ""),
            ok=self.allowed or self.optional,
            detail="allowed" if self.allowed else self._refusal(),
            cost="" if self.allowed else self.cost,
        )

    def _refusal(self) -> str:
        if self.optional:
            return f"not allowed, which is a choice: {self.cost}"
        return f"not allowed{f': {self.reason}' if self.reason else ''}"


@dataclass(frozen=True)
class Need:
    """A permission we use: in the namespaces investigated, for the whole cluster, or in namespaces of its own."""

    verbs: str
    group: str
    resource: str
    cost: str
    subresource: str = ""
    cluster: bool = False
    write: bool = False
    optional: bool = False  # a choice of the house, that nothing else depends on
    extension: bool = False  # nothing is lost where the server does not have this group
    place: str = ""  # the namespaces it is about, blank between them, where they are not those investigated
    kind: str = ""  # the kind of target it is for, where an action can have several

    @property
    def granted(self) -> list[str]:
        """The verbs to give: what is listed may be watched too, or it is listed anew by every investigation (watching.py)."""
        verbs = self.verbs.split()
        return [*verbs, "watch"] if "list" in verbs else verbs

    def namespaces(self, investigated: list[str]) -> list[str]:
        """Where it is needed; "" is everywhere."""
        return [""] if self.cluster else self.place.split() or investigated or [""]


NEEDS = [
    Need("get list", "apps", "deployments", "no workload is found, nothing can be investigated"),
    Need("get list", "apps", "statefulsets", "services that run as StatefulSets are not found"),
    Need("get list", "apps", "daemonsets", "services that run as DaemonSets are not found"),
    Need("list", "apps", "replicasets", "no rollout is seen, no release can be blamed or rolled back"),
    Need("list", "apps", "controllerrevisions", "rollouts of StatefulSets and DaemonSets are not seen"),
    Need("list", "batch", "jobs", "Jobs that fail or hang are not seen"),
    Need("list", "batch", "cronjobs", "CronJobs that are suspended or no longer start are not seen"),
    Need("get list", "", "pods", "crashes, OOM kills and pods that cannot start are not seen"),
    Need("get", "", "pods", "no log line is seen, none is compared between revisions", subresource="log"),
    Need("list", "", "events", "failed scheduling, probes and scalings of the last hour are not seen"),
    Need("get list", "", "services", "a service that is not named like its workload is not found"),
    Need("list", "discovery.k8s.io", "endpointslices", "a Service without ready endpoints is not noticed"),
    Need("list", "networking.k8s.io", "ingresses", "an Ingress that leads to no Service is not noticed"),
    Need("list", "networking.k8s.io", "networkpolicies", "traffic that a NetworkPolicy cuts off is not explained"),
    Need(
        "list",
        "gateway.networking.k8s.io",
        "httproutes",
        "an HTTPRoute that leads to no Service is not noticed",
        extension=True,
    ),
    Need(
        "list",
        "gateway.networking.k8s.io",
        "gateways",
        "why a Gateway does not take an HTTPRoute is not checked",
        cluster=True,
        extension=True,
    ),
    Need("list", "cert-manager.io", "certificates", "a certificate that ends is not seen by its date", extension=True),
    Need("list", "", "persistentvolumeclaims", "pods that wait for storage are not explained"),
    Need("list", "", "resourcequotas", "pods that a quota forbids are not explained"),
    Need("list", "", "limitranges", "pods that a limit range forbids are not explained"),
    Need("get list", "", "configmaps", "configuration changes and missing keys are not seen"),
    Need(
        "get list",
        "",
        "secrets",
        "changed and missing Secrets are not seen (only metadata is ever requested)",
        optional=True,
    ),
    Need("get", "", "namespaces", "whether a namespace is marked hands-off is not known, so nothing is done there"),
    Need("list", "", "serviceaccounts", "pods whose service account is missing are not explained"),
    Need("list", "rbac.authorization.k8s.io", "roles", "a right that was taken away is not seen"),
    Need("list", "rbac.authorization.k8s.io", "rolebindings", "a right that was taken away is not seen"),
    Need(
        "list",
        "autoscaling",
        "horizontalpodautoscalers",
        "an autoscaler at its bound is not seen, and a proposal to scale cannot warn of it",
    ),
    Need(
        "list",
        "policy",
        "poddisruptionbudgets",
        "drains that are blocked, and pods that nothing protects from a drain, are not explained",
    ),
    Need("list", "", "nodes", "node failures, zones, labels and taints are not seen", cluster=True),
    Need(
        "list",
        "",
        "pods",
        "how full nodes are, and with pods of which priority, is not known while a pod waits for one",
        cluster=True,
    ),
    Need("list", "", "persistentvolumes", "a claim that no volume fits is not explained", cluster=True),
    Need(
        "list", "storage.k8s.io", "storageclasses", "a claim whose class does not exist is not explained", cluster=True
    ),
    Need(
        "list",
        "scheduling.k8s.io",
        "priorityclasses",
        "pods whose priority class does not exist are not explained",
        cluster=True,
    ),
    Need(
        "list",
        "coordination.k8s.io",
        "leases",
        "a kubelet or scheduler that went silent is noticed late",
        place="kube-node-lease kube-system",
    ),
    Need("list", "", "pods", "DNS, kube-proxy and scheduler are not looked at", place="kube-system"),
    Need(
        "list",
        "argoproj.io",
        "applications",
        "what Argo CD synced, or cannot sync, is not seen",
        cluster=True,
        extension=True,
    ),
    Need("list", "argoproj.io", "rollouts", "rollouts by Argo Rollouts are not seen", extension=True),
    Need(
        "list",
        "kustomize.toolkit.fluxcd.io",
        "kustomizations",
        "what Flux applied, or cannot apply, is not seen",
        cluster=True,
        extension=True,
    ),
    Need(
        "list",
        "helm.toolkit.fluxcd.io",
        "helmreleases",
        "what Flux installed, or cannot install, is not seen",
        cluster=True,
        extension=True,
    ),
]

EVENTS = Need(
    "create",
    "",
    "events",
    "what was proposed and done is not written on its target as Events",
    write=True,
    optional=True,
)
"""A choice of its own."""


async def review(api: Api, namespaces: list[str], acting: Sequence[tuple[Need, str]] = ()) -> list[Access]:
    """Every permission in every namespace (none given: in all), in the table's order, then those to act, each in its place.

    Raises Failure if it cannot be asked.
    """
    groups = await api.groups()
    places = [(need, namespace) for need in [*NEEDS, EVENTS] for namespace in need.namespaces(namespaces)]
    wanted = [
        (need, verb, namespace)
        for need, namespace in [*places, *acting]
        if not need.extension or serves(groups, need.group)
        for verb in need.verbs.split()
    ]
    return list(await asyncio.gather(*(_ask(api, *each) for each in wanted)))


def summary(accesses: list[Access]) -> Checked:
    """The rights to read, in one row."""
    wanted = [access for access in accesses if not access.write]
    lacking = [row.name for access in wanted if not (row := access.checked()).ok]
    if not lacking:
        return Checked(name="rights to read", ok=True, detail=f"all {len(wanted)}")
    named = ", ".join(lacking[:_NAMED]) + (f" and {len(lacking) - _NAMED} more" if len(lacking) > _NAMED else "")
    return Checked(
        name="rights to read",
        ok=False,
        detail=f"{len(lacking)} of {len(wanted)} are missing: {named}",
        cost="less is seen; `steadyhand doctor` says what each of them costs",
    )


async def _ask(api: Api, need: Need, verb: str, namespace: str) -> Access:
    attributes = {
        "verb": verb,
        "group": need.group,
        "resource": need.resource,
        "subresource": need.subresource,
        "namespace": namespace,
    }
    body = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": {key: value for key, value in attributes.items() if value}},
    }
    answer = await api.create(_REVIEWS, body)
    resource = f"{need.resource}.{need.group}" if need.group else need.resource
    return Access(
        verb=verb,
        resource=f"{resource}/{need.subresource}" if need.subresource else resource,
        namespace=namespace,
        allowed=flag(answer, "status", "allowed"),
        write=need.write,
        optional=need.optional,
        cost=need.cost,
        reason=text(answer, "status", "reason"),
    )
