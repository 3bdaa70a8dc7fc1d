from fastapi import APIRouter, Request
from pydantic import BaseModel

from app.settings import Settings

router = APIRouter()


class Info(BaseModel):
    service: str
    environment: str


@router.get("/info")
async def info(request: Request) -> Info:
    settings: Settings = request.app.state.settings
    return Info(service=settings.SERVICE_NAME, environment=settings.ENVIRONMENT)
