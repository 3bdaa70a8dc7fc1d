from pathlib import Path

import pytest

from app import settings


class WithSecret(settings.Environment):
    TOKEN_FILE: settings.SecretFile


@pytest.fixture
def token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "token"
    monkeypatch.setenv("TOKEN_FILE", str(path))
    return path


def test_a_secret_is_read_from_its_file(token: Path) -> None:
    token.write_text("s3cret\n")
    loaded = settings.load(WithSecret)
    assert loaded.TOKEN_FILE.get_secret_value() == "s3cret"


@pytest.mark.parametrize("environment", ["staging", "production"])
@pytest.mark.parametrize("content", [None, "", "\n", "development-only-token"])
def test_no_secret_no_start(
    token: Path, content: str | None, environment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENVIRONMENT", environment)
    if content is not None:
        token.write_text(content)
    with pytest.raises(SystemExit, match="TOKEN_FILE"):
        settings.load(WithSecret)


def test_development_may_use_its_stand_in(token: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENVIRONMENT", "development")
    token.write_text("development-only-token")
    settings.load(WithSecret)


def test_every_mistake_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENVIRONMENT", "prod")
    monkeypatch.setenv("PORT", "http")
    monkeypatch.delenv("TOKEN_FILE", raising=False)
    with pytest.raises(SystemExit) as error:
        settings.load(WithSecret)
    lines = str(error.value.code).splitlines()
    assert sorted(line.split(":")[0] for line in lines) == ["ENVIRONMENT", "PORT", "TOKEN_FILE"]
