"""The tables in `postgres`."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict
from sqlalchemy import BigInteger, CheckConstraint, DateTime, Identity, Text, func
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class Item(Base):
    __tablename__ = "items"
    __table_args__ = (CheckConstraint("char_length(title) BETWEEN 1 AND 200"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    title: Mapped[str] = mapped_column(Text)
    # The job that inserted it: unique, so that a job that runs again inserts nothing.
    job_id: Mapped[str | None] = mapped_column(Text, unique=True)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class ItemOut(BaseModel):
    """An item as the API and the events show it."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    title: str
    job_id: str | None
    created_at: datetime
