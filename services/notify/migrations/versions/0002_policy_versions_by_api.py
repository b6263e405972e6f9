"""Policy versions by API"""

from shared.runtime.policy_columns import add_policy_columns

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Policy versions by API"""
    add_policy_columns()
