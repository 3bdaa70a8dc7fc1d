"""The request id, the log line and the metrics of every HTTP request."""

import logging
import re
import time
import uuid

import prometheus_client
from starlette.datastructures import Headers, MutableHeaders
from starlette.routing import Mount
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.logs import request_id

logger = logging.getLogger(__name__)

prometheus_client.disable_created_metrics()  # type: ignore[no-untyped-call]
REQUESTS = prometheus_client.Counter(
    "http_requests_total", "HTTP requests answered", ["method", "route", "status"]
)
DURATION = prometheus_client.Histogram(
    "http_request_duration_seconds", "Time to answer an HTTP request", ["method", "route"]
)

PROBES = {"/health", "/ready", "/metrics"}
SANE_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")


class RequestMiddleware:
    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        given = Headers(scope=scope).get("x-request-id", "")
        current = given if SANE_ID.fullmatch(given) else uuid.uuid4().hex
        token = request_id.set(current)
        status = 500
        started = time.perf_counter()
        answered: float | None = None

        async def send_with_id(message: Message) -> None:
            nonlocal status, answered
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-Id"] = current
            await send(message)
            # What runs after the last byte (background tasks) keeps no client waiting.
            answered = time.perf_counter()

        failure: Exception | None = None
        try:
            await self.app(scope, receive, send_with_id)
        except Exception as error:
            # With the answer sent, the error was raised on only to be logged: see below.
            if answered is None:
                raise
            failure = error
        finally:
            duration = (answered or time.perf_counter()) - started
            route = route_of(scope)
            REQUESTS.labels(scope["method"], route, status).inc()
            DURATION.labels(scope["method"], route).observe(duration)
            logger.log(
                level_of(route, status),
                "request",
                exc_info=failure,
                extra={
                    "method": scope["method"],
                    "path": scope["path"],
                    "status": status,
                    "duration_ms": round(duration * 1000, 1),
                },
            )
            request_id.reset(token)


def route_of(scope: Scope) -> str:
    """The route as it is written in the code: paths would make a time series for each id."""
    route = scope.get("route")
    if route is None or isinstance(route, Mount):
        return "unmatched"
    return str(scope.get("root_path", "") + route.path)


def level_of(route: str, status: int) -> int:
    if route in PROBES:
        return logging.DEBUG
    return logging.ERROR if status >= 500 else logging.INFO
