"""The client of `cache`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pydantic import RedisDsn
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import ConstantBackoff
from redis.exceptions import ConnectionError, TimeoutError

from app.settings import Environment, SecretFile

NAME = "cache"
UNAVAILABLE = (ConnectionError, TimeoutError)

# Made in `connect`.
client: Redis


class Settings(Environment):
    CACHE_URL: RedisDsn
    CACHE_PASSWORD_FILE: SecretFile


@asynccontextmanager
async def connect(settings: Settings) -> AsyncIterator[None]:
    global client
    client = Redis.from_url(
        str(settings.CACHE_URL),
        password=settings.CACHE_PASSWORD_FILE.get_secret_value(),
        decode_responses=True,
        socket_connect_timeout=2,
        socket_timeout=3,
        health_check_interval=15,
        # Enough for a connection that broke since its last use.
        retry=Retry(ConstantBackoff(0.1), 1),
    )
    async with client:
        yield


async def check() -> None:
    await client.ping()
