"""The clients of the websocket: their text comes back to them, events go to all of them."""

import asyncio
import socket
from contextlib import suppress

import prometheus_client
import uvicorn
from starlette.websockets import WebSocket, WebSocketDisconnect

CLIENTS = prometheus_client.Gauge("websocket_clients", "Open websockets")

GOING_AWAY = 1001
UNSUPPORTED = 1003


class Hub:
    def __init__(self) -> None:
        self.clients: set[WebSocket] = set()

    async def connect(self, client: WebSocket) -> None:
        await client.accept()
        self.clients.add(client)
        CLIENTS.inc()
        try:
            while (message := await client.receive())["type"] == "websocket.receive":
                if (text := message.get("text")) is None:
                    await client.close(UNSUPPORTED, "text only")
                    return
                await client.send_text(text)
        except WebSocketDisconnect:
            pass
        finally:
            self.clients.discard(client)
            CLIENTS.dec()

    async def broadcast(self, text: str) -> None:
        await asyncio.gather(*(self._send(client, text) for client in list(self.clients)))

    async def _send(self, client: WebSocket, text: str) -> None:
        try:
            # One client that does not read must not keep the news from the others.
            async with asyncio.timeout(5):
                await client.send_text(text)
        except (TimeoutError, RuntimeError, WebSocketDisconnect):
            self.clients.discard(client)

    async def close(self) -> None:
        goodbyes = [client.close(GOING_AWAY) for client in list(self.clients)]
        with suppress(TimeoutError):
            # Nor may it keep the service from stopping.
            async with asyncio.timeout(2):
                await asyncio.gather(*goodbyes, return_exceptions=True)


class Server(uvicorn.Server):
    """Says goodbye with 1001, upon which clients connect again; uvicorn by itself would say 1012."""

    def __init__(self, config: uvicorn.Config, hub: Hub) -> None:
        super().__init__(config)
        self.hub = hub

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        await self.hub.close()
        await super().shutdown(sockets)
