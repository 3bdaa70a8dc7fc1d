"""Runs the migrations of `db`."""

from alembic import context
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from app import logs, settings
from app.models.db import Base
from app.stores import db as store

loaded = settings.load(store.Settings)
logs.configure(loaded.SERVICE_NAME, loaded.LOG_LEVEL)

engine = create_engine(store.url(loaded), poolclass=NullPool)
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=Base.metadata)
    with context.begin_transaction():
        # Two runs at once: the second waits, and then finds nothing left to do.
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('migrations'))"))
        # A migration that waits for a busy table makes everybody else wait behind it: give up instead.
        connection.execute(text("SET LOCAL lock_timeout = '10s'"))
        context.run_migrations()
