"""What staff order at lanes from a page; whom an account stands for; more of interventions and of lanes' devices."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table and the columns. Accounts stand for nobody until somebody says for whom."""
    op.create_table(
        "lane_command",
        *(
            sa.Column(name, sa.String(length=128), nullable=False)
            for name in ("ident", "kiosk", "deed", "account", "operator_id", "intervention", "outcome")
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("sent_ms", sa.BigInteger(), nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), nullable=False),
        sa.Column("answer", sa.String(length=128), nullable=False),
        sa.Column("why", sa.String(length=128), nullable=False),
        sa.Column("answered_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("ident", name=op.f("pk_lane_command")),
    )
    op.create_index(op.f("ix_lane_command_kiosk_sent_ms"), "lane_command", ["kiosk", "sent_ms"], unique=False)
    op.add_column("account", sa.Column("operator_id", sa.String(length=128), nullable=False, server_default=""))
    op.add_column("kiosk", sa.Column("lost", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("kiosk", sa.Column("conditions", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("intervention", sa.Column("reason", sa.Text(), nullable=False, server_default=""))
    op.add_column(
        "intervention", sa.Column("may_clear", sa.String(length=128), nullable=False, server_default="attendant")
    )
    op.add_column("intervention", sa.Column("remote", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    """Take them away."""
    for table, column in (
        ("intervention", "remote"),
        ("intervention", "may_clear"),
        ("intervention", "reason"),
        ("kiosk", "conditions"),
        ("kiosk", "lost"),
        ("account", "operator_id"),
    ):
        op.drop_column(table, column)
    op.drop_table("lane_command")
