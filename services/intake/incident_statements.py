"""The SQL of incidents: crowds of like complaints, the incidents behind them, and who joins."""

from shared.bus.statement import Statement


def _first_id(moment: str) -> str:
    """The least id of what came in from then on: an id begins with its time; ten minutes for clocks that differ."""
    began = f"CAST(1000 * extract(epoch FROM {moment} - interval '10 minutes') AS bigint)"
    return f"CAST(lpad(to_hex({began}), 12, '0') || repeat('0', 20) AS uuid)"


_WINDOW = "make_interval(secs => :window)"

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
CAUSES = Statement(
    f"""
    SELECT about, '*' AS area, complaints, customers, key_accounts, active.incident_id, active.state, active.severity
    FROM (
        SELECT category AS about, count(*) AS complaints, count(DISTINCT customer_id) AS customers,
               count(DISTINCT customer_id) FILTER (WHERE grade = 'K') AS key_accounts
        FROM complaint
        WHERE complaint_id >= {_first_id(f"now() - {_WINDOW}")} AND received_at >= now() - {_WINDOW}
          AND category IS NOT NULL
        GROUP BY category
        HAVING count(DISTINCT customer_id) >= :customers_from
            OR count(DISTINCT customer_id) FILTER (WHERE grade = 'K') >= :key_accounts_from
    ) AS crowd
    LEFT JOIN (SELECT about, incident_id, state, severity FROM incident
               WHERE area = '*' AND state IN ('PROPOSED', 'OPEN')) AS active USING (about)
    WHERE NOT EXISTS (
        SELECT FROM incident WHERE incident.about = crowd.about AND incident.area = '*'
        AND ((incident.state = 'OPEN' AND incident.severity = 'S1')
             OR ended_at >= now() - {_WINDOW})
    )
    """  # noqa: S608 - pieces of our own
)
"""Categories of which many complained, wherever they are."""

STORE = Statement(
    """
    INSERT INTO incident (incident_id, about, area, state, severity, complaints, by, found_at, opened_at,
        policy_version)
    SELECT given.*, now(), CASE WHEN given.state = 'OPEN' THEN now() END, CAST(:policy_version AS text)
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
    UPDATE incident SET state = :state, severity = :severity, by = :by, policy_version = :policy_version,
        opened_at = CASE WHEN CAST(:is_open AS boolean) THEN coalesce(opened_at, now()) ELSE opened_at END,
        ended_at = CASE WHEN CAST(:is_open AS boolean) THEN NULL ELSE now() END
    WHERE incident_id = :incident
    """
)
WAITING = Statement(
    f"""
    SELECT complaint.complaint_id, incident.incident_id, incident.severity, complaint.severity, complaint.grade,
           complaint.severity_rule, complaint.repeat_index, complaint.risk_score
    FROM incident JOIN complaint ON (complaint.area = incident.area OR incident.area = '*')
        AND coalesce(complaint.category, complaint.case_type) = incident.about
        AND complaint.complaint_id >= {_first_id(f"incident.found_at - {_WINDOW}")}
        AND complaint.received_at >= incident.found_at - {_WINDOW}
        AND complaint.resolved_at IS NULL
    WHERE incident.state = 'OPEN'
      AND NOT EXISTS (SELECT FROM incident_child WHERE incident_child.complaint_id = complaint.complaint_id
                      AND complaint.severity <= incident.severity)
    ORDER BY complaint.complaint_id LIMIT :at_most
    """  # noqa: S608 - pieces of our own
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
    INSERT INTO incident_child (complaint_id, incident_id, joined_at, policy_version)
    SELECT complaint_id, incident_id, now(), CAST(:policy_version AS text) FROM given
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
