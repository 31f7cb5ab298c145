"""Routes of an API gateway that are written in a ConfigMap: where it sends which path."""

import re
from typing import Any

import yaml

from agent.model.entity import Entity
from agent.model.inventory import Backend
from benchmarks.labelled.cloud_opsbench.manifest import LOADER
from benchmarks.labelled.cloud_opsbench.workloads import Manifests

TARGET = re.compile(r"\w+://(?:\$\{[^:}]*:)?([A-Za-z0-9.-]+)\}?(?::(\d+))?")


def backends(namespace: str, written: Manifests, troubles: list[str]) -> list[Backend]:
    """Of every ConfigMap that holds routes of a Spring Cloud Gateway."""
    found: list[Backend] = []
    for document in written.documents:
        if document.get("kind") != "ConfigMap":
            continue
        name = str((document.get("metadata") or {}).get("name"))
        for key, text in (document.get("data") or {}).items():
            if "routes:" in str(text) and "gateway" in str(text):
                try:
                    found += _routes(namespace, name, yaml.load(str(text), LOADER))
                except yaml.YAMLError as error:
                    troubles.append(f"routes in {name}/{key}: {str(error).splitlines()[0]}")
    return found


def _routes(namespace: str, name: str, settings: Any) -> list[Backend]:
    inner = settings
    for key in ("spring", "cloud", "gateway"):
        inner = inner.get(key) if isinstance(inner, dict) else None
    listed = inner.get("routes") if isinstance(inner, dict) else None
    found = []
    for route in listed or []:
        target = TARGET.match(str(route.get("uri"))) if isinstance(route, dict) else None
        paths = [str(p) for p in (route.get("predicates") or []) if str(p).startswith("Path=")] if target else []
        if target and paths:
            found.append(
                Backend(
                    entity=Entity(kind="ConfigMap", namespace=namespace, name=name),
                    path=paths[0].removeprefix("Path="),
                    service=target[1].split(".")[0],
                    port=target[2] or "",
                )
            )
    return found
