"""The doors of routing for the people who run it: rules of their own, tried out, activated, taken back, explained."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Body, Path, Query

from shared.bus.statement import Statement
from shared.runtime.dependencies import Work
from shared.runtime.errors import NotFoundError, UnprocessableError
from shared.runtime.service import service_router

from .at_desk import AtDesk
from .dry_run import dry_run
from .read_condition import FUNCTIONS
from .rule_book import compiled, read_list
from .rule_fields import FIELDS
from .rule_forms import MOST_RULES, ActivationBody, DryRunBody, RulesBody

router = service_router("routing", tags=["rules"])

Version = Annotated[int, Path(ge=1, le=2**31 - 1)]
Limit = Annotated[int, Query(ge=1, le=500, description="how many at most")]

_VERSIONS = Statement(
    """
    SELECT version, jsonb_array_length(rules) AS rules, note, saved_by, saved_at FROM rule_list
    ORDER BY version DESC LIMIT :limit
    """
)
_ACTIVATIONS = Statement(
    """
    SELECT version, activated_by, activated_at AS active_from,
        lead(activated_at) OVER (ORDER BY revision) AS active_until
    FROM rule_activation ORDER BY revision DESC LIMIT :limit
    """
)
_WHY = Statement(
    """
    SELECT complaint.rule, complaint.reason, complaint.policy_version, complaint.staff_version,
        complaint.handler_reason, complaint.base_priority, decision.facts, decision.version,
        decision.desk,
        decision.rule AS routing_rule, complaint.urgency,
        (SELECT entry FROM rule_list, jsonb_array_elements(rules) AS entry
         WHERE rule_list.version = decision.version AND entry ->> 'id' = decision.rule) AS entry,
        coalesce((SELECT jsonb_agg(jsonb_build_object('at', weighed_at, 'because', raised_by, 'severity', again.severity,
                'grade', again.grade, 'version', rules_version, 'key_account_desk', again.desk, 'rule',
                (SELECT entry FROM rule_list, jsonb_array_elements(rules) AS entry
                 WHERE rule_list.version = rules_version AND entry ->> 'id' = again.rule)) ORDER BY reweighing_id)
            FROM reweighing again WHERE again.complaint_id = complaint.complaint_id), '[]') AS asked_again
    FROM complaint LEFT JOIN rule_decision decision USING (complaint_id) WHERE complaint_id = :complaint_id
    """
)


@router.get("/rules/fields", summary="What a condition may ask")
async def list_fields() -> dict[str, Any]:
    """Every field with its kind, its meaning in both languages, and its values where they are few."""
    fields = [
        {
            "name": name,
            "kind": field.kind,
            "meaning": {"zh-CN": field.chinese, "en": field.english},
            "values": list(field.choices) or None,
        }
        for name, field in FIELDS.items()
    ]
    return {"fields": fields, "functions": list(FUNCTIONS), "most_rules": MOST_RULES}


@router.get("/rules", summary="Every saved version of the rules, the newest first")
async def list_versions(work: Work, desk: AtDesk, limit: Limit = 100) -> dict[str, Any]:
    """`active` is the version that decides; null while there is none."""
    await desk.rules.refresh(work)
    items = [dict(row) for row in await work.fetch(_VERSIONS, {"limit": limit})]
    return {"active": desk.rules.active.version, "items": items}


@router.post("/rules", summary="Save a list of rules as a new version")
async def post_rules(work: Work, desk: AtDesk, body: Annotated[RulesBody, Body()]) -> dict[str, Any]:
    """In their order: the first whose condition is true applies. Conditions are refused with the position of what
    cannot be understood. The version decides nothing before it is activated.
    """
    for field in body.unknown_departments(desk.directory):
        raise UnprocessableError("is no department", "不是部门编号", field=field)
    return {"version": await desk.rules.save(work, body.stored(), body.note, body.by)}


@router.get("/rules/activations", summary="Which version decided from when until when")
async def list_activations(work: Work, limit: Limit = 100) -> dict[str, Any]:
    """The newest first; `active_until` is null for the one that decides now."""
    return {"items": [dict(row) for row in await work.fetch(_ACTIVATIONS, {"limit": limit})]}


@router.get("/rules/{version}", summary="One version of the rules")
async def show_version(version: Version, work: Work) -> dict[str, Any]:
    """As it was saved; a saved version never changes."""
    return await read_list(work, version)


@router.post("/rules/{version}/dry-run", summary="What it would do to the newest complaints")
async def post_dry_run(
    version: Version, work: Work, desk: AtDesk, body: Annotated[DryRunBody, Body()]
) -> dict[str, Any]:
    """How many complaints each rule would get, and which would go another way than by the active version."""
    stored = await read_list(work, version)
    await desk.rules.refresh(work)
    return await dry_run(work, compiled(version, stored["rules"]), desk.rules.active, body.last)


@router.post("/rules/{version}/activation", summary="Let this version decide")
async def post_activation(
    version: Version, work: Work, desk: AtDesk, body: Annotated[ActivationBody, Body()]
) -> dict[str, Any]:
    """For complaints heard of from now on; every process knows it within a second. 409 if `instead_of` is not active
    any more.
    """
    await desk.rules.activate(work, version, body.instead_of, body.by)
    return {"active": version}


@router.post("/rules/rollback", summary="Let the version decide that was active before")
async def post_rollback(work: Work, desk: AtDesk, body: Annotated[ActivationBody, Body()]) -> dict[str, Any]:
    """`active` is null if there was none before: then no rule applies."""
    return {"active": await desk.rules.roll_back(work, body.instead_of, body.by)}


@router.get("/complaints/{complaint_id}/why", summary="Why is it here?")
async def show_why(complaint_id: UUID, work: Work) -> dict[str, Any]:
    """By which rule of ownership somebody answers, and which routing rule applied: version, condition, action, and the
    values of all fields as they were then. `fields` is null for complaints heard of before they were kept. `asked_again`:
    what the rules said when it had become more severe, or of a higher grade.
    """
    rows = await work.fetch(_WHY, {"complaint_id": complaint_id})
    if not rows:
        raise NotFoundError("routing knows no such complaint", "没有此投诉")
    row = rows[0]
    owned = ("rule", "reason", "policy_version", "staff_version")
    return {
        "owner": {name: row[name] for name in owned},
        "handler": {"reason": row["handler_reason"]},
        "key_account_desk": row["desk"],
        "priority": row["base_priority"],
        "urgency": row["urgency"],
        "rules": {"version": row["version"], "rule": row["entry"]},
        "fields": row["facts"],
        "asked_again": row["asked_again"],
    }
