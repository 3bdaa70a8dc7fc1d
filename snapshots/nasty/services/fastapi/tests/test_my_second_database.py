import asyncio
from pathlib import Path

import pytest

from app import settings
from app.stores import my_second_database as store


def test_a_database_that_is_away_is_no_reason_to_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    password = tmp_path / "password"
    password.write_text("secret")
    monkeypatch.setenv("MY_SECOND_DATABASE_URL", "postgresql://app@127.0.0.1:1/app")
    monkeypatch.setenv("MY_SECOND_DATABASE_PASSWORD_FILE", str(password))
    loaded = settings.load(store.Settings)

    async def run() -> None:
        async with store.connect(loaded):
            with pytest.raises(store.UNAVAILABLE):
                await store.check()

    asyncio.run(run())
