"""Something to look at in a new `postgres`: python -m app.seeds.postgres"""

import asyncio

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app import settings
from app.models.postgres import Item
from app.stores import postgres as store

TITLES = ["Read the README", "Write a migration", "Delete these three"]


async def seed(session: AsyncSession) -> None:
    if await session.scalar(select(Item.id).limit(1)) is None:
        session.add_all(Item(title=title) for title in TITLES)


async def main() -> None:
    async with store.connect(settings.load(store.Settings)), store.sessions.begin() as session:
        await seed(session)


if __name__ == "__main__":
    asyncio.run(main())
