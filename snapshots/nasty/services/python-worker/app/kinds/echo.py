from typing import Any

from app.kinds import Job, kind


@kind("echo")
async def echo(job: Job) -> dict[str, Any]:
    return job.payload
