"""`python -m agent` is the `steadyhand` command."""

from agent.cli.main import app

if __name__ == "__main__":
    app(prog_name="steadyhand")
