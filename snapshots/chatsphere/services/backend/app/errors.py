"""Every error has the same form: {"message": "..."}."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from app.stores import Store

logger = logging.getLogger(__name__)


class Error(BaseModel):
    message: str


RESPONSES: dict[int | str, dict[str, Any]] = {"default": {"model": Error}}


def answer(status: int, message: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    return JSONResponse({"message": message}, status, headers)


async def http_error(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    return answer(error.status_code, error.detail, error.headers)


async def invalid(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    messages = []
    for mistake in error.errors():
        # Below "body", "path" or "query"; in broken JSON the place is an offset, of no use to anybody.
        place = mistake["loc"][:1] if mistake["type"] == "json_invalid" else mistake["loc"][1:]
        messages.append(f"{'.'.join(map(str, place))}: {mistake['msg']}")
    return answer(422, "; ".join(messages))


async def unavailable(_: Request, error: Exception) -> JSONResponse:
    logger.warning("store does not answer", extra={"reason": str(error)})
    return answer(503, "temporarily unavailable", {"Retry-After": "5"})


async def unexpected(_: Request, error: Exception) -> JSONResponse:
    return answer(500, "internal error")


def install(app: FastAPI, stores: Sequence[Store]) -> None:
    app.add_exception_handler(HTTPException, http_error)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(Exception, unexpected)
    for store in stores:
        for kind in store.UNAVAILABLE:
            app.add_exception_handler(kind, unavailable)
