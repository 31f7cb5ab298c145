"""Kinds that come with Argo CD, Flux and the Gateway API, with as little schema as a real API server takes."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from tests.cluster.api import Api, until

KINDS = [
    ("argoproj.io", "v1alpha1", "Application", "applications"),
    ("argoproj.io", "v1alpha1", "Rollout", "rollouts"),
    ("kustomize.toolkit.fluxcd.io", "v1", "Kustomization", "kustomizations"),
    ("helm.toolkit.fluxcd.io", "v2", "HelmRelease", "helmreleases"),
    ("gateway.networking.k8s.io", "v1", "HTTPRoute", "httproutes"),
    ("gateway.networking.k8s.io", "v1", "Gateway", "gateways"),
]
_DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
_ANYTHING = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}


@contextmanager
def extensions(api: Api) -> Iterator[None]:
    """Those kinds, for a while."""
    with defined(api, [_definition(*each) for each in KINDS]):
        yield


@contextmanager
def defined(api: Api, definitions: list[dict[str, Any]]) -> Iterator[None]:
    """What these CustomResourceDefinitions define, for a while. What a cluster already has stays as it is."""
    paths = {f"{_DEFINITIONS}/{each['metadata']['name']}": each for each in definitions}
    made = [path for path in paths if api.find(path) is None]
    try:
        for path in made:
            api.create(_DEFINITIONS, paths[path])
        for each in definitions:
            spec = each["spec"]
            for version in spec["versions"]:
                path = f"/apis/{spec['group']}/{version['name']}/{spec['names']['plural']}"
                until(lambda path=path: _served(api, path), path)
        yield
    finally:
        for path in made:
            api.delete(path)
        for path in made:  # the next test must not find one that is still going
            until(lambda path=path: api.find(path) is None, f"the end of {path}")


def _served(api: Api, path: str) -> bool:
    """Not found at first, and busy while the storage of a new kind is set up."""
    try:
        return api.find(path) is not None
    except httpx.HTTPStatusError as error:
        if error.response.status_code != httpx.codes.TOO_MANY_REQUESTS:
            raise
        return False


def _definition(group: str, version: str, kind: str, plural: str) -> dict[str, Any]:
    parts = {"subresources": {"status": {}}} if kind == "Rollout" else {}
    served = {**parts, "name": version, "served": True, "storage": True, "schema": {"openAPIV3Schema": _ANYTHING}}
    approved = {"api-approved.kubernetes.io": "unapproved, a stand-in of a test"}  # asked for in groups of k8s.io
    return {
        "metadata": {"name": f"{plural}.{group}", "annotations": approved},
        "spec": {
            "group": group,
            "scope": "Namespaced",
            "names": {"kind": kind, "plural": plural},
            "versions": [served],
        },
    }
