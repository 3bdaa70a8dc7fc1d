"""A store that never answers: what has it is alive, and never ready."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from app.settings import Environment

NAME = "never"
UNAVAILABLE: tuple[type[Exception], ...] = ()


class Settings(Environment):
    pass


@asynccontextmanager
async def connect(_: Any) -> AsyncIterator[None]:
    yield


async def check() -> None:
    raise RuntimeError("this version is broken: it is never ready")
