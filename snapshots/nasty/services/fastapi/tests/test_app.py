from collections.abc import Iterator

import pytest
from fastapi import APIRouter, Query
from starlette.testclient import TestClient

from app import main, settings
from app.api import info

BASE = ""


class Faulty:
    router = APIRouter()


@Faulty.router.get("/faulty")
async def faulty(number: int = Query(ge=1)) -> float:
    return 1 / (number - 1)


@pytest.fixture
def client() -> Iterator[TestClient]:
    with TestClient(main.create_app(settings.load(), [], [info, Faulty()])) as client:
        yield client


def test_info(client: TestClient) -> None:
    response = client.get(f"{BASE}/info")
    config = settings.load()
    assert response.status_code == 200
    assert response.json() == {"service": config.SERVICE_NAME, "environment": config.ENVIRONMENT}


def test_probes_are_at_the_root(client: TestClient) -> None:
    assert client.get("/health").status_code == 200
    assert client.get("/ready").json() == {"status": "ready", "checks": {}}
    client.get(f"{BASE}/info")
    assert f'route="{BASE}/info",status="200"' in client.get("/metrics").text


def test_errors_have_a_message(client: TestClient) -> None:
    missing = client.get(f"{BASE}/nowhere")
    assert (missing.status_code, missing.json()) == (404, {"message": "Not Found"})

    invalid = client.get(f"{BASE}/faulty?number=none")
    assert invalid.status_code == 422
    assert invalid.json()["message"].startswith("number: ")

    broken = client.get(f"{BASE}/faulty?number=1", headers={"X-Request-Id": "abc"})
    assert (broken.status_code, broken.json()) == (500, {"message": "internal error"})
    assert broken.headers["X-Request-Id"] == "abc"
