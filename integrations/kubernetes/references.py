"""Finds the hosts a pod template names in plain sight: the dependencies it is configured to call.

Only literal env values, arguments and commands are read; a value taken from a Secret or ConfigMap is not.
"""

import re
from collections.abc import Iterator

from agent.redact import secret_name
from integrations.kubernetes.fields import Json, items, section, strings, text

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = rf"{_LABEL}(?:\.{_LABEL})*"
_URL = re.compile(rf"[a-z][a-z0-9+.-]*://(?:[^\s/@]*@)?({_HOST})(?=[:/?#,\s\"']|$)", re.IGNORECASE)
_WITH_PORT = re.compile(rf"(?:^|[\s,;='\"@])({_HOST}):\d{{2,5}}(?=$|[\s,;/'\"?])", re.IGNORECASE)
_IN_CLUSTER = re.compile(rf"(?:^|[\s,;='\"@/])({_HOST}\.svc(?:\.cluster\.local)?)(?=$|[\s,;:/'\"?])", re.IGNORECASE)
_WHOLE = re.compile(_HOST, re.IGNORECASE)
_HOST_VARIABLE = re.compile(r"(HOST|HOSTNAME|ADDR|ADDRESS|SERVER|ENDPOINT|UPSTREAM)S?$", re.IGNORECASE)
_OURSELVES = re.compile(r"localhost|127\..*|0\.0\.0\.0|\d+")
_MOST = 100


def references(template: Json) -> list[str]:
    """Host names, sorted, each once; never more than 100."""
    spec = section(template, "spec")
    found: set[str] = set()
    for container in items(spec, "initContainers") + items(spec, "containers"):
        for variable in items(container, "env"):
            found.update(_in_variable(text(variable, "name"), text(variable, "value")))
        for argument in strings(container, "command") + strings(container, "args"):
            found.update(_in_text(argument))
    return sorted(host for host in found if not _OURSELVES.fullmatch(host))[:_MOST]


def hosts_within(name: str, value: str) -> list[str]:
    """The hosts an environment variable names, sorted; of a secret one those of its URLs only."""
    return sorted({host for host in _in_variable(name, value) if not _OURSELVES.fullmatch(host)})[:_MOST]


def _in_variable(name: str, value: str) -> Iterator[str]:
    if secret_name(name):
        yield from (found[1].lower() for found in _URL.finditer(value))  # a DSN's host is no secret, the rest is
        return
    yield from _in_text(value)
    if _HOST_VARIABLE.search(name) and _WHOLE.fullmatch(value):
        yield value.lower()


def _in_text(value: str) -> Iterator[str]:
    for pattern in (_URL, _WITH_PORT, _IN_CLUSTER):
        yield from (found[1].lower() for found in pattern.finditer(value[:10_000]))
