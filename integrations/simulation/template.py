"""Pod templates as plain Kubernetes JSON: made, hashed, and shown as YAML without secrets.

Used by the world (to make them), by the cluster and actuator views (to show and to compare them).
"""

import copy
import difflib
import hashlib
import json
import re
from typing import Any

import yaml

from agent.redact import MASK, redact, secret_name

CONTAINER = "app"
RESTARTED_AT = "kubectl.kubernetes.io/restartedAt"

_ALPHABET = "bcdfghjklmnpqrstvwxz2456789"  # Kubernetes' own: no vowels, so that no words come out
_URL_HOST = re.compile(r"://(?:[^/\s@]*@)?([A-Za-z0-9][\w.-]*)")
_HOST_PORT = re.compile(r"^([a-z][a-z0-9-]*(?:\.[a-z0-9-]+)*):\d{2,5}$")

Template = dict[str, Any]
"""`spec.template` of a Deployment, as the API server would show it without the hash label."""


def pod_template(app: str, image: str, env: dict[str, str], config: str, memory_limit: int) -> Template:
    """The template of a service with one container that reads one ConfigMap, or none if its name is empty."""
    container = {
        "name": CONTAINER,
        "image": image,
        "ports": [{"containerPort": 8080}],
        "env": [{"name": name, "value": value} for name, value in env.items()],
        "volumeMounts": [{"name": "config", "mountPath": "/etc/app"}] if config else [],
        "resources": {"limits": {"memory": str(memory_limit)}, "requests": {"memory": str(memory_limit // 2)}},
        "readinessProbe": {"httpGet": {"path": "/ready", "port": 8080}, "periodSeconds": 5},
    }
    volumes = [{"name": "config", "configMap": {"name": config}}] if config else []
    return {"metadata": {"labels": {"app": app}}, "spec": {"containers": [container], "volumes": volumes}}


def with_build(template: Template, image: str, env: dict[str, str]) -> Template:
    """The template with another image, and with these environment variables set or replaced."""
    changed = copy.deepcopy(template)
    container = changed["spec"]["containers"][0]
    container["image"] = image
    values = {item["name"]: item["value"] for item in container["env"]} | env
    container["env"] = [{"name": name, "value": value} for name, value in values.items()]
    return changed


def with_restart(template: Template, stamp: str) -> Template:
    """The template as `kubectl rollout restart` leaves it."""
    changed = copy.deepcopy(template)
    changed["metadata"].setdefault("annotations", {})[RESTARTED_AT] = stamp
    return changed


def image_of(template: Template) -> str:
    """The container's image."""
    return str(template["spec"]["containers"][0]["image"])


def build_of(template: Template) -> str:
    """What decides how the code behaves: image and environment, not annotations. A restart keeps it."""
    container = template["spec"]["containers"][0]
    return hashlib.sha256(json.dumps([container["image"], container["env"]]).encode()).hexdigest()


def template_hash(template: Template) -> str:
    """A `pod-template-hash`: ten characters, equal for equal templates."""
    number = int.from_bytes(hashlib.sha256(json.dumps(template, sort_keys=True).encode()).digest()[:8], "big")
    return encode(number, 10)


def encode(number: int, length: int) -> str:
    """A number in Kubernetes' alphabet for generated names."""
    letters = []
    for _ in range(length):
        number, rest = divmod(number, len(_ALPHABET))
        letters.append(_ALPHABET[rest])
    return "".join(letters)


def references(template: Template) -> list[str]:
    """Host names found in environment values: who the pods may call. Sorted, each once."""
    values = [item["value"] for item in template["spec"]["containers"][0]["env"]]
    return sorted({host for value in values for host in _URL_HOST.findall(value) + _HOST_PORT.findall(value)})


def config_names(template: Template) -> list[str]:
    """The ConfigMaps it mounts."""
    return [volume["configMap"]["name"] for volume in template["spec"]["volumes"] if "configMap" in volume]


def masked_yaml(tree: dict[str, Any]) -> str:
    """A template or a whole spec as YAML, secret-looking environment values masked."""
    shown = copy.deepcopy(tree)
    template = shown.get("template", shown)
    for container in template["spec"]["containers"]:
        for item in container["env"]:
            item["value"] = MASK if secret_name(item["name"]) else redact(item["value"])
    return yaml.safe_dump(shown, sort_keys=True, default_flow_style=False)


def unified_diff(before: dict[str, Any], after: dict[str, Any], old: str, new: str) -> str:
    """A unified diff of two trees' masked YAML under these names; empty when nothing visible differs."""
    lines = difflib.unified_diff(
        masked_yaml(before).splitlines(), masked_yaml(after).splitlines(), old, new, lineterm=""
    )
    return "\n".join(lines)
