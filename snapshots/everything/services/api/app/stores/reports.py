"""The database `reports`: connections and sessions."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pydantic import PostgresDsn
from sqlalchemy import URL, make_url, text
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

from app.settings import Environment, SecretFile

NAME = "reports"
UNAVAILABLE = (InterfaceError, OperationalError, PoolTimeoutError)

# Bound to the database in `connect`.
sessions: async_sessionmaker[AsyncSession] = async_sessionmaker(expire_on_commit=False)


class Settings(Environment):
    REPORTS_URL: PostgresDsn
    REPORTS_PASSWORD_FILE: SecretFile


def url(settings: Settings) -> URL:
    return make_url(str(settings.REPORTS_URL)).set(
        drivername="postgresql+psycopg",
        password=settings.REPORTS_PASSWORD_FILE.get_secret_value(),
    )


@asynccontextmanager
async def connect(settings: Settings) -> AsyncIterator[None]:
    engine = create_async_engine(
        url(settings),
        # For each replica; their sum must stay below the server's max_connections.
        pool_size=5,
        max_overflow=5,
        pool_timeout=5,
        # A connection that broke while the database restarted is replaced, not handed out.
        pool_pre_ping=True,
        connect_args={
            "connect_timeout": 5,
            # Milliseconds: a network that swallows packets is noticed soon, not after a quarter of an hour.
            "tcp_user_timeout": 10_000,
            # Prepared statements do not survive a pooler (PgBouncer) that shares connections.
            "prepare_threshold": None,
        },
    )
    sessions.configure(bind=engine)
    try:
        yield
    finally:
        await engine.dispose()


async def check() -> None:
    async with sessions() as session:
        await session.execute(text("SELECT 1"))
