import asyncio
from pathlib import Path

import pytest

from app import settings
from app.stores import redis as store


def test_a_store_that_is_away_is_no_reason_to_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    password = tmp_path / "password"
    password.write_text("secret")
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    monkeypatch.setenv("REDIS_PASSWORD_FILE", str(password))
    loaded = settings.load(store.Settings)

    async def run() -> None:
        async with store.connect(loaded):
            with pytest.raises(store.UNAVAILABLE):
                await store.check()

    asyncio.run(run())
