"""The SQL of who is at work, as reported, and of rests after abusive contacts."""

from shared.bus.statement import Statement

REPORT = Statement(
    """
    INSERT INTO presence (staff_id, presence, expires_at, since)
    SELECT DISTINCT ON (staff_id) staff_id, presence,
        now() + least(seconds, CAST(:longest AS int)) * interval '1 second', now()
    FROM unnest(CAST(:staff AS text[]), CAST(:presences AS text[]), CAST(:seconds AS int[])) WITH ORDINALITY
         AS row (staff_id, presence, seconds, place)
    ORDER BY staff_id, place DESC
    ON CONFLICT (staff_id) DO UPDATE SET presence = excluded.presence, expires_at = excluded.expires_at,
        since = CASE WHEN presence.presence = excluded.presence THEN presence.since ELSE excluded.since END
    RETURNING staff_id, presence, expires_at
    """
)
REST = Statement(
    """
    INSERT INTO presence (staff_id, rests_until)
    SELECT staff_id, CAST(:until AS timestamptz) FROM unnest(CAST(:staff AS text[])) AS row (staff_id)
    ORDER BY staff_id
    ON CONFLICT (staff_id) DO UPDATE SET rests_until = greatest(presence.rests_until, excluded.rests_until)
    """
)
