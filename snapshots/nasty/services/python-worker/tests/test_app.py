from starlette.testclient import TestClient

from app import kinds, main, settings


def test_the_probes_answer() -> None:
    with TestClient(main.create_app(settings.load(), [], [])) as client:
        assert client.get("/health").status_code == 200
        assert client.get("/ready").json() == {"status": "ready", "checks": {}}
        assert "jobs_total" in client.get("/metrics").text


def test_handlers_are_found() -> None:
    kinds.discover()
    assert "echo" in kinds.HANDLERS
