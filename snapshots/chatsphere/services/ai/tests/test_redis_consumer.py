import asyncio
import os
import uuid
from collections.abc import AsyncIterator
from typing import Any

import pytest

from app import jobs, kinds, settings
from app.consumer import ATTEMPTS, Consumer
from app.stores import redis as store

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(
        "REDIS_URL" not in os.environ,
        reason="needs redis",
    ),
]


@pytest.fixture
async def stream() -> AsyncIterator[str]:
    """A stream of its own, so that no other worker takes the jobs of a test."""
    stream = f"test:{uuid.uuid4().hex}"
    async with store.connect(settings.load(store.Settings)):
        yield stream
        await store.client.delete(stream, f"{stream}:failed")


async def worker(stream: str, name: str = "one", abandoned: float = 0) -> Consumer:
    consumer = Consumer(store.client, stream, f"{stream}:failed", name, abandoned)
    await consumer.join()
    return consumer


async def enqueue(stream: str, kind: str, **payload: Any) -> str:
    return await jobs.enqueue(store.client, kind, payload, "request-1", stream)


async def state(job_id: str) -> tuple[str, Any]:
    job = await jobs.state(store.client, job_id)
    assert job is not None
    return job["status"], job["result"]


async def test_a_job_is_done_and_forgotten(stream: str) -> None:
    kinds.discover()
    job_id = await enqueue(stream, "echo", n=1)
    assert await state(job_id) == ("queued", None)
    await (await worker(stream)).step()
    assert await state(job_id) == ("done", {"n": 1})
    assert await store.client.xlen(stream) == 0


async def test_a_failing_job_is_tried_again(stream: str, monkeypatch: pytest.MonkeyPatch) -> None:
    attempts = 0

    async def flaky(job: kinds.Job) -> str:
        nonlocal attempts
        attempts += 1
        if attempts < 3:
            raise RuntimeError("not yet")
        return "at last"

    monkeypatch.setitem(kinds.HANDLERS, "flaky", flaky)
    job_id = await enqueue(stream, "flaky")
    one, other = await worker(stream), await worker(stream, "other")
    await one.step()
    assert await state(job_id) == ("queued", None)
    await other.step()
    await one.step()
    assert await state(job_id) == ("done", "at last")


async def test_after_the_last_attempt_it_is_put_aside(
    stream: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(job: kinds.Job) -> None:
        raise RuntimeError("always")

    monkeypatch.setitem(kinds.HANDLERS, "broken", broken)
    job_id = await enqueue(stream, "broken")
    one = await worker(stream)
    for _ in range(ATTEMPTS):
        await one.step()
    assert await state(job_id) == ("failed", {"error": "failed 5 times"})
    assert await store.client.xlen(stream) == 0
    entries: Any = await store.client.xrange(f"{stream}:failed")
    ((_, fields),) = entries
    assert (fields["id"], fields["request_id"]) == (job_id, "request-1")


async def test_what_cannot_succeed_is_not_tried_again(stream: str) -> None:
    one = await worker(stream)
    job_id = await enqueue(stream, "unknown")
    await one.step()
    assert await state(job_id) == ("failed", {"error": "unknown kind"})

    await store.client.xadd(stream, {"nonsense": "1"})
    await one.step()
    assert await store.client.xlen(stream) == 0
    assert await store.client.xlen(f"{stream}:failed") == 2


async def test_a_long_job_is_not_taken_away(stream: str, monkeypatch: pytest.MonkeyPatch) -> None:
    runs = 0

    async def slow(job: kinds.Job) -> None:
        nonlocal runs
        runs += 1
        await asyncio.sleep(1.6)

    monkeypatch.setitem(kinds.HANDLERS, "slow", slow)
    await enqueue(stream, "slow")
    one, other = await worker(stream, "one", 1), await worker(stream, "other", 1)
    running = asyncio.create_task(one.step())
    await asyncio.sleep(1.2)
    await other.step()
    await running
    assert runs == 1


async def test_a_job_in_hand_is_finished(stream: str, monkeypatch: pytest.MonkeyPatch) -> None:
    begun = asyncio.Event()

    async def slow(job: kinds.Job) -> str:
        begun.set()
        await asyncio.sleep(0.2)
        return "finished"

    monkeypatch.setitem(kinds.HANDLERS, "slow", slow)
    first, second = await enqueue(stream, "slow"), await enqueue(stream, "slow")
    one = await worker(stream)
    running = asyncio.create_task(one.run())
    await begun.wait()
    one.stop()
    await running
    assert await state(first) == ("done", "finished")
    assert await state(second) == ("queued", None)
    assert await store.client.xinfo_consumers(stream, jobs.GROUP) == []
