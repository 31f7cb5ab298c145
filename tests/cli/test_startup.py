import subprocess
import sys

import pytest

VERBS = [
    "demo",
    "investigate",
    "serve",
    "incidents",
    "show",
    "ticket",
    "audit",
    "record",
    "replay",
    "approve",
    "deny",
    "watch",
    "scorecard",
    "doctor",
    "config",
    "policy",
    "playbook",
    "version",
]
HEAVY = {"langgraph", "kubernetes", "numpy", "sqlalchemy", "pydantic", "rich", "httpx", "yaml", "requests", "structlog"}

_PROGRAM = """
import sys
from agent.cli.main import app
try:
    app(sys.argv[1:], prog_name="steadyhand")
except SystemExit as end:
    assert not end.code, end.code
print("LOADED", *sorted({name.split(".")[0] for name in sys.modules}))
"""


def loaded_by(*arguments):
    done = subprocess.run([sys.executable, "-c", _PROGRAM, *arguments], capture_output=True, text=True, check=True)
    return set(done.stdout.rsplit("LOADED", 1)[1].split())


def test_help_imports_nothing_heavy():
    modules = loaded_by("--help")
    assert "typer" in modules
    assert modules & HEAVY == set()


@pytest.mark.parametrize("arguments", [["investigate", "--help"], ["serve", "--help"], ["version"]])
def test_a_verb_that_is_only_named_imports_nothing_of_the_machine(arguments):
    # typer reads a verb's options by pydantic
    assert loaded_by(*arguments) & HEAVY <= {"pydantic"}


def test_help_lists_every_verb_and_every_exit_status(run):
    shown = run("--help").stdout
    assert [verb for verb in VERBS if f"\n  {verb} " not in shown] == []
    assert [status for status in "012346" if f"\n    {status}  " not in shown] == []


@pytest.mark.parametrize(
    "verb",
    [[verb] for verb in VERBS] + [["config", "check"], ["config", "show"], ["audit", "verify"], ["audit", "export"]],
)
def test_every_verb_explains_itself(verb, run):
    result = run(*verb, "--help")
    assert result.exit_code == 0
    assert "Usage: steadyhand" in result.stdout


def test_python_m_agent_is_the_same_command():
    done = subprocess.run([sys.executable, "-m", "agent", "version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("steadyhand 0.")


def test_completion_of_a_verb_is_offered():
    environment = {"_STEADYHAND_COMPLETE": "complete_bash", "COMP_WORDS": "steadyhand inv", "COMP_CWORD": "1"}
    done = subprocess.run([sys.executable, "-m", "agent"], capture_output=True, text=True, env=environment, check=False)
    assert done.stdout.split() == ["investigate"]
