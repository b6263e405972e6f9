"""Feedback through its doors: events in, the link, the answer, events out."""

import asyncio
from datetime import timedelta
from unittest.mock import patch
from uuid import UUID, uuid4

import pytest
from prometheus_client import REGISTRY

from services.feedback.metrics import STATES, sample
from shared.bus.unit_of_work import UnitOfWork
from shared.events.feedback import SatisfactionAnswered, SatisfactionAsked, SatisfactionUnanswered
from tests.builders import closed, complaint_received, reopened, resolved
from tests.service_under_test import SEALER, ServiceUnderTest, StartService

TWO_HOURS, THREE_DAYS = timedelta(hours=2), timedelta(hours=72)
SATISFIED = {"solved": True, "score": 5, "impression": 4}


@pytest.fixture
async def feedback(start_service: StartService) -> ServiceUnderTest:
    return await start_service("feedback")


async def asked_about(feedback: ServiceUnderTest, complaint_id: UUID, wait: timedelta = TWO_HOURS) -> str:
    """Let a complaint be received, resolved and asked about; returns the path of the answer."""
    await feedback.hears(complaint_received(complaint_id), resolved(complaint_id))
    await feedback.let_pass(wait, complaint_id)
    return await answer_path(feedback, complaint_id)


async def answer_path(feedback: ServiceUnderTest, complaint_id: UUID) -> str:
    asked = [e for e in await feedback.said(SatisfactionAsked) if e.complaint_id == complaint_id]
    return SEALER.open(asked[-1].answer_path, str(complaint_id))


async def test_fu_2_a_customer_is_asked_two_hours_after_the_resolution(feedback: ServiceUnderTest) -> None:
    complaint_id = uuid4()
    await feedback.hears(complaint_received(complaint_id), resolved(complaint_id))
    await feedback.let_pass(timedelta(minutes=119))
    assert await feedback.said(SatisfactionAsked) == []
    await feedback.let_pass(timedelta(minutes=2))
    [asked] = await feedback.said(SatisfactionAsked)
    assert (asked.complaint_id, asked.round) == (complaint_id, 1)


async def test_fu_2_the_time_before_asking_is_policy(start_service: StartService) -> None:
    feedback = await start_service("feedback", "[feedback]\nversion='t'\n[feedback.question]\nask_after=60")
    complaint_id = uuid4()
    await feedback.hears(complaint_received(complaint_id), resolved(complaint_id))
    await feedback.let_pass(timedelta(minutes=2))
    assert len(await feedback.said(SatisfactionAsked)) == 1


async def test_an_answer_by_link_is_told_with_its_judgement(feedback: ServiceUnderTest) -> None:
    complaint_id = uuid4()
    path = await asked_about(feedback, complaint_id)
    answer = await feedback.client.post(path, json=SATISFIED)
    assert answer.status_code == 200, answer.text
    [told] = await feedback.said(SatisfactionAnswered)
    assert (told.solved, told.score, told.satisfied, told.dissatisfied) == (True, 5, True, False)


async def test_the_same_answer_twice_is_told_once(feedback: ServiceUnderTest) -> None:
    path = await asked_about(feedback, uuid4())
    answers = [await feedback.client.post(path, json=SATISFIED) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert len(await feedback.said(SatisfactionAnswered)) == 1


async def test_another_answer_to_an_answered_question_is_refused(feedback: ServiceUnderTest) -> None:
    path = await asked_about(feedback, uuid4())
    await feedback.client.post(path, json=SATISFIED)
    changed = await feedback.client.post(path, json=SATISFIED | {"score": 1})
    assert changed.status_code == 409
    assert changed.headers["content-type"] == "application/problem+json"


async def test_of_answers_given_at_once_one_counts_and_the_others_are_refused(
    feedback: ServiceUnderTest,
) -> None:
    path = await asked_about(feedback, uuid4())
    given = [feedback.client.post(path, json=SATISFIED | {"score": score}) for score in (1, 3, 5)]
    statuses = sorted(answer.status_code for answer in await asyncio.gather(*given))
    assert statuses == [200, 409, 409]
    assert len(await feedback.said(SatisfactionAnswered)) == 1


async def test_many_customers_are_asked_at_once_each_by_a_link_of_their_own(
    feedback: ServiceUnderTest,
) -> None:
    complaints = [uuid4() for _ in range(20)]
    for complaint_id in complaints:
        await feedback.hears(complaint_received(complaint_id), resolved(complaint_id))
    await feedback.let_pass(TWO_HOURS)
    for complaint_id in complaints:
        await feedback.client.post(await answer_path(feedback, complaint_id), json=SATISFIED)
    assert {told.complaint_id for told in await feedback.said(SatisfactionAnswered)} == set(complaints)


async def test_customers_who_answer_at_once_share_transactions_and_each_answer_is_told(
    feedback: ServiceUnderTest,
) -> None:
    complaints = [uuid4() for _ in range(12)]
    paths = [await asked_about(feedback, complaint_id) for complaint_id in complaints]
    scores = [place % 5 + 1 for place in range(12)]
    with patch.object(UnitOfWork, "begin", autospec=True, side_effect=UnitOfWork.begin) as begun:
        given = zip(paths, scores, strict=True)
        answers = await asyncio.gather(
            *(feedback.client.post(path, json=SATISFIED | {"score": score}) for path, score in given),
            feedback.client.post(paths[0], json=SATISFIED | {"score": 4}),
        )
    assert sorted(answer.status_code for answer in answers) == [200] * 12 + [409]
    assert begun.call_count < 12
    told = {one.complaint_id: one.score for one in await feedback.said(SatisfactionAnswered)}
    assert len(told) == len(await feedback.said(SatisfactionAnswered))
    assert [told[one] for one in complaints[1:]] == scores[1:]


async def test_the_answer_page_speaks_the_customers_language_and_works_without_javascript(
    feedback: ServiceUnderTest,
) -> None:
    complaint_id = uuid4()
    await feedback.hears(complaint_received(complaint_id, language="zh-CN"), resolved(complaint_id))
    await feedback.let_pass(TWO_HOURS)
    path = await answer_path(feedback, complaint_id)
    page = (await feedback.client.get(path)).text
    assert "问题解决了吗" in page
    assert "<script" not in page
    sent = await feedback.client.post(
        f"{path}/form",
        content="solved=true&score=4&impression=3",
        headers={"content-type": "application/x-www-form-urlencoded"},
    )
    assert "谢谢" in sent.text
    [told] = await feedback.said(SatisfactionAnswered)
    assert told.satisfied


async def test_fu_8_silence_after_seventy_two_hours_is_told_once(feedback: ServiceUnderTest) -> None:
    complaint_id = uuid4()
    await asked_about(feedback, complaint_id)
    await feedback.let_pass(THREE_DAYS - timedelta(minutes=1), complaint_id)
    assert await feedback.said(SatisfactionUnanswered) == []
    await feedback.let_pass(timedelta(minutes=2), complaint_id)
    [silent] = await feedback.said(SatisfactionUnanswered)
    assert silent.complaint_id == complaint_id


async def test_fu_8_an_answer_in_time_ends_the_waiting(feedback: ServiceUnderTest) -> None:
    complaint_id = uuid4()
    path = await asked_about(feedback, complaint_id)
    await feedback.client.post(path, json=SATISFIED)
    assert await feedback.let_pass(THREE_DAYS, complaint_id) == 0
    assert await feedback.said(SatisfactionUnanswered) == []


async def test_an_answer_after_the_silence_is_refused(feedback: ServiceUnderTest) -> None:
    complaint_id = uuid4()
    path = await asked_about(feedback, complaint_id)
    await feedback.let_pass(THREE_DAYS, complaint_id)
    assert (await feedback.client.post(path, json=SATISFIED)).status_code == 409
    assert await feedback.said(SatisfactionAnswered) == []


async def test_a_complaint_reopened_before_the_question_is_asked_again_after_the_next_resolution(
    feedback: ServiceUnderTest,
) -> None:
    complaint_id = uuid4()
    await feedback.hears(complaint_received(complaint_id), resolved(complaint_id), reopened(complaint_id))
    await feedback.let_pass(TWO_HOURS)
    assert await feedback.said(SatisfactionAsked) == []
    await feedback.hears(resolved(complaint_id, round=2))
    await feedback.let_pass(TWO_HOURS)
    [asked] = await feedback.said(SatisfactionAsked)
    assert asked.round == 2


async def test_a_closed_complaint_is_not_asked_about(feedback: ServiceUnderTest) -> None:
    complaint_id = uuid4()
    await feedback.hears(complaint_received(complaint_id), resolved(complaint_id), closed(complaint_id))
    await feedback.let_pass(TWO_HOURS)
    assert await feedback.said(SatisfactionAsked) == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"solved": True}, "score"),
        ({"solved": True, "score": 6}, "score"),
        ({"solved": True, "score": "5"}, "score"),
        ({"solved": "perhaps", "score": 5}, "solved"),
        (SATISFIED | {"colour": "red"}, "colour"),
    ],
)
async def test_a_wrong_answer_is_refused_with_the_field_and_nothing_is_stored(
    feedback: ServiceUnderTest, body: dict[str, object], field: str
) -> None:
    path = await asked_about(feedback, uuid4())
    refused = await feedback.client.post(path, json=body)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == field
    assert await feedback.said(SatisfactionAnswered) == []


async def test_an_unknown_link_is_not_found(feedback: ServiceUnderTest) -> None:
    answer = await feedback.client.get("/feedback/v1/answers/AAAAAAAAAAAAAAAAAAAAAA")
    assert answer.status_code == 404


async def test_operators_read_every_question_in_pages(feedback: ServiceUnderTest) -> None:
    for _ in range(3):
        await asked_about(feedback, uuid4())
    first = (await feedback.client.get("/feedback/v1/questions?limit=2")).json()
    rest = (await feedback.client.get(f"/feedback/v1/questions?limit=2&after={first['next']}")).json()
    assert (len(first["items"]), len(rest["items"]), rest["next"]) == (2, 1, None)
    assert "token_digest" not in first["items"][0]


async def test_operators_see_questions_by_state_and_satisfied_customers(feedback: ServiceUnderTest) -> None:
    await asked_about(feedback, uuid4())
    await feedback.client.post(await asked_about(feedback, uuid4()), json=SATISFIED)
    await sample(feedback.service.database)
    by_state = {state: REGISTRY.get_sample_value("redress_questions", {"state": state}) for state in STATES}
    assert by_state == {"PLANNED": 0, "ASKED": 1, "ANSWERED": 1, "SILENT": 0, "WITHDRAWN": 0}
    assert REGISTRY.get_sample_value("redress_answers_satisfied") == 1
