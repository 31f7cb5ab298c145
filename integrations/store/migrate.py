"""Brings steadyhand.db to this version's schema, in one transaction; called by open.py before anything else writes."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from agent.errors import Unusable

_SCRIPTS = Path(__file__).parent / "migrations"


def refuse_newer_schema(path: Path, revision: str | None) -> None:
    """Raise Unusable unless the revision (None: an empty database) is one this version knows."""
    scripts = ScriptDirectory(str(_SCRIPTS))
    known = {script.revision for script in scripts.walk_revisions()}
    if revision is not None and revision not in known:
        raise Unusable(
            f"{path} was written by a newer Steadyhand: its schema is {revision}, this version knows up to"
            f" {scripts.get_current_head()}; nothing was written to it."
            " Start that newer version, or give this one another folder"
        )


def migrate(connection: Connection) -> None:
    """Upgrade to the newest schema inside the caller's transaction: a crash half way leaves the old one."""
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
