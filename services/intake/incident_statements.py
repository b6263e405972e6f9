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
    WITH heard AS MATERIALIZED (
        SELECT coalesce(category, case_type) AS about, area, customer_id, grade = 'K' AS is_key
        FROM complaint
        WHERE area IS NOT NULL AND received_at >= now() - make_interval(secs => :window)
          AND (category IS NOT NULL OR case_type <> 'COMPLAINT')
    ), many AS (
        SELECT about, area FROM heard GROUP BY about, area
        HAVING count(*) >= least(CAST(:propose_from AS bigint), :open_from, :customers_from)
            OR count(*) FILTER (WHERE is_key) >= :key_accounts_from
    )
    SELECT about, area, complaints, customers, key_accounts, active.incident_id, active.state, active.severity
    FROM (
        SELECT about, area, count(*) AS complaints, count(DISTINCT customer_id) AS customers,
               count(DISTINCT customer_id) FILTER (WHERE is_key) AS key_accounts
        FROM heard JOIN many USING (about, area) GROUP BY about, area
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
"""Categories, or case types, and areas of which so many complained that they may be an incident.

Who they are is looked at only where there are many: of most areas it is a few.
"""
CAUSES = Statement(
    f"""
    SELECT about, '*' AS area, complaints, customers, key_accounts, active.incident_id, active.state, active.severity
    FROM (
        SELECT about, CAST(sum(complaints) AS bigint) AS complaints, count(*) AS customers,
               count(*) FILTER (WHERE is_key) AS key_accounts
        FROM (
            SELECT category AS about, customer_id, count(*) AS complaints, bool_or(grade = 'K') AS is_key
            FROM complaint
            WHERE complaint_id >= {_first_id(f"now() - {_WINDOW}")} AND received_at >= now() - {_WINDOW}
              AND category IS NOT NULL
            GROUP BY category, customer_id
        ) AS customer
        GROUP BY about
        HAVING count(*) >= :customers_from OR count(*) FILTER (WHERE is_key) >= :key_accounts_from
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
        joined_until = NULL,
        opened_at = CASE WHEN CAST(:is_open AS boolean) THEN coalesce(opened_at, now()) ELSE opened_at END,
        ended_at = CASE WHEN CAST(:is_open AS boolean) THEN NULL ELSE now() END
    WHERE incident_id = :incident
    """
)
WAITING = Statement(
    f"""
    WITH open AS MATERIALIZED (
        SELECT incident_id, about, area, severity, greatest(found_at, joined_until) - {_WINDOW} AS since
        FROM incident WHERE state = 'OPEN'
    ), like_it AS MATERIALIZED (
        SELECT complaint_id, open.incident_id, open.severity AS of_incident, complaint.severity, grade,
               severity_rule, repeat_index, risk_score
        FROM open JOIN complaint ON coalesce(category, case_type) = open.about
            AND (complaint.area = open.area OR open.area = '*') AND received_at >= since
        WHERE complaint_id >= (SELECT {_first_id("min(since)")} FROM open) AND resolved_at IS NULL
    )
    SELECT * FROM like_it
    WHERE NOT EXISTS (SELECT FROM incident_child WHERE incident_child.complaint_id = like_it.complaint_id
                      AND like_it.severity <= of_incident)
    ORDER BY complaint_id LIMIT :at_most
    """  # noqa: S608 - pieces of our own
)
"""Complaints that belong to an open incident and have not joined it yet."""

ALL_JOINED = Statement("UPDATE incident SET joined_until = now() WHERE state = 'OPEN'")
"""Nobody is left: of what came in more than a window ago nothing has to be looked at again.

Otherwise an incident that stays open for days would have all complaints of these days read at every look.
"""
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
