"""The jobs in `redis`. By hand: python -m app.queues.redis echo '{"n": 1}'"""

import asyncio
import json
import sys

from redis.asyncio import Redis

from app import jobs, settings
from app.stores import redis as store

PATIENCE = 30.0


def client() -> Redis:
    return store.client


async def main(kind: str, payload: str = "{}") -> None:
    """Queues a job and waits for its result."""
    async with asyncio.timeout(PATIENCE), store.connect(settings.load(store.Settings)):
        job_id = await jobs.enqueue(store.client, kind, json.loads(payload))
        job = await jobs.state(store.client, job_id)
        while job and job["status"] not in ("done", "failed"):
            await asyncio.sleep(0.1)
            job = await jobs.state(store.client, job_id)
    print(json.dumps(job))
    sys.exit(0 if job and job["status"] == "done" else 1)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
