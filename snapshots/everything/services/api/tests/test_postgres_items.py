import os
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from app import main, settings
from app.api import postgres_items as items
from app.stores import postgres as store

pytestmark = pytest.mark.skipif(
    "DATABASE_URL" not in os.environ,
    reason="needs postgres",
)

PATH = "/api/items"


@pytest.fixture
def client() -> Iterator[TestClient]:
    app = main.create_app(settings.load(store.Settings), [store], [items])
    with TestClient(app) as client:
        yield client


def test_an_item_is_made_and_shown(client: TestClient) -> None:
    response = client.post(PATH, json={"title": "a title"})
    assert response.status_code == 201
    item = response.json()
    assert item.keys() == {"id", "title", "job_id", "created_at"}
    assert client.get(f"{PATH}/{item['id']}").json() == item
    assert client.get(PATH).json()[0]["id"] >= item["id"]


@pytest.mark.parametrize("title", ["", "x" * 201, "a\0b", None, 5])
def test_a_bad_title_is_refused(client: TestClient, title: object) -> None:
    response = client.post(PATH, json={"title": title})
    assert response.status_code == 422
    assert response.json()["message"].startswith("title: ")


def test_an_unknown_item_is_not_found(client: TestClient) -> None:
    response = client.get(f"{PATH}/{2**62}")
    assert (response.status_code, response.json()) == (404, {"message": "no such item"})


def test_a_new_item_is_announced(client: TestClient) -> None:
    with client.websocket_connect("/ws") as websocket:
        websocket.send_text("here")
        websocket.receive_text()
        item = client.post(PATH, json={"title": "news"}).json()
        assert websocket.receive_json() == {"type": "item.created", "item": item}
