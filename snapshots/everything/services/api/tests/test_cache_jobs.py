import os
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from app import main, settings
from app.api import cache_jobs as jobs
from app.stores import cache as store

pytestmark = pytest.mark.skipif(
    "CACHE_URL" not in os.environ,
    reason="needs cache",
)

PATH = "/api/jobs-cache"


@pytest.fixture
def client() -> Iterator[TestClient]:
    app = main.create_app(settings.load(store.Settings), [store], [jobs])
    with TestClient(app) as client:
        yield client


def test_a_job_is_queued(client: TestClient) -> None:
    response = client.post(PATH, json={"kind": "echo", "payload": {"n": 1}})
    assert response.status_code == 202
    assert response.json()["status"] == "queued"

    job = client.get(f"{PATH}/{response.json()['id']}").json()
    assert job.keys() == {"id", "kind", "status", "result"}
    assert job["kind"] == "echo"


@pytest.mark.parametrize("body", [{}, {"kind": "unknown"}, {"kind": "echo", "payload": "text"}])
def test_a_bad_job_is_refused(client: TestClient, body: object) -> None:
    response = client.post(PATH, json=body)
    assert response.status_code == 422
    assert "message" in response.json()


def test_an_unknown_job_is_not_found(client: TestClient) -> None:
    assert client.get(f"{PATH}/none").status_code == 404
