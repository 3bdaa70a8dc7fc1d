"""Something to look at in a new `db`: python -m app.seeds.db"""

import asyncio

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app import settings
from app.models.db import Item
from app.stores import db as store

TITLES = ["Read the README", "Write a migration", "Delete these three"]


async def seed(session: AsyncSession) -> None:
    if await session.scalar(select(Item.id).limit(1)) is None:
        session.add_all(Item(title=title) for title in TITLES)


async def main() -> None:
    async with store.connect(settings.load(store.Settings)), store.sessions.begin() as session:
        await seed(session)


if __name__ == "__main__":
    asyncio.run(main())
