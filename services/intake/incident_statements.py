"""The SQL of incidents: crowds of like complaints, the incidents behind them, and who joins."""

from shared.bus.statement import Statement


def _first_id(moment: str) -> str:
    """The least id of what came in from then on: an id begins with its time; ten minutes for clocks that differ."""
    began = f"CAST(1000 * extract(epoch FROM {moment} - interval '10 minutes') AS bigint)"
    return f"CAST(lpad(to_hex({began}), 12, '0') || repeat('0', 20) AS uuid)"


_WINDOW = "make_interval(secs => :window)"

ALONE = Statement(
    """
    SELECT pg_try_advisory_xact_lock(hashtext('intake incidents')), now(), set_config('work_mem', '32MB', true)
    """
)
"""Memory for this transaction only: counts of very many groups would go to the disk and back."""
_COUNTED_SINCE = f"""
    (SELECT least(now(), min(coalesce(joined_until, found_at))) - {_WINDOW} FROM incident WHERE state = 'OPEN')
"""  # noqa: S608 - pieces of our own
HEAR = Statement(
    f"""
    WITH since AS MATERIALIZED (
        SELECT greatest({_COUNTED_SINCE}, (SELECT received_at FROM heard ORDER BY complaint_id DESC LIMIT 1)
                                          - interval '2 minutes') AS moment
    ), came AS (
        SELECT complaint_id, received_at, coalesce(category, case_type) AS about,
               category IS NOT NULL AS by_category, area, grade = 'K' AS is_key
        FROM complaint
        WHERE complaint_id >= (SELECT {_first_id("moment")} FROM since)
          AND received_at >= (SELECT moment FROM since)
        ORDER BY complaint_id LIMIT :heard_at_once
    )
    INSERT INTO heard (complaint_id, received_at, about, by_category, area, is_key)
    SELECT came.* FROM came
    LEFT JOIN LATERAL (
        SELECT about, is_key FROM heard WHERE heard.complaint_id = came.complaint_id LIMIT 1
    ) AS known ON true
    WHERE known.about IS DISTINCT FROM came.about OR known.is_key IS DISTINCT FROM came.is_key
    ON CONFLICT (complaint_id) DO UPDATE SET about = excluded.about, is_key = excluded.is_key
    """  # noqa: S608 - pieces of our own
)
"""What came in since the last look, with two minutes before it: those that were being written just then.

Here and not at the door, where it would be paid by whoever waits for a receipt number.
"""
FORGET = Statement(
    f"""
    DELETE FROM heard WHERE complaint_id IN (
        SELECT complaint_id FROM heard WHERE complaint_id < (SELECT {_first_id(_COUNTED_SINCE)})
        ORDER BY complaint_id LIMIT :at_most
    )
    """  # noqa: S608 - pieces of our own
)
"""What is too old to be counted, and for every open incident to be joined to it."""
_MANY = "count(*) >= least(CAST(:propose_from AS bigint), :open_from, :customers_from)"
_MANY_KEYS = "count(*) FILTER (WHERE is_key) >= :key_accounts_from"
_COUNTED = f"received_at >= now() - {_WINDOW} AND area IS NOT NULL AND (by_category OR about <> 'COMPLAINT')"
_WHO = """
    count(*) AS complaints, count(DISTINCT complaint.customer_id) AS customers,
    count(DISTINCT complaint.customer_id) FILTER (WHERE is_key) AS key_accounts
"""
_IS_SETTLED = f"""
    EXISTS (
        SELECT FROM incident WHERE incident.about = loud.about AND incident.area = loud.area
        AND ((incident.state = 'OPEN' AND incident.severity = 'S1') OR ended_at >= now() - {_WINDOW})
    )
"""
_ACTIVE = """
    LEFT JOIN (SELECT about, area, incident_id, state, severity FROM incident
               WHERE state IN ('PROPOSED', 'OPEN')) AS active USING (about, area)
"""
CROWDS = Statement(
    f"""
    WITH spots AS MATERIALIZED (
        SELECT spot FROM heard WHERE {_COUNTED} GROUP BY spot HAVING {_MANY} OR {_MANY_KEYS}
    ), loud AS MATERIALIZED (
        SELECT about, area FROM heard JOIN spots USING (spot) WHERE {_COUNTED}
        GROUP BY about, area HAVING {_MANY} OR {_MANY_KEYS}
    ), crowd AS (
        SELECT about, heard.area, {_WHO}
        FROM (SELECT * FROM loud WHERE NOT {_IS_SETTLED}) AS unsettled JOIN heard USING (about, area)
        JOIN complaint USING (complaint_id)
        WHERE heard.received_at >= now() - {_WINDOW} GROUP BY about, heard.area
    )
    SELECT about, area, complaints, customers, key_accounts, active.incident_id, active.state, active.severity
    FROM crowd {_ACTIVE}
    """  # noqa: S608 - pieces of our own
)
"""Categories, or case types, and areas of which so many complained that they may be an incident.

Most are ruled out by counting few spots instead of many groups; who complained is looked at only where many did.
"""
CAUSES = Statement(
    f"""
    WITH loud AS MATERIALIZED (
        SELECT about, '*' AS area FROM heard WHERE by_category AND received_at >= now() - {_WINDOW}
        GROUP BY about HAVING count(*) >= CAST(:customers_from AS bigint) OR {_MANY_KEYS}
    ), crowd AS (
        SELECT about, '*' AS area, {_WHO}
        FROM (SELECT about FROM loud WHERE NOT {_IS_SETTLED}) AS unsettled JOIN heard USING (about)
        JOIN complaint USING (complaint_id)
        WHERE by_category AND heard.received_at >= now() - {_WINDOW} GROUP BY about
    )
    SELECT about, area, complaints, customers, key_accounts, active.incident_id, active.state, active.severity
    FROM crowd {_ACTIVE}
    WHERE customers >= :customers_from OR key_accounts >= :key_accounts_from
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
        SELECT heard.complaint_id, open.incident_id, open.severity AS of_incident
        FROM open JOIN heard USING (about)
        WHERE (heard.area = open.area OR open.area = '*') AND received_at >= since
    )
    SELECT complaint_id, incident_id, of_incident, severity, grade, severity_rule, repeat_index, risk_score
    FROM like_it JOIN complaint USING (complaint_id)
    WHERE resolved_at IS NULL AND NOT EXISTS (
        SELECT FROM incident_child
        WHERE incident_child.complaint_id = like_it.complaint_id AND severity <= of_incident
    )
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
