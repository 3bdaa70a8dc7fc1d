"""Where the jobs come from. Each module here is one queue; all of them are found at start."""

import importlib
import pkgutil
from typing import Protocol, cast

from redis.asyncio import Redis


class Queue(Protocol):
    def client(self) -> Redis: ...


def discover() -> list[Queue]:
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return [cast(Queue, importlib.import_module(f"{__name__}.{name}")) for name in names]
