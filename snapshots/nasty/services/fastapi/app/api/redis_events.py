"""Events travel through `redis` to the services that have a websocket."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI

from app.events import Events
from app.stores import redis as store

CHANNEL = "events"


async def publish(text: str) -> None:
    await store.client.publish(CHANNEL, text)


@asynccontextmanager
async def relay(app: FastAPI) -> AsyncIterator[None]:
    events: Events = app.state.events
    events.relay = publish
    yield


router = APIRouter(lifespan=relay)
