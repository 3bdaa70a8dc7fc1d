import os
import uuid
from collections.abc import AsyncIterator
from typing import Any

import pytest

from app import settings
from app.kinds import Job, Refused
from app.kinds.my_second_database_item import item
from app.stores import my_second_database as store

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(
        "MY_SECOND_DATABASE_URL" not in os.environ,
        reason="needs my-second-database",
    ),
]


@pytest.fixture
async def events() -> AsyncIterator[list[dict[str, Any]]]:
    async with store.connect(settings.load(store.Settings)):
        yield []


async def test_an_item_is_inserted_once(events: list[dict[str, Any]]) -> None:
    async def publish(event: dict[str, Any]) -> None:
        events.append(event)

    job = Job(uuid.uuid4().hex, "item-my-second-database", {"title": "from a job"}, publish)
    shown = await item(job)
    assert (shown["title"], shown["job_id"]) == ("from a job", job.id)
    assert await item(job) == shown
    assert events == [{"type": "item.created", "item": shown}]


@pytest.mark.parametrize("payload", [{}, {"title": ""}, {"title": 1}, {"title": "x" * 201}])
async def test_a_bad_title_is_refused(
    events: list[dict[str, Any]], payload: dict[str, Any]
) -> None:
    async def publish(event: dict[str, Any]) -> None:
        events.append(event)

    with pytest.raises(Refused, match="title"):
        await item(Job(uuid.uuid4().hex, "item-my-second-database", payload, publish))
    assert events == []
