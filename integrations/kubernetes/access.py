"""What we may do here, asked of the API server itself, and what an investigation loses without it.

`steadyhand doctor` shows it; the Helm chart's roles are written from the same table.
"""

import asyncio
from dataclasses import dataclass

from agent.model.record import Record
from integrations.kubernetes.api import Api
from integrations.kubernetes.fields import flag, text
from integrations.kubernetes.route import Route

_REVIEWS = Route("authorization.k8s.io/v1", "selfsubjectaccessreviews")


class Access(Record):
    """One permission: a verb on a resource ("deployments.apps", "pods/log") in a namespace, "" for the whole cluster."""

    verb: str
    resource: str
    namespace: str
    allowed: bool
    write: bool = False
    cost: str  # what is lost without it
    reason: str = ""  # what the server said, if it said anything


@dataclass(frozen=True)
class Need:
    """A permission we use. `cluster` resources have no namespace."""

    verbs: str
    group: str
    resource: str
    cost: str
    subresource: str = ""
    cluster: bool = False
    write: bool = False


NEEDS = [
    Need("get list", "apps", "deployments", "no workload is found, nothing can be investigated"),
    Need("get list", "apps", "statefulsets", "services that run as StatefulSets are not found"),
    Need("get list", "apps", "daemonsets", "services that run as DaemonSets are not found"),
    Need("list", "apps", "replicasets", "no rollout is seen, no release can be blamed or rolled back"),
    Need("list", "apps", "controllerrevisions", "rollouts of StatefulSets and DaemonSets are not seen"),
    Need("get list", "", "pods", "crashes, OOM kills and pods that cannot start are not seen"),
    Need("get", "", "pods", "no log is compared between revisions", subresource="log"),
    Need("list", "", "events", "failed scheduling, probes and scalings of the last hour are not seen"),
    Need("get list", "", "services", "a service that is not named like its workload is not found"),
    Need("list", "discovery.k8s.io", "endpointslices", "a Service without ready endpoints is not noticed"),
    Need("get list", "", "configmaps", "configuration changes are not seen"),
    Need("get list", "", "secrets", "changed Secrets are not seen (only metadata is ever requested)"),
    Need("list", "autoscaling", "horizontalpodautoscalers", "a proposal to scale cannot warn of an autoscaler"),
    Need("list", "", "nodes", "node failures and zones are not seen", cluster=True),
    Need("update", "apps", "deployments", "proposals can be shown, but not carried out or previewed", write=True),
]


async def review(api: Api, namespaces: list[str]) -> list[Access]:
    """Every permission in every namespace (none given: in all), in the table's order. Raises Failure if it cannot be asked."""
    wanted = [
        (need, verb, namespace)
        for need in NEEDS
        for verb in need.verbs.split()
        for namespace in ([""] if need.cluster else namespaces or [""])
    ]
    return list(await asyncio.gather(*(_ask(api, *each) for each in wanted)))


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
        cost=need.cost,
        reason=text(answer, "status", "reason"),
    )
