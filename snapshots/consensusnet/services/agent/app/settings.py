"""What the service reads from its environment: validated once, at start.

Each store adds fields of its own (see app/stores).
"""

import sys
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
)
from pydantic_settings import BaseSettings, SettingsConfigDict


def read_secret(path: str, info: ValidationInfo) -> str:
    try:
        secret = Path(path).read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"cannot be read: {error}") from error
    if not secret:
        raise ValueError(f"{path} is empty")
    guarded = info.data.get("ENVIRONMENT") in ("staging", "production")
    if guarded and secret.startswith("development-only-"):
        raise ValueError(f"{path} holds the stand-in of development, not a secret")
    return secret


# The variable names a file; the field holds the secret that is in it.
SecretFile = Annotated[SecretStr, BeforeValidator(read_secret)]


class Environment(BaseSettings):
    model_config = SettingsConfigDict(case_sensitive=True)

    ENVIRONMENT: Literal["development", "test", "staging", "production"]


class Settings(Environment):
    LOG_LEVEL: Literal["debug", "info", "warning", "error"] = "info"
    SERVICE_NAME: str
    PORT: int = Field(ge=1, le=65535)
    OPENAI_API_KEY_FILE: SecretFile


def load(*stores: type[Environment]) -> Any:
    """The settings of the service and of its stores in one object; or every mistake, and the end."""
    combined = type("AllSettings", (Settings, *stores), {})
    try:
        return combined()
    except ValidationError as error:
        sys.exit(
            "\n".join(
                f"{mistake['loc'][0]}: {mistake['msg'].removeprefix('Value error, ')}"
                for mistake in error.errors()
            )
        )
