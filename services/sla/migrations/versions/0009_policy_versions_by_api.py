"""Policy versions by API"""

from shared.runtime.policy_columns import add_policy_columns

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Policy versions by API"""
    add_policy_columns()
