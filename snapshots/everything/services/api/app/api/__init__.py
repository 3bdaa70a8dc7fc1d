"""The API. Each module here is a part of it, with a `router`; all of them are found at start."""

import importlib
import pkgutil
from typing import Protocol, cast

from fastapi import APIRouter


class Part(Protocol):
    router: APIRouter


def discover() -> list[Part]:
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return [cast(Part, importlib.import_module(f"{__name__}.{name}")) for name in names]
