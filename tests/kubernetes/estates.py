"""Small raw objects, and the estate that is made of some."""

from integrations.kubernetes.estate import estate
from tests.kubernetes.objects import at


def named(name: str, **rest) -> dict:
    return {"metadata": {"name": name, "namespace": "shop", **rest.pop("metadata", {})}, **rest}


def owned(name: str, kind: str, owner: str, uid: str = "", **rest) -> dict:
    reference = {"controller": True, "kind": kind, "name": owner, "uid": uid or f"uid-of-{owner}"}
    return named(name, metadata={"ownerReferences": [reference], **rest.pop("metadata", {})}, **rest)


def of(**seen):
    """The estate of these raw objects; an underscore stands for a space."""
    return estate("shop", {kind.replace("_", " "): found for kind, found in seen.items()}, at(60))[0]
