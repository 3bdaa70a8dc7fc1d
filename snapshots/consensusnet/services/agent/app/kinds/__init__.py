"""What this worker can do. Each module here holds handlers; all of them are found at start.

    @kind("thumbnail")
    async def thumbnail(job: Job) -> dict[str, str]:
        ...

The kind must also be known to the API that queues it. What a handler returns becomes the job's result.
A handler that raises is called again later, so its effect must be the same however often it runs.
"""

import importlib
import pkgutil
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Job:
    id: str
    kind: str
    payload: dict[str, Any]
    # Tells all clients of websockets something.
    publish: Callable[[dict[str, Any]], Awaitable[None]]


class Refused(Exception):
    """The job cannot succeed: it is not tried again, and the message is its result."""


Handler = Callable[[Job], Awaitable[Any]]

HANDLERS: dict[str, Handler] = {}


def kind(name: str) -> Callable[[Handler], Handler]:
    def register(handler: Handler) -> Handler:
        HANDLERS[name] = handler
        return handler

    return register


def discover() -> None:
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
