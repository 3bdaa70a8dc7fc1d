"""News for the clients of the websocket."""

import json
import logging
from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import Depends, Request

logger = logging.getLogger(__name__)

Receiver = Callable[[str], Awaitable[None]]


class Events:
    def __init__(self) -> None:
        # Who listens in this process.
        self.receivers: list[Receiver] = []
        # Where there are replicas: what carries an event to all of them, this one included.
        self.relay: Receiver | None = None

    async def publish(self, event: dict[str, Any]) -> None:
        text = json.dumps(event)
        try:
            await (self.relay or self.deliver)(text)
        except Exception as error:
            # What it tells of has happened: nothing is undone because nobody heard of it.
            logger.warning("event is lost", extra={"reason": str(error)})

    async def deliver(self, text: str) -> None:
        for receiver in self.receivers:
            await receiver(text)


def _events(request: Request) -> Events:
    events: Events = request.app.state.events
    return events


EventsDep = Annotated[Events, Depends(_events)]
