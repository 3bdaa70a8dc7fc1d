"""Events travel through `redis`, so that the clients of every replica hear of them."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI
from redis.exceptions import RedisError

from app.events import Events
from app.stores import redis as store

logger = logging.getLogger(__name__)

CHANNEL = "events"


async def publish(text: str) -> None:
    await store.client.publish(CHANNEL, text)


async def listen(events: Events) -> None:
    while True:
        try:
            async with store.client.pubsub(ignore_subscribe_messages=True) as subscription:
                await subscription.subscribe(CHANNEL)
                while True:
                    message = await subscription.get_message(timeout=10)
                    if message is not None:
                        await events.deliver(message["data"])
        except (RedisError, OSError) as error:
            logger.warning("events are not received", extra={"reason": str(error)})
            await asyncio.sleep(1)


@asynccontextmanager
async def relay(app: FastAPI) -> AsyncIterator[None]:
    events: Events = app.state.events
    events.relay = publish
    listener = asyncio.create_task(listen(events))
    try:
        yield
    finally:
        listener.cancel()
        await asyncio.gather(listener, return_exceptions=True)


router = APIRouter(lifespan=relay)
