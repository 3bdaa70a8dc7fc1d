"""The worker: takes jobs from its queues, and answers the probes meanwhile."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware

from app import health, kinds, logs, queues, settings, stores
from app.consumer import Consumer
from app.middleware import RequestMiddleware

logger = logging.getLogger(__name__)

# The job in hand has this long to finish when the worker is told to stop.
GRACE = 20.0


def create_app(
    config: Any, used: Sequence[stores.Store], sources: Sequence[queues.Queue]
) -> Starlette:
    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            for store in used:
                await stack.enter_async_context(store.connect(config))
            consumers = [Consumer(source.client()) for source in sources]
            tasks = [asyncio.create_task(consumer.run()) for consumer in consumers]
            logger.info("started", extra={"kinds": sorted(kinds.HANDLERS)})
            yield
            for consumer in consumers:
                consumer.stop()
            with suppress(TimeoutError):
                # What is not finished by then stays in the queue, and another worker takes it over.
                async with asyncio.timeout(GRACE):
                    await asyncio.gather(*tasks)
        logger.info("stopped")

    app = Starlette(
        routes=health.routes, middleware=[Middleware(RequestMiddleware)], lifespan=lifespan
    )
    app.state.stores = used
    return app


def load() -> Any:
    config = settings.load(*(store.Settings for store in stores.discover()))
    logs.configure(config.SERVICE_NAME, config.LOG_LEVEL)
    return config


def app() -> Starlette:
    kinds.discover()
    return create_app(load(), stores.discover(), queues.discover())
