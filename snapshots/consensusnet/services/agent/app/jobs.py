"""Jobs: an entry of the stream says what to do, the hash `job:<id>` how far it is."""

import json
import uuid
from datetime import UTC, datetime
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.client import Pipeline

STREAM = "jobs"
FAILED = "jobs:failed"
GROUP = "workers"
KEPT_SECONDS = 24 * 60 * 60

# Text throughout; the client's types would admit bytes and numbers.
Fields = dict[Any, Any]


def write_state(pipeline: Pipeline, job: Fields, status: str, result: str = "null") -> None:
    if not job["id"]:
        return
    key = f"job:{job['id']}"
    pipeline.hset(
        key,
        mapping={
            "kind": job["kind"],
            "status": status,
            "result": result,
            "updated_at": datetime.now(UTC).isoformat(),
        },
    )
    pipeline.expire(key, KEPT_SECONDS)


async def enqueue(
    client: Redis, kind: str, payload: dict[str, Any], request_id: str = "", stream: str = STREAM
) -> str:
    job: Fields = {
        "id": uuid.uuid4().hex,
        "kind": kind,
        "payload": json.dumps(payload),
        "request_id": request_id,
    }
    async with client.pipeline() as pipeline:
        write_state(pipeline, job, "queued")
        pipeline.xadd(stream, job)
        await pipeline.execute()
    return str(job["id"])


async def state(client: Redis, job_id: str) -> dict[str, Any] | None:
    fields = await client.hgetall(f"job:{job_id}")
    if not fields:
        return None
    return {
        "id": job_id,
        "kind": fields["kind"],
        "status": fields["status"],
        "result": json.loads(fields.get("result") or "null"),
    }
