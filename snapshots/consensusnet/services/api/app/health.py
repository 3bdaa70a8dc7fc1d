"""What the machinery around asks: is the process alive, do its stores answer, how is it doing."""

import asyncio
import logging

import prometheus_client
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.stores import Store

logger = logging.getLogger(__name__)

PATIENCE = 2.0


async def health(_: Request) -> Response:
    return JSONResponse({"status": "ok"})


async def ready(request: Request) -> Response:
    stores: list[Store] = request.app.state.stores
    answers = await asyncio.gather(*(answer(store) for store in stores))
    checks = {store.NAME: text for store, text in zip(stores, answers, strict=True)}
    if all(text == "ok" for text in answers):
        return JSONResponse({"status": "ready", "checks": checks})
    return JSONResponse({"status": "unavailable", "checks": checks}, status_code=503)


async def answer(store: Store) -> str:
    check = asyncio.ensure_future(store.check())
    await asyncio.wait([check], timeout=PATIENCE)
    if not check.done():
        # Not awaited: a driver may take its time to give up.
        check.cancel()
        check.add_done_callback(lambda late: late.cancelled() or late.exception())
        return "timeout"
    if error := check.exception():
        logger.warning("store does not answer", extra={"store": store.NAME, "reason": str(error)})
        return "error"
    return "ok"


async def metrics(_: Request) -> Response:
    return Response(
        prometheus_client.generate_latest(), media_type=prometheus_client.CONTENT_TYPE_LATEST
    )


routes = [Route("/health", health), Route("/ready", ready), Route("/metrics", metrics)]
