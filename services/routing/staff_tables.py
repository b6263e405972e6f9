"""Tables of staff: the directory as changed, who is there, and what is on their desks."""

from sqlalchemy import BigInteger, Column, Date, DateTime, Index, Integer, MetaData, Table, Text
from sqlalchemy.dialects.postgresql import JSONB


def add_staff_tables(metadata: MetaData) -> None:
    """Add the tables of staff."""
    Table(
        "staff_load",
        metadata,
        Column("staff_id", Text, primary_key=True),
        Column("counted_by", Text, primary_key=True, comment="the replica whose row this is"),
        Column("open", Integer, nullable=False),
        Column("last_given_at", DateTime(timezone=True)),
        Column("day", Date, comment="the day of the two counts"),
        Column("customers", Integer, nullable=False, server_default="0", comment="complaints given that day"),
        Column("contacts", Integer, nullable=False, server_default="0", comment="times talked to that day"),
        comment="Open complaints owned, or handled for another owner: the sum over all replicas, each of which "
        "writes rows of its own, so that none waits for another.",
        postgresql_with={"fillfactor": 50},
    )
    Table(
        "presence",
        metadata,
        Column("staff_id", Text, primary_key=True),
        Column("presence", Text, comment="as last reported, if ever"),
        Column("expires_at", DateTime(timezone=True), comment="until when the report is believed"),
        Column("since", DateTime(timezone=True), comment="since when it has been reported the same"),
        Column("rests_until", DateTime(timezone=True), comment="after an abusive contact"),
        comment="Who is at work, as reported, and who rests after an abusive contact.",
        postgresql_with={"fillfactor": 50},
    )
    Table(
        "directory_entry",
        metadata,
        Column("kind", Text, primary_key=True, comment="department or staff"),
        Column("id", Text, primary_key=True),
        Column(
            "revision",
            BigInteger,
            primary_key=True,
            comment="counts changes of the directory; the last counts",
        ),
        Column("entry", JSONB, nullable=False),
        Column("changed_by", Text, nullable=False),
        Column("changed_at", DateTime(timezone=True), nullable=False),
        Index("directory_entry_by_revision", "revision"),
        comment="Departments and staff as changed over the API, above those of the staff file; nothing is overwritten.",
    )
