"""Numbered migrations of head office's database, run by Alembic when it opens."""
