"""Finds the cluster and the credentials the way kubectl does, and says clearly why it cannot.

Called by api.connect, and again when the API server no longer accepts the credentials. Error texts
name files, contexts and keys only: the client library's own messages quote whole kubeconfig
entries, tokens included, and are never passed on.
"""

import os
from pathlib import Path
from typing import Any

import yaml
from kubernetes.aio.client import Configuration
from kubernetes.aio.config import ConfigException, load_incluster_config, load_kube_config

from agent.errors import Unusable
from integrations.kubernetes.fields import items, section, text

_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")


async def configuration(kubeconfig: str | None, context: str | None) -> Any:
    """A client Configuration. Raises Unusable, saying what is missing where and what to do."""
    settings = Configuration()
    # a proxy is for the outside: only the kubeconfig's own proxy-url may carry traffic to the API server
    settings.client_session_kwargs = {"trust_env": False}
    settings.connection_pool_maxsize = 0  # as many as are wanted: watches stay open, and api.py bounds the others
    files = _files(kubeconfig)
    if files is None:
        _load_service_account(settings, context)
        return settings
    user = _checked(files, context)
    await _load(settings, files, context)
    if section(user, "exec") and not (settings.api_key or settings.cert_file):
        command = text(user, "exec", "command")
        raise Unusable(
            f"kubeconfig {files}: the credential plugin {command!r} gave neither a token nor a certificate; "
            "run any kubectl command to see its error, or choose another context"
        )
    return settings


def _files(kubeconfig: str | None) -> str | None:
    """The kubeconfig file or files (joined like a PATH), or None to use the pod's service account."""
    named = kubeconfig or os.environ.get("KUBECONFIG")
    default = Path.home() / ".kube" / "config"
    if named:
        if not any(Path(part).expanduser().is_file() for part in named.split(os.pathsep) if part):
            source = "--kubeconfig" if kubeconfig else "the environment variable KUBECONFIG"
            raise Unusable(f"kubeconfig {named!r} ({source}) does not exist; name an existing file, or unset it")
        return named
    if default.is_file():
        return str(default)
    if os.environ.get("KUBERNETES_SERVICE_HOST") and (_ACCOUNT / "token").is_file():
        return None
    raise Unusable(
        f"no Kubernetes cluster is configured: there is no {default}, KUBECONFIG is not set and this is not a pod "
        "with a service account; name a kubeconfig with --kubeconfig FILE or KUBECONFIG"
    )


def _load_service_account(settings: Any, context: str | None) -> None:
    if context:
        raise Unusable(
            f"context {context!r} was asked for, but there is no kubeconfig here, only a pod's service account"
        )
    try:
        load_incluster_config(client_configuration=settings)
    except (ConfigException, OSError) as error:
        raise Unusable(f"the pod's service account in {_ACCOUNT} cannot be used: {error}") from error


async def _load(settings: Any, files: str, context: str | None) -> None:
    try:
        await load_kube_config(files, context, settings, persist_config=False)
    except (ConfigException, OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Unusable(
            f"kubeconfig {files}: the credentials of context {context or 'current-context'!r} cannot be used "
            f"({type(error).__name__}); check that its certificate and token files exist and that its data is valid base64"
        ) from None


def _checked(files: str, context: str | None) -> dict[str, Any]:
    """The user entry of the chosen context, after making sure that all it takes is there."""
    parts: dict[str, dict[str, Any]] = {"contexts": {}, "clusters": {}, "users": {}}
    current = ""
    for file in files.split(os.pathsep):
        if file and Path(file).expanduser().is_file():
            content = _read(file)
            current = current or text(content, "current-context")
            for kind, known in parts.items():
                for entry in items(content, kind):
                    known.setdefault(text(entry, "name"), entry)
    chosen = context or current
    names = ", ".join(sorted(parts["contexts"])) or "none"
    if not chosen:
        raise Unusable(f"kubeconfig {files} has no current-context; choose one with --context (there are: {names})")
    if chosen not in parts["contexts"]:
        raise Unusable(f"kubeconfig {files} has no context {chosen!r}; there are: {names}")
    entry = section(parts["contexts"][chosen], "context")
    cluster = text(entry, "cluster")
    if not text(section(parts["clusters"].get(cluster), "cluster"), "server").startswith(("http://", "https://")):
        raise Unusable(
            f"kubeconfig {files}: context {chosen!r} names cluster {cluster!r}, whose server is missing or no http(s) URL"
        )
    return section(parts["users"].get(text(entry, "user")), "user")


def _read(file: str) -> dict[str, Any]:
    try:
        content = yaml.safe_load(Path(file).expanduser().read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise Unusable(
            f"kubeconfig {file} cannot be read ({type(error).__name__}); check the file and its permissions"
        ) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f" (line {mark.line + 1})" if mark else ""
        raise Unusable(
            f"kubeconfig {file} is not valid YAML{line}; compare it with what `kubectl config view` expects"
        ) from None
    if not isinstance(content, dict):
        raise Unusable(f"kubeconfig {file} is not a kubeconfig: expected a mapping with clusters, users and contexts")
    return content
