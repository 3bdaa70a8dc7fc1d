"""A migration that cannot be done."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE items ADD COLUMN half_done text")
    op.execute("SELECT this_function_does_not_exist()")
