"""The statements of the event log in PostgreSQL; each says what it relies on."""

from .statement import Statement

# IF NOT EXISTS is no protection against a twin that creates the same at the same time; the lock is.
CREATE_TABLES = Statement(
    """
    DO $$ BEGIN
        PERFORM pg_advisory_xact_lock(7267733552);
        CREATE TABLE IF NOT EXISTS log_partition (
            topic text, number int, next_offset bigint NOT NULL DEFAULT 0, PRIMARY KEY (topic, number)
        ) WITH (fillfactor = 50);
        CREATE TABLE IF NOT EXISTS log_record (
            topic text, number int, log_offset bigint, stored_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            key text NOT NULL, headers text NOT NULL, value bytea NOT NULL, PRIMARY KEY (topic, number, log_offset));
        CREATE TABLE IF NOT EXISTS log_member (
            grp text, member text, expires_at timestamptz NOT NULL, PRIMARY KEY (grp, member));
        CREATE TABLE IF NOT EXISTS log_cursor (
            grp text, topic text, number int, position bigint NOT NULL DEFAULT 0, epoch bigint NOT NULL DEFAULT 0,
            owner text, lease_until timestamptz, PRIMARY KEY (grp, topic, number)) WITH (fillfactor = 50);
    END $$
    """
)

PING = Statement("SELECT 1")

ADD_PARTITIONS = Statement(
    """
    INSERT INTO log_partition (topic, number)
    SELECT topic, number FROM unnest(CAST(:topics AS text[])) AS topic,
        generate_series(0, CAST(:partitions AS int) - 1) AS number
    ON CONFLICT DO NOTHING
    """
)

# The lock on each lane is held until commit, so offsets become visible in order. FOR UPDATE re-reads a lane that
# another publisher has just moved on, which makes next_offset the true one.
APPEND = Statement(
    """
    WITH moment AS (SELECT clock_timestamp() AS stored_at), wanted AS (
        SELECT * FROM unnest(CAST(:lane_topics AS text[]), CAST(:lane_numbers AS int[]), CAST(:lane_counts AS int[]))
            AS lane (topic, number, added)),
    lane AS (
        SELECT p.topic, p.number, p.next_offset FROM log_partition p JOIN wanted USING (topic, number)
        ORDER BY p.topic, p.number FOR UPDATE OF p),
    advanced AS (
        UPDATE log_partition p SET next_offset = lane.next_offset + wanted.added
        FROM lane JOIN wanted USING (topic, number) WHERE p.topic = lane.topic AND p.number = lane.number),
    written AS (
        INSERT INTO log_record (topic, number, log_offset, stored_at, key, headers, value)
        SELECT r.topic, r.number, lane.next_offset + r.nth, moment.stored_at, r.key, r.headers, r.value
        FROM unnest(CAST(:topics AS text[]), CAST(:numbers AS int[]), CAST(:nth AS int[]), CAST(:keys AS text[]),
                    CAST(:headers AS text[]), CAST(:values AS bytea[]))
            AS r (topic, number, nth, key, headers, value)
        JOIN lane USING (topic, number) CROSS JOIN moment)
    SELECT lane.topic, lane.number, lane.next_offset, moment.stored_at FROM lane CROSS JOIN moment
    """
)

# One query polls all lanes; only those that have grown past our position are read, each for an even share.
FETCH = Statement(
    """
    WITH news AS (
        SELECT mine.topic, mine.number, mine.position, count(*) OVER () AS lanes
        FROM unnest(CAST(:topics AS text[]), CAST(:numbers AS int[]), CAST(:positions AS bigint[]))
            WITH ORDINALITY AS mine (topic, number, position, turn)
        JOIN log_partition p ON p.topic = mine.topic AND p.number = mine.number AND p.next_offset > mine.position
        ORDER BY mine.turn)
    SELECT r.topic, r.number, r.log_offset, r.stored_at, r.key, r.headers, r.value
    FROM news
    CROSS JOIN LATERAL (
        SELECT * FROM log_record r
        WHERE r.topic = news.topic AND r.number = news.number AND r.log_offset >= news.position
        ORDER BY r.log_offset LIMIT greatest(CAST(:limit AS bigint) / news.lanes, 1)) r
    LIMIT :limit
    """
)

FIRST_SINCE = Statement(
    """
    SELECT mine.topic, mine.number, coalesce(
        (SELECT min(r.log_offset) FROM log_record r
         WHERE r.topic = mine.topic AND r.number = mine.number AND r.stored_at >= :since), p.next_offset)
    FROM unnest(CAST(:topics AS text[]), CAST(:numbers AS int[])) AS mine (topic, number)
    JOIN log_partition p ON p.topic = mine.topic AND p.number = mine.number
    WHERE CAST(:positions AS bigint[]) IS NOT NULL
    """
)

LAG = Statement(
    """
    SELECT p.topic, p.number, p.next_offset - c.position
    FROM log_cursor c JOIN log_partition p USING (topic, number)
    JOIN unnest(CAST(:topics AS text[]), CAST(:numbers AS int[])) AS mine (topic, number) USING (topic, number)
    WHERE c.grp = :grp AND CAST(:member AS text) IS NOT NULL AND CAST(:positions AS bigint[]) IS NOT NULL
    """
)

ADD_CURSORS = Statement(
    """
    INSERT INTO log_cursor (grp, topic, number)
    SELECT CAST(:grp AS text), p.topic, p.number FROM log_partition p
    WHERE p.topic = ANY (CAST(:topics AS text[])) AND CAST(:member AS text) IS NOT NULL
    ON CONFLICT DO NOTHING
    """
)

LIVE = Statement(
    """
    INSERT INTO log_member (grp, member, expires_at)
    VALUES (:grp, :member, clock_timestamp() + make_interval(secs => :lease))
    ON CONFLICT (grp, member) DO UPDATE SET expires_at = excluded.expires_at
    """
)

LIVING = Statement(
    "SELECT member FROM log_member WHERE grp = :grp AND expires_at > clock_timestamp() ORDER BY member"
)

# A member that starts again takes over from its former self at once, whether that one is dead or not.
RELEASE_EARLIER_LIFE = Statement(
    """
    UPDATE log_cursor SET owner = NULL, lease_until = NULL
    WHERE grp = :grp AND starts_with(owner, CAST(:member_id AS text) || '#')
    """
)
FORGET_EARLIER_LIFE = Statement(
    "DELETE FROM log_member WHERE grp = :grp AND starts_with(member, CAST(:member_id AS text) || '#')"
)

LEAVE = Statement("DELETE FROM log_member WHERE grp = :grp AND member = :member")

RELEASE = Statement(
    """
    UPDATE log_cursor SET owner = NULL, lease_until = NULL
    FROM unnest(CAST(:topics AS text[]), CAST(:numbers AS int[])) AS mine (topic, number)
    WHERE log_cursor.topic = mine.topic AND log_cursor.number = mine.number AND grp = :grp AND owner = :member
    """
)

RELEASE_ALL = Statement(
    "UPDATE log_cursor SET owner = NULL, lease_until = NULL WHERE grp = :grp AND owner = :member"
)

# Ours already: the lease is renewed under the same epoch while it has not run out. Free, or left to run out:
# taken under a new epoch, so that the old owner's positions are refused.
TAKE = Statement(
    """
    UPDATE log_cursor SET
        epoch = CASE WHEN owner = :member AND lease_until > clock_timestamp() THEN epoch ELSE epoch + 1 END,
        owner = :member, lease_until = clock_timestamp() + make_interval(secs => :lease)
    WHERE grp = :grp AND topic = ANY (CAST(:topics AS text[])) AND number = ANY (CAST(:numbers AS int[]))
        AND (owner IS NULL OR owner = :member OR lease_until <= clock_timestamp())
    RETURNING topic, number, position, epoch
    """
)

STORE_POSITIONS = Statement(
    """
    UPDATE log_cursor SET position = mine.position
    FROM unnest(CAST(:topics AS text[]), CAST(:numbers AS int[]), CAST(:positions AS bigint[]),
                CAST(:epochs AS bigint[])) AS mine (topic, number, position, epoch)
    WHERE log_cursor.topic = mine.topic AND log_cursor.number = mine.number AND log_cursor.epoch = mine.epoch
        AND grp = :grp AND owner = :member
    RETURNING 1
    """
)
