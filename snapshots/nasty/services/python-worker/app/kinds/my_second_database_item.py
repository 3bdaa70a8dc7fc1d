from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from app.kinds import Job, Refused, kind
from app.models.my_second_database import Item, ItemOut
from app.stores import my_second_database as store


@kind("item-my-second-database")
async def item(job: Job) -> dict[str, Any]:
    title = job.payload.get("title")
    if not isinstance(title, str) or not 1 <= len(title) <= 200 or "\0" in title:
        raise Refused("title: must be text of 1 to 200 characters")
    async with store.sessions.begin() as session:
        new = await session.scalar(
            insert(Item)
            .values(title=title, job_id=job.id)
            .on_conflict_do_nothing(index_elements=[Item.job_id])
            .returning(Item)
        )
        inserted = new or await session.scalar(select(Item).where(Item.job_id == job.id))
    shown = ItemOut.model_validate(inserted).model_dump(mode="json")
    if new:
        await job.publish({"type": "item.created", "item": shown})
    return shown
