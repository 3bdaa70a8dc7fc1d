"""Which version answers, and a slow answer. What is wrong with a version is said in FAULT."""

import asyncio
import time
from collections.abc import AsyncIterator

from fastapi import APIRouter, HTTPException
from fastapi.responses import StreamingResponse

VERSION = "@version@"
FAULT = "@fault@"

router = APIRouter()
first = 0.0

if FAULT == "exits":
    raise SystemExit("this version is broken: it exits")
if FAULT == "memory":
    eaten = []
    while True:
        eaten.append(bytearray(b"x" * 16_000_000))
        time.sleep(0.02)


@router.get("/release")
async def release() -> dict[str, str]:
    # It was found ready; clients have their first answers, and then:
    global first
    first = first or time.monotonic()
    if FAULT == "errors" and time.monotonic() - first > 3:
        raise HTTPException(500, "this version is broken: it answers with errors")
    return {"release": VERSION}


@router.get("/stream")
async def stream() -> StreamingResponse:
    async def lines() -> AsyncIterator[str]:
        for number in range(20):
            yield f"{number}\n"
            await asyncio.sleep(1)

    return StreamingResponse(lines(), media_type="text/plain")
