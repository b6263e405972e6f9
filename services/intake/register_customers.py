"""Enters or changes many customers of the operator's systems in one transaction of a few statements."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from pydantic_core import to_json
from uuid_utils.compat import uuid7

from shared.bus.statement import Statement
from shared.bus.unit_of_work import UnitOfWork
from shared.events.vocabulary import Grade

from .contact_store import move_keys
from .customer_records import CustomerRecord
from .decide_grade import Standing, decide_grade, registered_grade
from .identify_customer import CustomerKeys, KnownKeys
from .policy import GradePolicy, IntakePolicy
from .raise_grades import find_to_raise, raise_grades

_CLAIM = Statement(
    """
    WITH locked AS (
        INSERT INTO customer_key (key, customer_id)
        SELECT DISTINCT ON (key) key, customer_id
        FROM unnest(CAST(:keys AS text[]), CAST(:newcomers AS uuid[])) AS given (key, customer_id)
        ORDER BY key, customer_id
        ON CONFLICT (key) DO UPDATE SET key = excluded.key
        RETURNING key, customer_id
    )
    SELECT key, customer_id, coalesce(known.registered, true), grade, protected
    FROM locked LEFT JOIN LATERAL (
        SELECT external_id IS NOT NULL AS registered, grade, protected FROM customer
        WHERE customer.customer_id = locked.customer_id LIMIT 1
    ) AS known ON true
    """
)
_WRITE = Statement(
    """
    INSERT INTO customer (customer_id, external_id, name, phone, email, grade, star, value_rank, protected,
                          language, preferred_channel, key_account_manager, monthly_fee, segment, sla_contract,
                          zone, created_at, updated_at, registered_at)
    SELECT given.*, now(), now(), now()
    FROM json_to_recordset(CAST(CAST(:customers AS text) AS json))
         AS given (customer_id uuid, external_id text, name text, phone text, email text, grade text,
                   star smallint, value_rank numeric, protected boolean, language text,
                   preferred_channel text, key_account_manager text, monthly_fee numeric, segment text,
                   sla_contract boolean, zone text)
    ON CONFLICT (customer_id) DO UPDATE SET
        external_id = excluded.external_id,
        name = coalesce(excluded.name, customer.name),
        phone = coalesce(excluded.phone, customer.phone),
        email = coalesce(excluded.email, customer.email),
        grade = coalesce(excluded.grade, customer.grade),
        star = coalesce(excluded.star, customer.star),
        value_rank = coalesce(excluded.value_rank, customer.value_rank),
        protected = coalesce(excluded.protected, customer.protected),
        language = coalesce(excluded.language, customer.language),
        preferred_channel = coalesce(excluded.preferred_channel, customer.preferred_channel),
        key_account_manager = coalesce(excluded.key_account_manager, customer.key_account_manager),
        monthly_fee = coalesce(excluded.monthly_fee, customer.monthly_fee),
        segment = coalesce(excluded.segment, customer.segment),
        sla_contract = coalesce(excluded.sla_contract, customer.sla_contract),
        zone = coalesce(excluded.zone, customer.zone),
        not_a_customer = false, updated_at = now(), registered_at = now()
    """
)
_KEPT = ("external_id", "name", "star", "value_rank", "protected", "language", "preferred_channel")
_KEPT_TOO = ("key_account_manager", "monthly_fee", "segment", "sla_contract", "zone")


_Had = tuple[Grade | None, bool | None]
_NOTHING: _Had = (None, None)


class Registered(NamedTuple):
    """How many records were new customers, and how many changed one that was known by one of their keys."""

    new: int
    known: int


async def register_customers(
    work: UnitOfWork, records: Sequence[tuple[CustomerRecord, tuple[str, ...]]], policy: IntakePolicy
) -> Registered:
    """Store these records, each with its keys; a caller known only by phone or e-mail becomes that customer.

    Who has a higher grade now has it for their open complaints too (GRD).
    """
    newcomers = [uuid7() for _ in records]
    pairs = [(key, newcomers[n]) for n, (_record, keys) in enumerate(records) for key in keys]
    async with work.begin() as tx:
        rows = await tx.fetch(
            _CLAIM, {"keys": [key for key, _ in pairs], "newcomers": [customer for _, customer in pairs]}
        )
        fresh = set(newcomers)
        known = KnownKeys(
            {row[0]: row[1] for row in rows},
            {row[1] for row in rows if row[2] and row[1] not in fresh},
        )
        found = [
            known.identify(CustomerKeys(keys[0], keys[1:]), newcomer)
            for (_record, keys), newcomer in zip(records, newcomers, strict=True)
        ]
        await move_keys(tx, known.moved)
        had = {holder: (Grade(grade) if grade else None, shielded) for _, holder, _, grade, shielded in rows}
        stored = [
            {"customer_id": customer} | _row(record, keys, policy.grade, had.get(customer, _NOTHING)[0])
            for customer, (record, keys) in zip(found, records, strict=True)
        ]
        stored.sort(key=lambda row: row["customer_id"])
        to_raise = await find_to_raise(tx, _grades(stored, had), policy)
        if to_raise:
            await tx.lock(str(complaint) for complaint in to_raise)
        await tx.fetch(_WRITE, {"customers": to_json(stored, exclude_none=True).decode()})
        await raise_grades(tx, to_raise, "REGISTRY", policy.version)
    new = sum(customer in fresh for customer in found)
    return Registered(new, len(found) - new)


def _grades(stored: Iterable[Mapping[str, Any]], known: Mapping[UUID, _Had]) -> dict[UUID, Grade]:
    """The grade from now on of each customer who was known before and of whom a record tells one."""
    grades = {}
    for row in stored:
        told, protected = row["grade"], row["protected"]
        if (told or protected) and row["customer_id"] in known:
            had, was_protected = known[row["customer_id"]]
            grade = told or had
            shielded = was_protected if protected is None else protected
            grades[row["customer_id"]] = decide_grade(grade, protected=bool(shielded), identified=True)
    return grades


def _row(
    record: CustomerRecord, keys: Sequence[str], policy: GradePolicy, had: Grade | None
) -> dict[str, Any]:
    row = {name: getattr(record, name) for name in (*_KEPT, *_KEPT_TOO)}
    row["phone"] = next((key[6:] for key in keys if key.startswith("phone:")), None)
    row["email"] = next((key[6:] for key in keys if key.startswith("email:")), None)
    standing = Standing(record.star, record.value_rank, record.segment, record.sla_contract)
    row["grade"] = registered_grade(record.grade, standing, policy, had)
    return row
