import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from app import health
from app.settings import Environment


class FakeStore:
    NAME = "fake"
    Settings = Environment
    UNAVAILABLE = (ConnectionError,)

    def __init__(self) -> None:
        self.delay = 0.0
        self.error: Exception | None = None

    @asynccontextmanager
    async def connect(self, _: Environment) -> AsyncIterator[None]:
        yield

    async def check(self) -> None:
        await asyncio.sleep(self.delay)
        if self.error:
            raise self.error


@pytest.fixture
def store() -> FakeStore:
    return FakeStore()


@pytest.fixture
def client(store: FakeStore) -> TestClient:
    app = Starlette(routes=health.routes)
    app.state.stores = [store]
    return TestClient(app)


def test_ready_while_the_stores_answer(client: TestClient) -> None:
    response = client.get("/ready")
    assert response.status_code == 200
    assert response.json() == {"status": "ready", "checks": {"fake": "ok"}}


def test_not_ready_while_one_does_not(
    client: TestClient, store: FakeStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.error = ConnectionError("refused")
    response = client.get("/ready")
    assert response.status_code == 503
    assert response.json()["checks"] == {"fake": "error"}

    monkeypatch.setattr(health, "PATIENCE", 0.01)
    store.delay, store.error = 1, None
    assert client.get("/ready").json()["checks"] == {"fake": "timeout"}
    assert client.get("/health").status_code == 200

    store.delay = 0
    assert client.get("/ready").status_code == 200
