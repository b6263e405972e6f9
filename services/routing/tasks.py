"""One transaction each: a part of a complaint is asked of a department, delivered, refused, or released."""

from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from shared.bus.statement import Statement
from shared.bus.unit_of_work import Transaction, UnitOfWork
from shared.events.routing import (
    LeadDepartmentNamed,
    TaskAsked,
    TaskDone,
    TaskRefused,
    TaskReleased,
)
from shared.events.vocabulary import AnswerField
from shared.runtime.timers import Timer, arm, disarm

from .answer_time import task_due
from .case import Case, load_case, must_answer_for
from .desk import Desk
from .directory import Member
from .judge_transfer import Objection
from .next_state import Action, next_state
from .settle_task import (
    Speaker,
    TaskObjection,
    TaskState,
    TaskWord,
    ask_objection,
    task_objection,
)
from .transfer_case import TransferRefusedError

TASK_DUE = "task_due"
_ADD = Statement(
    """
    WITH led AS (
        UPDATE complaint SET lead_department = :lead
        WHERE complaint_id = :complaint_id AND lead_department IS NULL)
    INSERT INTO task (task_id, complaint_id, round, department, text, state, asked_by, asked_at, due_at, policy_version)
    VALUES (:task_id, :complaint_id, :round, :department, :text, 'OPEN', :by, now(), :due_at, :policy_version)
    """
)
_LOAD = Statement(
    "SELECT task_id, department, state, due_at FROM task WHERE complaint_id = :complaint_id AND task_id = :task_id"
)
_REFUSE = Statement(
    """
    UPDATE task SET state = 'REFUSED', refusal = :text, refused_by = :by, refused_at = now() WHERE task_id = :task_id
    """
)
_SETTLE = Statement(
    """
    UPDATE task SET state = :state, result = :text, settled_by = :by, settled_at = now() WHERE task_id = :task_id
    """
)
_LEAD = Statement("UPDATE complaint SET lead_department = :department WHERE complaint_id = :complaint_id")


class NoSuchTaskError(Exception):
    """This complaint has no such task."""


class TaskRefusedError(Exception):
    """It cannot be asked, or said about it; `who` could."""

    def __init__(self, objection: TaskObjection, who: str = "") -> None:
        super().__init__(objection, who)
        self.objection, self.who = objection, who


async def ask(
    work: UnitOfWork, desk: Desk, complaint_id: UUID, *, department: str, text: str, by: str
) -> UUID:
    """Ask a department for its part (FC-16). Raises NoSuchCaseError, NotYoursError, NotPossibleError, TaskRefusedError."""
    async with work.begin(str(complaint_id)) as tx:
        case = await load_case(tx, complaint_id)
        must_answer_for(case, by)
        next_state(case.state, Action.ASK)
        lead = case.lead_department or _department_of(desk, case)
        if objection := ask_objection(department, lead):
            raise TaskRefusedError(objection, lead)
        field = AnswerField.OTHER_DEPARTMENT
        due = task_due(field, tx.now, case.due_at, desk.policy.answer_time, desk.policy.hours)
        task_id = uuid7()
        values = {
            "task_id": task_id,
            "complaint_id": complaint_id,
            "round": case.round,
            "department": department,
            "lead": lead,
            "text": text,
            "by": by,
            "due_at": due,
            "policy_version": desk.policy.version,
        }
        await tx.fetch(_ADD, values)
        await arm(tx, [Timer(task_id, TASK_DUE, str(complaint_id), due)])
        manager = desk.directory.lead_of_department(department)
        tx.publish(
            TaskAsked(
                **about(complaint_id, task_id, department),
                lead_department=lead,
                by=by,
                asked_at=tx.now,
                due_at=due,
                **reach(desk, manager, complaint_id),
            )
        )
    return task_id


async def say(
    work: UnitOfWork, desk: Desk, complaint_id: UUID, task_id: UUID, word: TaskWord, *, by: Member, text: str
) -> None:
    """Deliver, refuse or release it. Raises NoSuchCaseError, NoSuchTaskError, TaskRefusedError."""
    async with work.begin(str(complaint_id)) as tx:
        case = await load_case(tx, complaint_id)
        rows = await tx.fetch(_LOAD, {"complaint_id": complaint_id, "task_id": task_id})
        if not rows:
            raise NoSuchTaskError
        task = rows[0]
        manager = desk.directory.lead_of_department(task["department"])
        speaker = Speaker(
            of_department=by.department == task["department"],
            manages=by.id == manager.id,
            asked_for=by.id in (case.owner_id, case.handler_id),
            accused=by.id == case.accused_staff,
        )
        if objection := task_objection(word, TaskState(task["state"]), speaker):
            raise TaskRefusedError(objection, manager.id)
        await _said(desk, tx, case, dict(task) | {"by": by.id, "text": text}, word)


async def _said(desk: Desk, tx: Transaction, case: Case, task: dict[str, Any], word: TaskWord) -> None:
    task_of = about(case.complaint_id, task["task_id"], task["department"])
    by = task["by"]
    values = {name: task[name] for name in ("task_id", "by", "text")}
    if word is TaskWord.REFUSE:
        await tx.fetch(_REFUSE, values)
        manager = desk.directory.lead_of_department(task["department"])
        tx.publish(
            TaskRefused(**task_of, by=by, refused_at=tx.now, **reach(desk, manager, case.complaint_id))
        )
        return
    done = word is TaskWord.DELIVER
    await tx.fetch(_SETTLE, values | {"state": TaskState.DONE if done else TaskState.RELEASED})
    await disarm(tx, [task["task_id"]])
    if done:
        tx.publish(TaskDone(**task_of, by=by, done_at=tx.now, late=tx.now > task["due_at"]))
    else:
        tx.publish(TaskReleased(**task_of, by=by, released_at=tx.now))


async def name_lead(work: UnitOfWork, desk: Desk, complaint_id: UUID, department: str, by: str) -> None:
    """A coordinator says which department leads (FC-11). Raises NoSuchCaseError, NotPossibleError, TransferRefusedError."""
    async with work.begin(str(complaint_id)) as tx:
        case = await load_case(tx, complaint_id)
        next_state(case.state, Action.ASK)
        coordinators = [member.id for member in desk.directory.coordinators()]
        if by not in coordinators:
            raise TransferRefusedError(Objection.NEEDS_COORDINATOR, coordinators)
        await tx.fetch(_LEAD, {"complaint_id": complaint_id, "department": department})
        tx.publish(
            LeadDepartmentNamed(complaint_id=complaint_id, department=department, by=by, named_at=tx.now)
        )


def _department_of(desk: Desk, case: Case) -> str:
    """The department of whoever works on it leads, until a coordinator says otherwise."""
    handler = desk.directory.member(case.handler_id) or desk.directory.member(case.owner_id)
    return handler.department if handler else desk.directory.duty_desk


def about(complaint_id: UUID, task_id: Any, department: str) -> dict[str, Any]:
    """What every event about a task says."""
    return {"complaint_id": complaint_id, "task_id": task_id, "department": department}


def reach(desk: Desk, manager: Member, complaint_id: UUID) -> dict[str, Any]:
    """Who manages a department and where they are reached: fields of an event."""
    return {
        "manager_id": manager.id,
        "manager_channel": manager.channel,
        "manager_reply_to": desk.sealed_address(manager, complaint_id),
    }
