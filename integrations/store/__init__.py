"""Everything durable: our own tables in steadyhand.db, the graph's checkpoints in checkpoints.db, both SQLite."""
