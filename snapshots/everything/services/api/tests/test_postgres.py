import asyncio
import os
import subprocess
from pathlib import Path

import pytest
from sqlalchemy import delete, func, select

from app import settings
from app.models.postgres import Item
from app.seeds import postgres as seeds
from app.stores import postgres as store

needs_database = pytest.mark.skipif(
    "DATABASE_URL" not in os.environ,
    reason="needs postgres",
)


def test_a_database_that_is_away_is_no_reason_to_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    password = tmp_path / "password"
    password.write_text("secret")
    monkeypatch.setenv("DATABASE_URL", "postgresql://app@127.0.0.1:1/app")
    monkeypatch.setenv("DATABASE_PASSWORD_FILE", str(password))
    loaded = settings.load(store.Settings)

    async def run() -> None:
        async with store.connect(loaded):
            with pytest.raises(store.UNAVAILABLE):
                await store.check()

    asyncio.run(run())


@needs_database
def test_the_migrations_make_the_tables_of_the_models() -> None:
    for command in (["upgrade", "head"], ["check"]):
        alembic = ["alembic", "-c", "app/migrations/postgres/alembic.ini", *command]
        subprocess.run(alembic, check=True)


@needs_database
def test_the_seed_fills_an_empty_table_only() -> None:
    loaded = settings.load(store.Settings)

    async def run() -> list[int | None]:
        counts = []
        async with store.connect(loaded), store.sessions() as session:
            await session.execute(delete(Item))
            for _ in range(2):
                await seeds.seed(session)
                counts.append(await session.scalar(select(func.count()).select_from(Item)))
            await session.rollback()
        return counts

    assert asyncio.run(run()) == [3, 3]
