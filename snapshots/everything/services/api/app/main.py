"""The application: the probes at the root, and beside them the API and the websocket."""

import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import Mount, WebSocketRoute

from app import api, errors, health, logs, settings, stores
from app.events import Events
from app.middleware import RequestMiddleware
from app.websocket import Hub

logger = logging.getLogger(__name__)


def create_app(
    config: settings.Settings, used: Sequence[stores.Store], parts: Sequence[api.Part]
) -> Starlette:
    events = Events()
    hub = Hub()
    events.receivers.append(hub.broadcast)

    development = config.ENVIRONMENT == "development"
    service = FastAPI(
        title=config.SERVICE_NAME,
        docs_url="/docs" if development else None,
        redoc_url=None,
        openapi_url="/openapi.json" if development else None,
        redirect_slashes=False,
        responses=errors.RESPONSES,
    )
    service.state.settings = config
    service.state.events = events
    service.state.parts = parts
    errors.install(service, used)
    for part in parts:
        service.include_router(part.router)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            for store in used:
                await stack.enter_async_context(store.connect(config))
            # What the parts run beside their routes; a mounted application does not start it.
            await stack.enter_async_context(service.router.lifespan_context(service))
            logger.info("started")
            yield
        logger.info("stopped")

    app = Starlette(
        routes=[
            *health.routes,
            WebSocketRoute(config.WEBSOCKET_PATH, hub.connect),
            Mount(config.BASE_PATH, service),
        ],
        middleware=[Middleware(RequestMiddleware)],
        exception_handlers={HTTPException: errors.http_error},
        lifespan=lifespan,
    )
    app.router.redirect_slashes = False
    app.state.stores = used
    app.state.hub = hub
    return app


def load() -> settings.Settings:
    config: settings.Settings = settings.load(*(store.Settings for store in stores.discover()))
    logs.configure(config.SERVICE_NAME, config.LOG_LEVEL)
    return config


def app() -> Starlette:
    return create_app(load(), stores.discover(), api.discover())
