"""Services of a namespace with what their EndpointSlices hold."""

from agent.model.cluster import ServiceEndpoints
from agent.model.entity import Entity
from agent.model.question import Services, ServicesQuestion
from integrations.kubernetes.api import Api
from integrations.kubernetes.failure import Failure, outcomes
from integrations.kubernetes.fields import Json, at, items, name_of, text, texts
from integrations.kubernetes.route import Route

SERVICE_LABEL = "kubernetes.io/service-name"


async def read(api: Api, question: ServicesQuestion) -> Services:
    """In name order. EndpointSlices out of sight fail the whole: zero endpoints would be a lie."""
    services, slices = await outcomes(
        api.recent(Route("v1", "services", question.namespace)),
        api.recent(Route("discovery.k8s.io/v1", "endpointslices", question.namespace)),
    )
    if isinstance(services, Failure):
        raise services
    if isinstance(slices, Failure):
        raise slices
    found = [converted(each, slices) for each in services]
    return Services(items=sorted(found, key=lambda service: service.entity.name))


def converted(service: Json, slices: list[Json]) -> ServiceEndpoints:
    """The record of a raw Service and the EndpointSlices of its namespace."""
    name = name_of(service)
    endpoints = [
        endpoint
        for each in slices
        if text(each, "metadata", "labels", SERVICE_LABEL) == name
        for endpoint in items(each, "endpoints")
    ]
    # the API's rule: a missing or null "ready" means ready
    states = {_pod_or_address(each): at(each, "conditions", "ready") is not False for each in endpoints}
    pods = {text(each, "targetRef", "name") for each in endpoints if text(each, "targetRef", "kind") == "Pod"}
    return ServiceEndpoints(
        entity=Entity(kind="Service", namespace=text(service, "metadata", "namespace"), name=name),
        selector=texts(service, "spec", "selector"),
        ready=sum(states.values()),
        not_ready=len(states) - sum(states.values()),
        pods=sorted(pods),
    )


def _pod_or_address(endpoint: Json) -> str:
    """What makes an endpoint one: a dual-stack pod is in two slices but is one endpoint."""
    return text(endpoint, "targetRef", "name") or str(at(endpoint, "addresses"))
