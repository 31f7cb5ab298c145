"""Reads the runbooks: a folder of YAML files, each one `agent.model.playbook.Playbook`, checked at start.

Called by `agent.settings.Settings.rules` and by `steadyhand config check`. `python -m agent.playbooks`
writes the JSON schema that editors use.
"""

import json
from pathlib import Path

import agent
from agent import yamlfile
from agent.complaints import nearest
from agent.errors import Unusable
from agent.model.playbook import Playbook

CAUSES = frozenset(
    {
        "access-mode-not-offered",
        "address-wrong",
        "bad-dependency-release",
        "bad-release",
        "claim-missing",
        "config-change",
        "container-runtime-down",
        "cpu-request-too-large",
        "cpu-saturated",
        "database-connections-exhausted",
        "database-login-refused",
        "database-port-wrong",
        "database-read-only",
        "database-unreachable",
        "dependency-down",
        "dns-not-answering",
        "gateway-sends-elsewhere",
        "image-not-found",
        "kube-proxy-down",
        "kubelet-down",
        "liveness-too-strict",
        "liveness-wrong-port",
        "liveness-wrong-protocol",
        "memory-request-too-large",
        "network-slow",
        "node-affinity-unsatisfied",
        "node-cordoned",
        "node-network-losing",
        "node-network-slow",
        "node-pods-full",
        "node-selector-unsatisfied",
        "node-under-pressure",
        "nothing-visible",
        "pods-kept-apart",
        "port-taken",
        "program-slow",
        "quota-cpu",
        "quota-memory",
        "quota-pods",
        "quota-services",
        "quota-storage",
        "readiness-wrong-port",
        "readiness-wrong-protocol",
        "reference-missing",
        "registry-denied",
        "registry-unreachable",
        "registry-unresolved",
        "resource-exhaustion",
        "scaled-to-zero",
        "scheduler-down",
        "service-account-missing",
        "service-missing",
        "service-port-wrong",
        "service-protocol-wrong",
        "service-selector-wrong",
        "storage-class-missing",
        "taint-not-tolerated",
        "volume-denied",
        "volume-selector-unsatisfied",
        "volume-taken",
        "volume-too-small",
    }
)
"""Causes a playbook may name where nobody hands in the catalogue."""


def default_folder() -> Path:
    """The playbooks that come with us: in a wheel inside the package, in a checkout beside it."""
    package = Path(agent.__file__).parent
    shipped = package / "_playbooks"
    return shipped if shipped.is_dir() else package.parent / "playbooks"


def load_playbooks(folder: Path | None, known_causes: set[str]) -> list[Playbook]:
    """All playbooks of a folder (None: the default one), by file name.

    Raises one Unusable that lists, for every file that cannot be used, FILE:LINE, key, what is wrong
    and what to write instead: bad YAML, unknown keys, unknown causes, a name that is taken.
    """
    folder = folder or default_folder()
    troubles: list[str] = []
    found: list[tuple[Playbook, yamlfile.YamlFile]] = []
    for path in _files(folder):
        try:
            file = yamlfile.load(path)
            playbook = yamlfile.checked(file, Playbook)
        except Unusable as error:
            troubles.append(str(error))
            continue
        troubles += _unknown_causes(playbook, file, known_causes) + _taken(playbook, file, found)
        found.append((playbook, file))
    if troubles:
        raise Unusable("\n".join(troubles))
    return [playbook for playbook, _ in found]


def schema() -> str:
    """The JSON schema of a playbook file, for editors."""
    document = {"$schema": "https://json-schema.org/draft/2020-12/schema", **Playbook.model_json_schema()}
    return json.dumps(document, indent=2) + "\n"


def _files(folder: Path) -> list[Path]:
    try:
        files = sorted(path for path in folder.iterdir() if path.suffix in (".yaml", ".yml") and path.is_file())
    except OSError as error:
        raise Unusable(
            f"{folder}: cannot be read as a folder ({error.strerror}); set `playbooks_dir` to a folder of playbooks"
        ) from error
    if not files:
        raise Unusable(f"{folder}: holds no *.yaml; set `playbooks_dir` to a folder of playbooks, or leave it unset")
    return files


def _unknown_causes(playbook: Playbook, file: yamlfile.YamlFile, known: set[str]) -> list[str]:
    return [
        f"{file.where(('treats', number))}: treats[{number}]: unknown cause {cause!r}; {nearest(cause, sorted(known))}"
        for number, cause in enumerate(playbook.treats)
        if cause not in known
    ]


def _taken(playbook: Playbook, file: yamlfile.YamlFile, before: list[tuple[Playbook, yamlfile.YamlFile]]) -> list[str]:
    return [
        f"{file.where(('name',))}: name: {playbook.name!r} is taken by {other.where(('name',))}; choose another name"
        for earlier, other in before
        if earlier.name == playbook.name
    ]


if __name__ == "__main__":
    (default_folder() / "schema.json").write_text(schema(), "utf-8")
