"""The SQL of calls."""

from shared.bus.statement import Statement

KEEP_PART = Statement(
    """
    WITH kept AS (
        INSERT INTO call (call_ref, provider, call_id, facts, first_told_at, last_told_at)
        VALUES (:call, :provider, :call_id, '{}', now(), now()) ON CONFLICT (provider, call_id) DO NOTHING
    ), part AS (
        INSERT INTO call_part (call_ref, digest, told_at, facts, received_at)
        VALUES (:call, :digest, :told_at, CAST(:facts AS jsonb), now()) ON CONFLICT (call_ref, digest) DO NOTHING
        RETURNING digest
    )
    SELECT (SELECT count(*) FROM part) AS news, coalesce(call.fate, 'OPEN') AS fate, call.complaint_id,
           contact.complaint_id AS contact_of, contact.text AS contact_text
    FROM (VALUES (1)) AS one
    LEFT JOIN call ON call.call_ref = :call
    LEFT JOIN contact ON contact.channel = 'phone' AND contact.provider = :provider AND contact_key = :call_id
    """
)
"""Keeps a part once; returns what was known of the call before, and its contact if there is one."""

ADD_PART = Statement(
    """
    INSERT INTO call_part (call_ref, digest, told_at, facts, received_at)
    VALUES (:call, :digest, '', CAST(:facts AS jsonb), now()) ON CONFLICT (call_ref, digest) DO NOTHING
    """
)
PARTS = Statement("SELECT told_at, digest, facts FROM call_part WHERE call_ref = :call")
SAVE = Statement(
    """
    UPDATE call SET facts = CAST(:facts AS jsonb), complaint_id = coalesce(:complaint, complaint_id),
        fate = CASE WHEN :complaint IS NULL THEN fate ELSE 'COMPLAINT' END, last_told_at = now()
    WHERE call_ref = :call
    """
)
DUE = Statement(
    """
    SELECT call_ref, provider, call_id, facts FROM call
    WHERE call_ref = ANY (CAST(:calls AS uuid[])) AND complaint_id IS NULL ORDER BY call_ref
    """
)
JUDGED = Statement(
    """
    WITH judged AS (
        SELECT * FROM unnest(CAST(:calls AS uuid[]), CAST(:fates AS text[]), CAST(:complaints AS uuid[]),
                             CAST(:numbers AS text[]))
             AS judged (call_ref, fate, complaint_id, number)
    ), asked AS (
        INSERT INTO call_back (call_ref, number, queue, called_at, asked_at)
        SELECT call_ref, judged.number, facts ->> 'queue', CAST(facts ->> 'started_at' AS timestamptz), now()
        FROM judged JOIN call USING (call_ref) WHERE judged.fate = 'CALL_BACK'
        ON CONFLICT (call_ref) DO NOTHING RETURNING call_ref, number, queue, called_at
    ), not_needed AS (
        UPDATE call_back SET done_at = now(), reached = true FROM judged
        WHERE call_back.call_ref = judged.call_ref AND judged.fate = 'COMPLAINT' AND done_at IS NULL
        RETURNING call_back.call_ref
    ), saved AS (
        UPDATE call SET fate = judged.fate, complaint_id = judged.complaint_id FROM judged
        WHERE call.call_ref = judged.call_ref RETURNING call.call_ref, call.provider, call.complaint_id
    )
    SELECT call_ref, provider, complaint_id, number, queue, called_at
    FROM (SELECT * FROM asked UNION ALL SELECT call_ref, NULL, NULL, NULL FROM not_needed) AS changed
    JOIN saved USING (call_ref) ORDER BY call_ref
    """
)
"""Returns the calls of which a call back was asked, with the number, or is not needed any more, without one."""

NOT_NEEDED = Statement(
    """
    UPDATE call_back SET done_at = now(), reached = true WHERE call_ref = :call AND done_at IS NULL
    RETURNING call_ref
    """
)
ONE = Statement(
    """
    SELECT call_ref, provider, call_id, facts, fate, complaint_id, first_told_at, last_told_at FROM call
    WHERE provider = :provider AND call_id = :call_id
    """
)
CALL_BACKS = Statement(
    """
    SELECT call_back.*, provider, call_id FROM call_back JOIN call USING (call_ref)
    WHERE call_ref > :after AND done_at IS NULL ORDER BY call_ref LIMIT :limit
    """
)
CALL_BACK_DONE = Statement(
    """
    UPDATE call_back SET done_at = now(), done_by = :by, reached = :reached
    WHERE call_ref = :call AND done_at IS NULL RETURNING call_ref
    """
)
KNOWN = Statement(
    "SELECT call_id FROM call WHERE provider = :provider AND call_id = ANY (CAST(:calls AS text[]))"
)
