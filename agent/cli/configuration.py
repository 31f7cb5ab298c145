"""`steadyhand config check` and `config show`: what a configuration file amounts to, or what is wrong with it."""

import sys
from pathlib import Path

import yaml

from agent.cli.exits import ExitCode
from agent.policy import approvers
from agent.settings import load


def check(file: Path) -> int:
    """Say that the file, and what it names, can be used; raises Unusable with file, line, key and advice when it cannot."""
    wanted = load(file)
    wanted.rules()
    wanted.api.secrets()
    wanted.prometheus.token()
    if wanted.kubernetes.kubeconfig and not wanted.kubernetes.kubeconfig.is_file():
        raise wanted.wrong(
            ("kubernetes", "kubeconfig"), f"{wanted.kubernetes.kubeconfig} is no file; name one, or leave it out"
        )
    sys.stdout.write(f"{file}: valid\napprovers: {approvers.told(wanted.approvers, known=wanted.api.known)}\n")
    return ExitCode.CONFIRMED


def show(file: Path | None) -> int:
    """Print file, environment and defaults together as YAML; secrets are masked by the settings themselves."""
    masked = load(file).masked()
    # ASCII, with escapes: the file may hold what a terminal would obey.
    sys.stdout.write(yaml.safe_dump(masked, sort_keys=False, allow_unicode=False, width=100))
    return ExitCode.CONFIRMED
