"""Takes jobs from a stream, one at a time: more at once is what replicas are for.

A job is acknowledged after its effect. A worker that dies before that leaves it to another, so it may
run twice, and its handler must bear that.
"""

import asyncio
import json
import logging
import socket
import time
from typing import Any

import prometheus_client
from redis.asyncio import Redis
from redis.exceptions import RedisError, ResponseError

from app import jobs, kinds
from app.logs import request_id

logger = logging.getLogger(__name__)

ATTEMPTS = 5
ATTEMPT_SECONDS = 600.0
ABANDONED_SECONDS = 60.0
FAILED_KEPT = 10_000
CHANNEL = "events"

JOBS = prometheus_client.Counter("jobs_total", "Jobs that came to an end", ["kind", "status"])
RETRIES = prometheus_client.Counter("job_retries_total", "Attempts to be repeated", ["kind"])
DURATION = prometheus_client.Histogram("job_duration_seconds", "Time of one attempt", ["kind"])

Entry = tuple[str, jobs.Fields]


class Consumer:
    def __init__(
        self,
        client: Redis,
        stream: str = jobs.STREAM,
        failed: str = jobs.FAILED,
        name: str = socket.gethostname(),
        abandoned: float = ABANDONED_SECONDS,
    ) -> None:
        self.client = client
        self.stream = stream
        self.failed = failed
        self.name = name
        # A job that nobody has worked on for so long is taken from whoever has it.
        self.abandoned = abandoned
        self._stopping = asyncio.Event()
        self._cursor = "0-0"
        self._next_claim = 0.0

    def stop(self) -> None:
        """Take no further job; `run` ends with the one in hand."""
        self._stopping.set()

    async def run(self) -> None:
        while not self._stopping.is_set():
            try:
                await self.join()
                while not self._stopping.is_set():
                    await self.step()
            except RedisError as error:
                logger.warning("queue does not answer", extra={"reason": str(error)})
                await self._pause(1)
            except Exception:
                logger.exception("unexpected error")
                await self._pause(1)
        await self._leave()

    async def join(self) -> None:
        try:
            await self.client.xgroup_create(self.stream, jobs.GROUP, id="0", mkstream=True)
        except ResponseError as error:
            if "BUSYGROUP" not in str(error):
                raise

    async def step(self) -> None:
        if entry := await self._claim():
            await self._work(*entry, attempt=await self._deliveries(entry[0]))
        elif entry := await self._read():
            await self._work(*entry, attempt=1)

    async def _leave(self) -> None:
        """Replicas come and go: a name with nothing in hand need not stay in the group."""
        try:
            in_hand = await self.client.xpending_range(
                self.stream, jobs.GROUP, "-", "+", 1, consumername=self.name
            )
            if not in_hand:
                await self.client.xgroup_delconsumer(self.stream, jobs.GROUP, self.name)
        except RedisError as error:
            logger.warning("name stays in the group", extra={"reason": str(error)})

    async def _pause(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        except TimeoutError:
            pass

    async def _read(self) -> Entry | None:
        # Short, because it is never interrupted: a job that arrived just then would wait as abandoned.
        reply: Any = await self.client.xreadgroup(
            jobs.GROUP, self.name, {self.stream: ">"}, count=1, block=1000
        )
        return reply[0][1][0] if reply else None

    async def _claim(self) -> Entry | None:
        if time.monotonic() < self._next_claim:
            return None
        self._cursor, entries, _ = await self.client.xautoclaim(
            self.stream,
            jobs.GROUP,
            self.name,
            min_idle_time=int(self.abandoned * 1000),
            start_id=self._cursor,
            count=1,
        )
        if not entries and self._cursor == "0-0":
            self._next_claim = time.monotonic() + self.abandoned / 6
        return entries[0] if entries else None

    async def _deliveries(self, entry_id: str) -> int:
        (pending,) = await self.client.xpending_range(
            self.stream, jobs.GROUP, entry_id, entry_id, 1
        )
        return int(pending["times_delivered"])

    async def _work(self, entry_id: str, fields: jobs.Fields, attempt: int) -> None:
        # Anybody can write to the stream: what is no job is put aside like one that failed.
        job = {"id": "", "kind": "", "payload": "", "request_id": "", **fields}
        token = request_id.set(job["request_id"])
        holding = asyncio.create_task(self._hold(entry_id))
        try:
            await self._attempt(entry_id, job, attempt)
        finally:
            holding.cancel()
            request_id.reset(token)

    async def _attempt(self, entry_id: str, job: jobs.Fields, attempt: int) -> None:
        about = {"job_id": job["id"], "kind": job["kind"], "attempt": attempt}
        label = job["kind"] if job["kind"] in kinds.HANDLERS else "unknown"
        await self._write(job, "running")
        started = time.perf_counter()
        status = "failed"
        try:
            if attempt > ATTEMPTS:
                raise kinds.Refused("no worker survived it")
            result = await self._perform(job)
            status = "done"
        except kinds.Refused as refused:
            result = json.dumps({"error": str(refused)})
        except Exception:
            logger.exception("attempt failed", extra=about)
            if attempt < ATTEMPTS:
                # It stays in the group, and is taken again when it counts as abandoned.
                RETRIES.labels(label).inc()
                await self._write(job, "queued")
                return
            result = json.dumps({"error": f"failed {ATTEMPTS} times"})
        duration = time.perf_counter() - started
        await self._finish(entry_id, job, status, result)
        JOBS.labels(label, status).inc()
        DURATION.labels(label).observe(duration)
        level = logging.INFO if status == "done" else logging.ERROR
        times = {"status": status, "duration_ms": round(duration * 1000, 1)}
        logger.log(level, "job", extra={**about, **times})

    async def _perform(self, job: jobs.Fields) -> str:
        handler = kinds.HANDLERS.get(job["kind"])
        if handler is None:
            raise kinds.Refused("unknown kind")
        try:
            payload = json.loads(job["payload"])
        except ValueError as error:
            raise kinds.Refused("payload: must be JSON") from error
        if not isinstance(payload, dict):
            raise kinds.Refused("payload: must be an object")
        async with asyncio.timeout(ATTEMPT_SECONDS):
            result = await handler(kinds.Job(job["id"], job["kind"], payload, self._publish))
        return json.dumps(result)

    async def _publish(self, event: dict[str, Any]) -> None:
        await self.client.publish(CHANNEL, json.dumps(event))

    async def _write(self, job: jobs.Fields, status: str) -> None:
        async with self.client.pipeline() as pipeline:
            jobs.write_state(pipeline, job, status)
            await pipeline.execute()

    async def _finish(self, entry_id: str, job: jobs.Fields, status: str, result: str) -> None:
        async with self.client.pipeline() as pipeline:
            jobs.write_state(pipeline, job, status, result)
            if status == "failed":
                pipeline.xadd(
                    self.failed, {**job, "result": result}, maxlen=FAILED_KEPT, approximate=True
                )
            pipeline.xack(self.stream, jobs.GROUP, entry_id)
            pipeline.xdel(self.stream, entry_id)
            await pipeline.execute()

    async def _hold(self, entry_id: str) -> None:
        """Tells the others that the job is being worked on, however long it takes."""
        while True:
            await asyncio.sleep(self.abandoned / 3)
            try:
                await self.client.xclaim(
                    self.stream, jobs.GROUP, self.name, 0, [entry_id], justid=True
                )
            except RedisError as error:
                logger.warning("job is not held", extra={"reason": str(error)})
