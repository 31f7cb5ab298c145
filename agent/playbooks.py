"""Reads the runbooks: folders of YAML files, each one `agent.model.playbook.Playbook`, checked at start.

Called by `agent.settings.Settings.rules` and by `steadyhand playbook`. `python -m agent.playbooks`
writes the JSON schema that editors use.
"""

import json
from pathlib import Path

import agent
from agent import yamlfile
from agent.complaints import nearest
from agent.errors import Unusable
from agent.model.playbook import Playbook

IRREVERSIBLE = ("restart", "delete_pod", "rerun_job")
"""Actions that nothing takes back when they are all that was done."""


def default_folder() -> Path:
    """The playbooks that come with us: in a wheel inside the package, in a checkout beside it."""
    package = Path(agent.__file__).parent
    shipped = package / "_playbooks"
    return shipped if shipped.is_dir() else package.parent / "playbooks"


def load_playbooks(folder: Path | None, known_causes: set[str]) -> list[Playbook]:
    """All playbooks of a folder (None: the default one), by file name. Raises Unusable as `read` does."""
    return list(read(folder or default_folder(), known_causes).values())


def house_playbooks(own: Path | None, known_causes: set[str]) -> dict[Path, Playbook]:
    """Ours and those of the house, by file: its own come first in rank's ties, and take the place of ours of the same name.

    Raises Unusable as `read` does.
    """
    theirs = read(own, known_causes) if own else {}
    names = {playbook.name for playbook in theirs.values()}
    ours = read(default_folder(), known_causes)
    return theirs | {path: playbook for path, playbook in ours.items() if playbook.name not in names}


def read(place: Path, known_causes: set[str]) -> dict[Path, Playbook]:
    """The playbooks of a folder, or of one file, by file name.

    Raises one Unusable that lists, for every file that cannot be used, FILE:LINE, key, what is wrong
    and what to write instead: bad YAML, unknown keys, unknown causes, a name that is taken.
    """
    troubles: list[str] = []
    found: list[tuple[Playbook, yamlfile.YamlFile]] = []
    usable: dict[Path, Playbook] = {}
    for path in [place] if place.is_file() else _files(place):
        try:
            file = yamlfile.load(path)
            playbook = yamlfile.checked(file, Playbook)
        except Unusable as error:
            troubles.append(str(error))
            continue
        troubles += _unknown_causes(playbook, file, known_causes) + _taken(playbook, file, found)
        troubles += _no_way_back(playbook, file)
        found.append((playbook, file))
        usable[path] = playbook
    if troubles:
        raise Unusable("\n".join(troubles))
    return usable


def schema() -> str:
    """The JSON schema of a playbook file, for editors."""
    document = {"$schema": "https://json-schema.org/draft/2020-12/schema", **Playbook.model_json_schema()}
    return json.dumps(document, indent=2) + "\n"


def _files(folder: Path) -> list[Path]:
    try:
        files = sorted(path for path in folder.iterdir() if path.suffix in (".yaml", ".yml") and path.is_file())
    except OSError as error:
        raise Unusable(
            f"{folder}: cannot be read as a folder ({error.strerror}); name a folder of playbooks"
        ) from error
    if not files:
        raise Unusable(f"{folder}: holds no *.yaml; name a folder of playbooks, or none")
    return files


def _unknown_causes(playbook: Playbook, file: yamlfile.YamlFile, known: set[str]) -> list[str]:
    return [
        f"{file.where(('treats', number))}: treats[{number}]: unknown cause {cause!r}; {nearest(cause, sorted(known))}"
        for number, cause in enumerate(playbook.treats)
        if cause not in known
    ]


def _no_way_back(playbook: Playbook, file: yamlfile.YamlFile) -> list[str]:
    if not playbook.undo or any(step.action not in IRREVERSIBLE for step in playbook.steps):
        return []
    what = " and ".join(step.action for step in playbook.steps)
    return [f"{file.where(('undo',))}: undo: nothing takes {what} back; write `undo: false`"]


def _taken(playbook: Playbook, file: yamlfile.YamlFile, before: list[tuple[Playbook, yamlfile.YamlFile]]) -> list[str]:
    return [
        f"{file.where(('name',))}: name: {playbook.name!r} is taken by {other.where(('name',))}; choose another name"
        for earlier, other in before
        if earlier.name == playbook.name
    ]


if __name__ == "__main__":
    (default_folder() / "schema.json").write_text(schema(), "utf-8")
