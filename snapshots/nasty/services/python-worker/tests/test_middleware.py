import json
import logging

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from app import health, logs
from app.middleware import RequestMiddleware


async def hello(_: Request) -> Response:
    return PlainTextResponse("hello")


@pytest.fixture
def client() -> TestClient:
    routes = [*health.routes, Route("/hello/{name}", hello)]
    return TestClient(Starlette(routes=routes, middleware=[Middleware(RequestMiddleware)]))


def test_a_sane_request_id_is_kept(client: TestClient) -> None:
    response = client.get("/hello/you", headers={"X-Request-Id": "abc-123"})
    assert response.headers["X-Request-Id"] == "abc-123"


@pytest.mark.parametrize("given", ["", "a b", "x" * 129, '"quoted"'])
def test_any_other_is_replaced(client: TestClient, given: str) -> None:
    response = client.get("/hello/you", headers={"X-Request-Id": given})
    assert len(response.headers["X-Request-Id"]) == 32


def test_metrics_count_by_route(client: TestClient) -> None:
    client.get("/hello/you")
    client.get("/nowhere")
    text = client.get("/metrics").text
    assert 'http_requests_total{method="GET",route="/hello/{name}",status="200"}' in text
    assert 'http_requests_total{method="GET",route="unmatched",status="404"}' in text
    assert 'http_request_duration_seconds_count{method="GET",route="/hello/{name}"}' in text


def test_a_request_is_one_line_of_json(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    formatter = logs.JsonFormatter("tested")
    with caplog.at_level(logging.INFO, logger="app"):
        client.get("/hello/you?secret=1", headers={"X-Request-Id": "abc"})
        client.get("/health")
    (record,) = caplog.records
    line = json.loads(formatter.format(record))
    assert line["level"] == "info"
    assert line["service"] == "tested"
    assert (line["method"], line["path"], line["status"]) == ("GET", "/hello/you", 200)
    assert line["duration_ms"] >= 0
    assert line["time"].endswith("Z")
