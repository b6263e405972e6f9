"""Makes two customers one, undoes it, and notes who is found to be no customer; each is told.

Keys are locked before subjects, as in accepting a contact, so that the two never wait for each other in a ring.
"""

from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from shared.bus.statement import Statement
from shared.bus.unit_of_work import Transaction, UnitOfWork
from shared.events.intake import ConsentChanged, CustomersMerged, MergeUndone
from shared.events.vocabulary import Duty, Grade
from shared.runtime.errors import ConflictError, NotFoundError

from .decide_grade import decide_grade
from .duties import finish, open_of_customer
from .may_merge import NoMerge, Party, may_merge, may_undo
from .policy import IntakePolicy
from .raise_grades import find_to_raise, raise_grades
from .zone_of_merged import give_back_zone, take_over_zone

_LOCK_KEYS = Statement(
    "SELECT key FROM customer_key WHERE customer_id = ANY (CAST(:customers AS uuid[])) ORDER BY key FOR UPDATE"
)
_PARTIES = Statement(
    """
    SELECT customer_id, external_id, merged_into FROM customer
    WHERE customer_id = ANY (CAST(:customers AS uuid[])) ORDER BY customer_id FOR UPDATE
    """
)
_GRADE = Statement("SELECT grade, protected FROM customer WHERE customer_id = :customer")
_MERGE = Statement(
    """
    WITH RECURSIVE person (customer_id) AS (
        SELECT * FROM unnest(ARRAY[CAST(:source AS uuid), CAST(:into AS uuid)])
        UNION
        SELECT from_id FROM customer_merge JOIN person ON into_id = person.customer_id WHERE undone_at IS NULL
    ), keys AS (
        UPDATE customer_key SET customer_id = :into WHERE customer_id = :source RETURNING key
    ), complaints AS (
        UPDATE complaint SET customer_id = :into WHERE customer_id = :source RETURNING complaint_id
    ), source AS (
        UPDATE customer SET merged_into = :into, updated_at = now() WHERE customer_id = :source
    ), set_aside AS (
        UPDATE customer SET marketing_consent = NULL, updated_at = now()
        WHERE customer_id = :into AND marketing_consent
          AND EXISTS (SELECT FROM person JOIN customer AS one USING (customer_id) WHERE one.marketing_consent = false)
        RETURNING customer_id
    )
    INSERT INTO customer_merge (merge_id, from_id, into_id, keys, complaints, by, merged_at, consent_set_aside)
    SELECT :merge, :source, :into, coalesce((SELECT array_agg(key ORDER BY key) FROM keys), '{}'),
           coalesce((SELECT array_agg(complaint_id ORDER BY complaint_id) FROM complaints), '{}'), :by, now(),
           EXISTS (SELECT FROM set_aside)
    RETURNING complaints
    """
)
"""OF-7: where one of them agreed to offers and another refused, the refusal holds until the person speaks again.

So the yes is set aside, and a new one is news that is told; undoing the merge gives the old one back.
"""
_MADE = Statement(
    """
    SELECT from_id, into_id, undone_at IS NOT NULL AS undone, complaints,
           (SELECT merged_into IS NOT NULL FROM customer WHERE customer_id = into_id) AS target_merged
    FROM customer_merge WHERE merge_id = :merge
    """
)
_UNDO = Statement(
    """
    WITH RECURSIVE stays (customer_id) AS (
        SELECT into_id FROM customer_merge WHERE merge_id = :merge
        UNION
        SELECT from_id FROM customer_merge JOIN stays ON into_id = stays.customer_id
        WHERE undone_at IS NULL AND merge_id <> :merge
    ), merge AS (
        UPDATE customer_merge SET undone_at = now() WHERE merge_id = :merge RETURNING *
    ), keys AS (
        UPDATE customer_key SET customer_id = merge.from_id FROM merge
        WHERE customer_key.customer_id = merge.into_id AND customer_key.key = ANY (merge.keys)
    ), complaints AS (
        UPDATE complaint SET customer_id = merge.from_id FROM merge
        WHERE complaint.customer_id = merge.into_id AND complaint.complaint_id = ANY (merge.complaints)
    ), before AS (
        SELECT customer_id, marketing_consent, consent_source, word_of_other,
               CASE WHEN word_of_other THEN own_consent ELSE marketing_consent END AS own_word
        FROM (SELECT *, consent_by IS NOT NULL AND consent_by NOT IN (SELECT customer_id FROM stays) AS word_of_other
              FROM customer) AS one
        WHERE customer_id = (SELECT into_id FROM customer_merge WHERE merge_id = :merge)
    ), after AS (
        SELECT customer_id, consent_source, word_of_other, marketing_consent AS was,
               CASE WHEN own_word IS NULL AND consent_set_aside AND NOT EXISTS (
                   SELECT FROM stays JOIN customer AS one USING (customer_id)
                   WHERE one.marketing_consent = false AND one.customer_id <> before.customer_id
               ) THEN true ELSE own_word END AS becomes
        FROM before, merge
    ), given_back AS (
        UPDATE customer SET marketing_consent = becomes, updated_at = now(),
            consent_by = CASE WHEN NOT word_of_other THEN consent_by END
        FROM after WHERE customer.customer_id = after.customer_id AND (word_of_other OR was IS DISTINCT FROM becomes)
    ), parted AS (
        UPDATE customer SET merged_into = NULL, updated_at = now() FROM merge WHERE customer_id = merge.from_id
    )
    SELECT becomes, consent_source FROM after
    WHERE word_of_other AND coalesce(was, false) <> coalesce(becomes, false)
    """
)
"""OF-7: what somebody said who is another one after all counts for them, and no more for who stays."""
_NO_CUSTOMER = Statement(
    """
    UPDATE customer SET not_a_customer = true, updated_at = now()
    WHERE customer_id = :customer AND external_id IS NULL RETURNING customer_id
    """
)
_TEXTS = {
    NoMerge.SAME: ("a customer cannot be merged with themselves", "不能与自身合并"),
    NoMerge.ALREADY_MERGED: ("one of them is merged already", "其中一方已被合并"),
    NoMerge.OTHER_IDS: (
        "both have ids in the operator's systems; say although_ids_differ if they are one all the same",
        "双方在业务系统中各有编号；确属同一客户时请注明 although_ids_differ",
    ),
    NoMerge.UNDONE: ("this merge is undone already", "该合并已撤销"),
    NoMerge.MERGED_SINCE: ("the customer was merged into another since", "该客户此后又被并入他人"),
}


async def merge_customers(
    work: UnitOfWork, source: UUID, into: UUID, by: str, policy: IntakePolicy, *, although_ids_differ: bool
) -> UUID:
    """Give keys and complaints of `source` to `into`; returns the id of the merge. Raises NotFoundError, ConflictError.

    Where `into` has the higher grade, what is open has it too (GRD).
    """
    async with work.begin() as tx:
        return await merge_within(tx, source, into, by, policy, although_ids_differ=although_ids_differ)


async def merge_within(
    tx: Transaction, source: UUID, into: UUID, by: str, policy: IntakePolicy, *, although_ids_differ: bool
) -> UUID:
    """The same within a transaction that has locked no subject yet; who was unknown is identified by it (GRD-U)."""
    parties = await _lock_rows(tx, source, into)
    _refuse(may_merge(parties[source], parties[into], although_ids_differ=although_ids_differ))
    [(told, protected)] = await tx.fetch(_GRADE, {"customer": into})
    grade = decide_grade(Grade(told) if told else None, protected=bool(protected), identified=True)
    to_raise = await find_to_raise(tx, {source: grade}, policy)
    waiting = await open_of_customer(tx, source)
    await tx.lock(map(str, {source, into, *to_raise, *waiting}))
    merge_id = uuid7()
    values: dict[str, Any] = {"source": source, "into": into, "merge": merge_id, "by": by}
    [(complaints,)] = await tx.fetch(_MERGE, values)
    await take_over_zone(tx, source, into)
    tx.publish(
        CustomersMerged(
            customer_id=into,
            merge_id=merge_id,
            merged_id=source,
            complaints=len(complaints),
            by=by,
            merged_at=tx.now,
        )
    )
    moved = {one: raised._replace(customer_id=into) for one, raised in to_raise.items()}
    await raise_grades(tx, moved, "MERGED", policy.version)
    await finish(tx, waiting, Duty.IDENTIFY_CUSTOMER, "IDENTIFIED", by)
    return merge_id


async def undo_merge(work: UnitOfWork, merge_id: UUID, by: str) -> None:
    """Give back what a merge took, as far as it is still there. Raises NotFoundError, ConflictError."""
    async with work.begin() as tx:
        made = await tx.fetch(_MADE, {"merge": merge_id})
        if not made:
            raise NotFoundError("this merge is not known", "没有这次合并")
        parties = await _lock_rows(tx, made[0]["from_id"], made[0]["into_id"])
        await tx.lock(map(str, parties))
        [now_made] = await tx.fetch(_MADE, {"merge": merge_id})
        _refuse(may_undo(undone=now_made["undone"], target_merged=now_made["target_merged"]))
        for agreed, source in await tx.fetch(_UNDO, {"merge": merge_id}):
            tx.publish(
                ConsentChanged(
                    customer_id=now_made["into_id"], marketing=bool(agreed), source=source, changed_at=tx.now
                )
            )
        await give_back_zone(tx, now_made["into_id"])
        tx.publish(
            MergeUndone(
                customer_id=now_made["into_id"],
                merge_id=merge_id,
                merged_id=now_made["from_id"],
                by=by,
                undone_at=tx.now,
            )
        )


async def note_no_customer(work: UnitOfWork, customer_id: UUID, by: str) -> None:
    """Note that this caller is no customer; they are served all the same (GRD-U). Raises NotFoundError, ConflictError."""
    async with work.begin() as tx:
        await tx.read_clock()
        if await tx.fetch(_NO_CUSTOMER, {"customer": customer_id}):
            waiting = await open_of_customer(tx, customer_id)
            if waiting:
                await tx.lock(map(str, waiting))
            await finish(tx, waiting, Duty.IDENTIFY_CUSTOMER, "NOT_A_CUSTOMER", by)
            return
        if await tx.fetch(_PARTIES, {"customers": [customer_id]}):
            raise ConflictError("the operator's systems know this customer", "业务系统中有该客户")
        raise NotFoundError("this customer is not known", "没有这个客户")


async def _lock_rows(tx: Transaction, *customers: UUID) -> dict[UUID, Party]:
    wanted = {"customers": list(customers)}
    await tx.fetch(_LOCK_KEYS, wanted)
    parties = {row[0]: Party(*row) for row in await tx.fetch(_PARTIES, wanted)}
    if parties.keys() != set(customers):
        raise NotFoundError("this customer is not known", "没有这个客户")
    return parties


def _refuse(reason: NoMerge | None) -> None:
    if reason is not None:
        raise ConflictError(*_TEXTS[reason])
