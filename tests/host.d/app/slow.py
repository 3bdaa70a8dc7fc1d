"""A migration that takes its time."""

from alembic import op

# incompatible: it goes with what k2 reads
revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SELECT pg_sleep(5)")
    op.execute("CREATE TABLE slow_migration AS SELECT 1 AS done")
