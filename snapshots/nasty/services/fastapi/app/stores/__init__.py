"""The stores of this service. Each module here is one; all of them are found at start.

To add one, write a module with what `Store` asks for.
"""

import importlib
import pkgutil
from collections.abc import Coroutine
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol, cast

from app.settings import Environment


class Store(Protocol):
    @property
    def NAME(self) -> str: ...

    @property
    def Settings(self) -> type[Environment]:
        """The variables it reads; `connect` gets them together with those of the service."""

    @property
    def UNAVAILABLE(self) -> tuple[type[Exception], ...]:
        """The errors that mean "try again later"."""

    def connect(self, settings: Any, /) -> AbstractAsyncContextManager[None]:
        """Open while the service runs. It does not wait for the store, which may be away."""

    def check(self) -> Coroutine[Any, Any, None]:
        """Raises when the store does not answer."""


def discover() -> list[Store]:
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return [cast(Store, importlib.import_module(f"{__name__}.{name}")) for name in names]
