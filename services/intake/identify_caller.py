"""Finds out later who an unknown caller was: a customer who is known, or one who is known by this from now on."""

from typing import Any
from uuid import UUID

from shared.bus.statement import Statement
from shared.bus.unit_of_work import UnitOfWork
from shared.events.vocabulary import Duty, Grade
from shared.runtime.errors import ConflictError, NotFoundError

from .decide_grade import decide_grade
from .duties import finish, open_of_customer
from .identify_customer import CustomerKeys
from .merge_customers import merge_within
from .policy import IntakePolicy
from .raise_grades import find_to_raise, raise_grades

_CALLER = Statement(
    """
    SELECT customer_id, grade, protected,
           EXISTS (SELECT FROM customer_key WHERE customer_key.customer_id = customer.customer_id)
           OR merged_into IS NOT NULL AS known
    FROM customer WHERE customer_id = (SELECT customer_id FROM complaint WHERE complaint_id = :complaint)
    FOR UPDATE
    """
)
_CLAIM = Statement(
    """
    INSERT INTO customer_key (key, customer_id)
    SELECT key, :customer FROM unnest(CAST(:keys AS text[])) AS given (key) ORDER BY key
    ON CONFLICT (key) DO UPDATE SET key = excluded.key RETURNING key, customer_id
    """
)
_KEEP = Statement(
    """
    UPDATE customer SET external_id = coalesce(:external_id, external_id), phone = coalesce(:phone, phone),
        email = coalesce(:email, email), not_a_customer = false, updated_at = now()
    WHERE customer_id = :customer
    """
)


async def identify_caller(
    work: UnitOfWork, complaint_id: UUID, keys: CustomerKeys, by: str, policy: IntakePolicy
) -> UUID:
    """GRD-U: the customer to whom the complaint belongs now. Raises NotFoundError, ConflictError."""
    async with work.begin() as tx:
        found = await tx.fetch(_CALLER, {"complaint": complaint_id})
        if not found:
            raise NotFoundError("this complaint is not known", "没有这个投诉")
        caller, grade, protected, known = found[0]
        if known:
            raise ConflictError(
                "its customer is identified; customers can be merged", "该投诉的客户已确认，可使用客户合并"
            )
        await tx.read_clock()
        claimed = dict(await tx.fetch(_CLAIM, {"customer": caller, "keys": list(keys.all)}))
        holder = next((claimed[key] for key in keys.all if claimed[key] != caller), None)
        if holder is not None:
            await merge_within(tx, caller, holder, by, policy, although_ids_differ=False)
            return UUID(str(holder))
        now = decide_grade(Grade(grade) if grade else None, protected=bool(protected), identified=True)
        to_raise = await find_to_raise(tx, {caller: now}, policy)
        waiting = await open_of_customer(tx, caller)
        await tx.lock(map(str, {*to_raise, *waiting}))
        await tx.fetch(_KEEP, {"customer": caller} | _facts(keys))
        await raise_grades(tx, to_raise, "IDENTIFIED", policy.version)
        await finish(tx, waiting, Duty.IDENTIFY_CUSTOMER, "IDENTIFIED", by)
    return UUID(str(caller))


def _facts(keys: CustomerKeys) -> dict[str, Any]:
    told = dict(key.split(":", 1) for key in keys.all)
    return {"external_id": told.get("external"), "phone": told.get("phone"), "email": told.get("email")}
