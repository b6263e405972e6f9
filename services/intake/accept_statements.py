"""The SQL of accepting: a batch of contacts takes the same few statements, however many they are.

Rows come as one JSON array each, which costs the driver least, in a fixed order (contact keys, customer keys,
customer ids), so that two batches that share rows wait for each other in a line and never in a ring. Tables are
joined row by row: a plan made while a table was small would otherwise read all of it for ever.
"""

from shared.bus.statement import Statement
from shared.bus.unit_of_work import LateWrites

CLAIM = Statement(
    """
    WITH claimed AS (
        INSERT INTO contact (contact_id, complaint_id, channel, provider, contact_key, received_at,
                             occurred_at, text, origin, origin_e164, origin_kind, sent_to, started_at)
        SELECT contact_id, complaint_id, channel, provider, contact_key, now(),
               least(coalesce(occurred_at, now()), now()), text, origin, origin_e164, origin_kind, sent_to,
               started_at
        FROM json_to_recordset(CAST(CAST(:contacts AS text) AS json))
             AS given (contact_id uuid, complaint_id uuid, channel text, provider text, contact_key text,
                       occurred_at timestamptz, text text, origin text, origin_e164 text, origin_kind text,
                       sent_to text, started_at timestamptz)
        ON CONFLICT (channel, provider, contact_key) DO NOTHING
        RETURNING contact_id, serial
    ), locked AS (
        INSERT INTO customer_key (key, customer_id)
        SELECT DISTINCT ON (given.key) given.key, given.contact_id
        FROM json_to_recordset(CAST(CAST(:keys AS text) AS json)) AS given (contact_id uuid, key text)
        JOIN claimed USING (contact_id)
        ORDER BY given.key, given.contact_id
        ON CONFLICT (key) DO UPDATE SET key = excluded.key
        RETURNING key, customer_id
    )
    SELECT now(), contact_id AS id, serial, CAST(NULL AS text) AS key, false AS has_external_id FROM claimed
    UNION ALL
    SELECT now(), customer_id, 0, key,
           coalesce((SELECT external_id IS NOT NULL FROM customer
                     WHERE customer.customer_id = locked.customer_id), true)
    FROM locked
    """
)
"""Takes the contacts nobody has taken before, and locks or makes the keys of their customers.

A new customer gets the id of the contact that made them known. A customer that this statement cannot see yet
counts as one with an external id, and so is never merged with another.
"""

FIND_KNOWN = Statement(
    """
    SELECT given.channel, given.provider, given.contact_key, taken.complaint_id, taken.receipt_number,
           taken.tracking_code
    FROM json_to_recordset(CAST(CAST(:contacts AS text) AS json))
         AS given (channel text, provider text, contact_key text)
    CROSS JOIN LATERAL (
        SELECT complaint.complaint_id, receipt_number, tracking_code
        FROM contact JOIN complaint USING (complaint_id)
        WHERE contact.channel = given.channel AND contact.provider = given.provider
          AND contact.contact_key = given.contact_key
        LIMIT 1
    ) AS taken
    """
)
"""What became of contacts that had been taken before."""

LOOK_BACK = Statement(
    """
    SELECT wanted.customer_id, known.*, counted.*, earlier.*
    FROM unnest(CAST(:customers AS uuid[])) AS wanted (customer_id)
    CROSS JOIN LATERAL (
        SELECT external_id, name, phone, email, grade, language, protected, marketing_consent, monthly_fee,
               preferred_channel, coalesce(zone, zone_from_merge) AS zone
        FROM customer WHERE customer.customer_id = wanted.customer_id LIMIT 1
    ) AS known
    CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE is_recent) AS recent,
               count(*) FILTER (WHERE is_recent AND finding = 'NOT_UPHELD') AS groundless,
               count(*) FILTER (WHERE is_open_online) AS open_online,
               (array_agg(complaint_id ORDER BY complaint_id) FILTER (WHERE is_open_online))[1] AS oldest_open,
               (array_agg(complaint_id ORDER BY complaint_id DESC))[1] AS newest
        FROM (
            SELECT complaint_id, finding, received_at >= now() - make_interval(secs => :period) AS is_recent,
                   resolved_at IS NULL AND channel = 'web' AS is_open_online
            FROM complaint WHERE complaint.customer_id = wanted.customer_id
            ORDER BY complaint_id DESC LIMIT :counted
        ) AS newest
    ) AS counted
    LEFT JOIN LATERAL (
        SELECT complaint.complaint_id, repeat_index + complaint.round - 1 AS repeat_index, resolved_at,
               status IN ('CLOSED', 'REJECTED', 'CANCELLED') AS final, case_type, category, severity,
               (SELECT count(*) FROM promise WHERE promise.complaint_id = complaint.complaint_id
                AND state IN ('BROKEN', 'KEPT_LATE')) AS broken_promises,
               receipt_number, tracking_code, left(contact.text, :text_length) AS text
        FROM complaint JOIN contact ON contact.contact_id = complaint.first_contact_id
        WHERE complaint.customer_id = wanted.customer_id
          AND (resolved_at IS NULL OR resolved_at >= now() - make_interval(secs => :within))
        ORDER BY complaint.complaint_id DESC LIMIT :compared
    ) AS earlier ON true
    """
)
"""What is known of these customers, how much they complained, and their newest complaints that may be repeated."""

ATTACH = Statement(
    """
    WITH attached AS (
        SELECT * FROM json_to_recordset(CAST(CAST(:attached AS text) AS json))
            AS given (contact_id uuid, complaint_id uuid, sequence integer, rule text, channel text)
    ), moved AS (
        UPDATE contact SET complaint_id = attached.complaint_id
        FROM attached WHERE contact.contact_id = attached.contact_id
    ), noted AS (
        INSERT INTO history (complaint_id, publisher, sequence, at, what, detail)
        SELECT complaint_id, 'intake', sequence, now(), 'contact_attached', channel || ' ' || rule FROM attached
    )
    UPDATE complaint SET contact_count = contact_count + more.contacts
    FROM (SELECT complaint_id, count(*) AS contacts FROM attached GROUP BY complaint_id) AS more
    WHERE complaint.complaint_id = more.complaint_id
    """
)
"""Gives contacts to the complaints they belong to, and writes that into their history."""

MOVE_KEYS = Statement(
    """
    UPDATE customer_key SET customer_id = given.customer_id
    FROM unnest(CAST(:keys AS text[]), CAST(:customers AS uuid[])) AS given (key, customer_id)
    WHERE customer_key.key = given.key
    """
)
"""Gives keys to the customers they turned out to belong to."""

_CUSTOMERS_AND_COMPLAINTS = """
    customers AS (
        INSERT INTO customer (customer_id, external_id, name, phone, email, grade, language, protected,
                              marketing_consent, monthly_fee, created_at, updated_at)
        SELECT given.*, now(), now()
        FROM json_to_recordset(CAST(CAST(:customers AS text) AS json))
             AS given (customer_id uuid, external_id text, name text, phone text, email text, grade text,
                       language text, protected boolean, marketing_consent boolean, monthly_fee numeric)
        ON CONFLICT (customer_id) DO UPDATE SET
            external_id = coalesce(excluded.external_id, customer.external_id),
            name = coalesce(excluded.name, customer.name),
            phone = coalesce(excluded.phone, customer.phone),
            email = coalesce(excluded.email, customer.email),
            grade = coalesce(excluded.grade, customer.grade),
            language = coalesce(excluded.language, customer.language),
            protected = coalesce(excluded.protected, customer.protected),
            marketing_consent = coalesce(excluded.marketing_consent, customer.marketing_consent),
            consent_by = CASE WHEN excluded.marketing_consent IS NULL THEN customer.consent_by END,
            monthly_fee = coalesce(excluded.monthly_fee, customer.monthly_fee),
            updated_at = now()
    ),
    complaints AS (
    INSERT INTO complaint (complaint_id, first_contact_id, receipt_number, tracking_code, channel,
                           customer_id, grade, severity, severity_rule, case_type, category, language,
                           occurred_at, taken_by, repeat_of, repeat_index, abusive, amount_in_dispute,
                           kind, tags, risk_score, risk_reasons, priority, priority_class,
                           serving_department, is_fault, conflict_of_interest, accused_staff, passed_on_by,
                           area, demand, desired_remedy, motives, on_behalf_of, repeat_rule, tells_of_trouble,
                           came_by, received_at, policy_version)
    SELECT given.*, now(), :policy_version
    FROM json_to_recordset(CAST(CAST(:complaints AS text) AS json))
         AS given (complaint_id uuid, first_contact_id uuid, receipt_number text, tracking_code text,
                   channel text, customer_id uuid, grade text, severity text, severity_rule text,
                   case_type text, category text, language text, occurred_at timestamptz, taken_by text,
                   repeat_of uuid, repeat_index integer, abusive boolean, amount_in_dispute numeric,
                   kind text, tags text[], risk_score smallint, risk_reasons text[], priority numeric,
                   priority_class text, serving_department text, is_fault boolean,
                   conflict_of_interest boolean, accused_staff text, passed_on_by text, area text,
                   demand text, desired_remedy text, motives text[], on_behalf_of jsonb, repeat_rule text,
                   tells_of_trouble boolean, came_by text))
    """

WRITE = LateWrites(_CUSTOMERS_AND_COMPLAINTS)
"""Stores new and changed customers and the complaints."""
