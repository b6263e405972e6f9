"""The SQL of incidents: crowds of like complaints, the incidents behind them, and who joins."""

from shared.bus.statement import Statement

ALONE = Statement("SELECT pg_try_advisory_xact_lock(hashtext('intake incidents')), now()")
CROWDS = Statement(
    """
    SELECT about, area, complaints, customers, key_accounts, active.incident_id
    FROM (
        SELECT coalesce(category, case_type) AS about, area, count(*) AS complaints,
               count(DISTINCT customer_id) AS customers,
               count(DISTINCT customer_id) FILTER (WHERE grade = 'K') AS key_accounts
        FROM complaint
        WHERE area IS NOT NULL AND received_at >= now() - make_interval(secs => :window)
          AND (category IS NOT NULL OR case_type <> 'COMPLAINT')
        GROUP BY 1, 2
    ) AS crowd
    LEFT JOIN (SELECT about, area, incident_id FROM incident WHERE state = 'PROPOSED') AS active
        USING (about, area)
    WHERE NOT EXISTS (
        SELECT FROM incident WHERE incident.about = crowd.about AND incident.area = crowd.area
        AND (state = 'OPEN' OR ended_at >= now() - make_interval(secs => :window))
    )
    """
)
STORE = Statement(
    """
    INSERT INTO incident (incident_id, about, area, state, severity, complaints, by, found_at, opened_at)
    SELECT given.*, now(), CASE WHEN given.state = 'OPEN' THEN now() END
    FROM (VALUES (CAST(:incident AS uuid), CAST(:about AS text), CAST(:area AS text), CAST(:state AS text),
                  CAST(:severity AS text), CAST(:complaints AS integer), CAST(:by AS text)))
         AS given (incident_id, about, area, state, severity, complaints, by)
    ON CONFLICT (about, area) WHERE state IN ('PROPOSED', 'OPEN') DO NOTHING
    RETURNING incident_id
    """
)
READ = Statement("SELECT about, area, state, severity FROM incident WHERE incident_id = :incident")
SET = Statement(
    """
    UPDATE incident SET state = :state, severity = :severity, by = :by,
        opened_at = CASE WHEN CAST(:is_open AS boolean) THEN now() ELSE opened_at END,
        ended_at = CASE WHEN CAST(:is_open AS boolean) THEN NULL ELSE now() END
    WHERE incident_id = :incident
    """
)
WAITING = Statement(
    """
    SELECT complaint.complaint_id, incident.incident_id, incident.severity
    FROM incident JOIN complaint ON complaint.area = incident.area
        AND coalesce(complaint.category, complaint.case_type) = incident.about
        AND complaint.received_at >= incident.found_at - make_interval(secs => :window)
        AND complaint.resolved_at IS NULL
    WHERE incident.state = 'OPEN'
      AND NOT EXISTS (SELECT FROM incident_child WHERE incident_child.complaint_id = complaint.complaint_id)
    ORDER BY complaint.complaint_id LIMIT :at_most
    """
)
JOIN = Statement(
    """
    INSERT INTO incident_child (complaint_id, incident_id, joined_at)
    SELECT complaint_id, incident_id, now()
    FROM unnest(CAST(:complaints AS uuid[]), CAST(:incidents AS uuid[])) AS given (complaint_id, incident_id)
    """
)
PAGE = Statement(
    """
    SELECT incident.*, (SELECT count(*) FROM incident_child
                        WHERE incident_child.incident_id = incident.incident_id) AS joined
    FROM incident WHERE incident_id > :after ORDER BY incident_id LIMIT :limit
    """
)
