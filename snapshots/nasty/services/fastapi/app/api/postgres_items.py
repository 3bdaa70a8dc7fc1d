"""Items in `postgres`."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Depends, HTTPException, Path
from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.events import EventsDep
from app.models.postgres import Item, ItemOut
from app.stores import postgres as store

router = APIRouter(prefix="/items")

# Kinds of jobs that work on this store.
JOB_KINDS = {"item"}


class ItemIn(BaseModel):
    # PostgreSQL stores every character but NUL.
    title: str = Field(min_length=1, max_length=200, pattern=r"^[^\x00]*$")


async def begin() -> AsyncIterator[AsyncSession]:
    async with store.sessions() as session:
        yield session


SessionDep = Annotated[AsyncSession, Depends(begin)]


@router.get("")
async def list_items(session: SessionDep) -> list[ItemOut]:
    items = await session.scalars(select(Item).order_by(Item.id.desc()).limit(100))
    return [ItemOut.model_validate(item) for item in items]


@router.post("", status_code=201)
async def create_item(
    given: ItemIn, session: SessionDep, events: EventsDep, tasks: BackgroundTasks
) -> ItemOut:
    item = Item(title=given.title)
    session.add(item)
    await session.commit()
    created = ItemOut.model_validate(item)
    event = {"type": "item.created", "item": created.model_dump(mode="json")}
    tasks.add_task(events.publish, event)
    return created


@router.get("/{item_id}")
async def get_item(item_id: Annotated[int, Path(ge=1, lt=2**63)], session: SessionDep) -> ItemOut:
    item = await session.get(Item, item_id)
    if item is None:
        raise HTTPException(404, "no such item")
    return ItemOut.model_validate(item)
