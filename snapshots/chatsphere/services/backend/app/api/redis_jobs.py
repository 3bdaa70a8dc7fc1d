"""Jobs for the workers, by way of `redis`."""

from typing import Any, Literal

from fastapi import APIRouter, HTTPException, Request
from pydantic import BaseModel

from app import jobs, logs
from app.stores import redis as store

router = APIRouter(prefix="/jobs")

# What the workers can do; kinds that work on a database are listed with its routes, as JOB_KINDS.
KINDS = {"echo"}


class JobIn(BaseModel):
    kind: str
    payload: dict[str, Any] = {}


class Queued(BaseModel):
    id: str
    status: Literal["queued"] = "queued"


class Job(BaseModel):
    id: str
    kind: str
    status: Literal["queued", "running", "done", "failed"]
    result: Any


@router.post("", status_code=202)
async def create_job(given: JobIn, request: Request) -> Queued:
    kinds = KINDS.union(*(getattr(part, "JOB_KINDS", ()) for part in request.app.state.parts))
    if given.kind not in kinds:
        raise HTTPException(422, f"kind: must be one of {', '.join(sorted(kinds))}")
    return Queued(
        id=await jobs.enqueue(store.client, given.kind, given.payload, logs.request_id.get())
    )


@router.get("/{job_id}")
async def get_job(job_id: str) -> Job:
    state = await jobs.state(store.client, job_id)
    if state is None:
        raise HTTPException(404, "no such job")
    return Job(**state)
