"""The SQL of incidents: crowds of like complaints, the incidents behind them, and who joins."""

from shared.bus.statement import Statement

ALONE = Statement("SELECT pg_try_advisory_xact_lock(hashtext('intake incidents')), now()")
CROWDS = Statement(
    """
    SELECT about, area, complaints, customers, key_accounts, active.incident_id, active.state, active.severity
    FROM (
        SELECT coalesce(category, case_type) AS about, area, count(*) AS complaints,
               count(DISTINCT customer_id) AS customers,
               count(DISTINCT customer_id) FILTER (WHERE grade = 'K') AS key_accounts
        FROM complaint
        WHERE area IS NOT NULL AND received_at >= now() - make_interval(secs => :window)
          AND (category IS NOT NULL OR case_type <> 'COMPLAINT')
        GROUP BY 1, 2
    ) AS crowd
    LEFT JOIN (SELECT about, area, incident_id, state, severity FROM incident
               WHERE state IN ('PROPOSED', 'OPEN')) AS active USING (about, area)
    WHERE NOT EXISTS (
        SELECT FROM incident WHERE incident.about = crowd.about AND incident.area = crowd.area
        AND ((incident.state = 'OPEN' AND incident.severity = 'S1')
             OR ended_at >= now() - make_interval(secs => :window))
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
        opened_at = CASE WHEN CAST(:is_open AS boolean) THEN coalesce(opened_at, now()) ELSE opened_at END,
        ended_at = CASE WHEN CAST(:is_open AS boolean) THEN NULL ELSE now() END
    WHERE incident_id = :incident
    """
)
WAITING = Statement(
    """
    SELECT complaint.complaint_id, incident.incident_id, incident.severity, complaint.severity, complaint.grade,
           complaint.severity_rule, complaint.repeat_index, complaint.risk_score
    FROM incident JOIN complaint ON complaint.area = incident.area
        AND coalesce(complaint.category, complaint.case_type) = incident.about
        AND complaint.received_at >= incident.found_at - make_interval(secs => :window)
        AND complaint.resolved_at IS NULL
    WHERE incident.state = 'OPEN'
      AND NOT EXISTS (SELECT FROM incident_child WHERE incident_child.complaint_id = complaint.complaint_id
                      AND complaint.severity <= incident.severity)
    ORDER BY complaint.complaint_id LIMIT :at_most
    """
)
JOIN = Statement(
    """
    WITH given AS (
        SELECT * FROM unnest(CAST(:complaints AS uuid[]), CAST(:incidents AS uuid[]), CAST(:severities AS text[]),
                             CAST(:rules AS text[]), CAST(:priorities AS numeric[]), CAST(:classes AS text[]))
            AS given (complaint_id, incident_id, severity, severity_rule, priority, priority_class)
    ), raised AS (
        UPDATE complaint SET severity = given.severity, severity_rule = given.severity_rule,
                             priority = given.priority, priority_class = given.priority_class
        FROM given WHERE complaint.complaint_id = given.complaint_id AND complaint.severity > given.severity
    )
    INSERT INTO incident_child (complaint_id, incident_id, joined_at)
    SELECT complaint_id, incident_id, now() FROM given
    ON CONFLICT (complaint_id) DO NOTHING
    """
)
PAGE = Statement(
    """
    SELECT incident.*, (SELECT count(*) FROM incident_child
                        WHERE incident_child.incident_id = incident.incident_id) AS joined
    FROM incident WHERE incident_id > :after ORDER BY incident_id LIMIT :limit
    """
)
