import os
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from app import main, settings
from app.api import redis_events as relay
from app.api import redis_jobs as jobs
from app.stores import redis as store

pytestmark = pytest.mark.skipif(
    "REDIS_URL" not in os.environ,
    reason="needs redis",
)

PATH = "/api/jobs"


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


def test_events_reach_the_clients_of_every_replica() -> None:
    config = settings.load(store.Settings)
    with (
        TestClient(main.create_app(config, [store], [relay])) as client,
        client.websocket_connect("/ws") as websocket,
    ):
        assert client.portal is not None
        websocket.send_text("here")
        websocket.receive_text()
        while client.portal.call(store.client.pubsub_numsub, relay.CHANNEL)[0][1] == 0:
            pass
        client.portal.call(relay.publish, '{"type": "from another replica"}')
        assert websocket.receive_json() == {"type": "from another replica"}
