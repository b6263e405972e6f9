"""Attachments in a store that speaks S3: the same promises as in a folder, over the real protocol and its faults."""

import asyncio
from collections.abc import Iterator

import pytest

from tests.service_under_test import ServiceUnderTest, StartService

from .doors import post
from .s3_store import S3Store, s3_store
from .test_attachments import PDF, PNG, add, complaint, states

pytest.importorskip("s3fs", reason="s3fs is not installed: attachments in S3")


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Iterator[S3Store]:
    """An empty store; s3fs finds it as it would find any other."""
    with s3_store() as found:
        for name, value in {
            "AWS_ENDPOINT_URL": found.url,
            "AWS_ACCESS_KEY_ID": "key",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_DEFAULT_REGION": "us-east-1",
        }.items():
            monkeypatch.setenv(name, value)
        yield found


@pytest.fixture
async def intake(start_service: StartService, store: S3Store) -> ServiceUnderTest:
    import s3fs

    s3fs.S3FileSystem.clear_instance_cache()
    policy = "[intake]\nversion='t'\n[intake.attachments]\nlargest=12000000"
    return await start_service("intake", policy, attachments_url="s3://complaints/attachments")


def stored(store: S3Store) -> list[bytes]:
    return list(store.objects.values())


async def test_a_file_is_kept_in_the_bucket_and_comes_back(intake: ServiceUnderTest, store: S3Store) -> None:
    to = await complaint(intake)
    kept = (await add(intake, to, PNG)).json()
    assert stored(store) == [PNG]
    back = await intake.client.get(f"/intake/v1/attachments/{kept['attachment_id']}")
    assert (back.content, back.headers["content-type"]) == (PNG, "image/png")


async def test_a_file_of_several_parts_is_whole(intake: ServiceUnderTest, store: S3Store) -> None:
    large = PDF + bytes(range(256)) * 44_000
    kept = (await add(intake, await complaint(intake), large)).json()
    assert stored(store) == [large]
    assert (await intake.client.get(f"/intake/v1/attachments/{kept['attachment_id']}")).content == large


async def test_the_same_content_five_times_at_once_is_one_file(
    intake: ServiceUnderTest, store: S3Store
) -> None:
    to = await complaint(intake)
    answers = await asyncio.gather(*[add(intake, to, PDF) for _ in range(5)])
    assert len({answer.json()["attachment_id"] for answer in answers}) == 1
    assert stored(store) == [PDF]


@pytest.mark.parametrize(("content", "status"), [(b"MZ" + bytes(999), 422), (PNG + bytes(12_000_000), 413)])
async def test_what_is_refused_leaves_nothing(
    intake: ServiceUnderTest, store: S3Store, content: bytes, status: int
) -> None:
    to = await complaint(intake)
    assert (await add(intake, to, content)).status_code == status
    assert (stored(store), await states(intake, to)) == ([], [])


async def test_a_store_that_asks_for_patience_gets_the_file_all_the_same(
    intake: ServiceUnderTest, store: S3Store
) -> None:
    to = await complaint(intake)
    store.fails(2, 503, "PUT", "POST")
    assert (await add(intake, to, PNG)).status_code == 201
    assert stored(store) == [PNG]


async def test_a_store_that_refuses_keeps_no_file_and_the_complaint_stands(
    intake: ServiceUnderTest, store: S3Store
) -> None:
    to = await complaint(intake)
    store.fails(100, 403, "PUT", "POST")
    refused = await add(intake, to, PNG)
    assert (refused.status_code, refused.headers["content-type"]) == (503, "application/problem+json")
    assert (stored(store), await states(intake, to)) == ([], [])
    store.fails(0, 403)
    assert (await add(intake, to, PNG)).status_code == 201
    assert stored(store) == [PNG]


async def test_a_file_that_the_store_does_not_give_is_said_before_anything_of_it_is_sent(
    intake: ServiceUnderTest, store: S3Store
) -> None:
    kept = (await add(intake, await complaint(intake), PNG)).json()
    path = f"/intake/v1/attachments/{kept['attachment_id']}"
    store.fails(100, 403, "HEAD", "GET")
    assert (await intake.client.get(path)).status_code == 503
    store.fails(0, 403)
    assert (await intake.client.get(path)).content == PNG
    store.objects.clear()
    assert (await intake.client.get(path)).status_code == 404


async def test_the_receipt_page_says_that_a_file_was_not_kept_and_stays_usable(
    intake: ServiceUnderTest, store: S3Store
) -> None:
    answer = await post(intake, text="my bill is wrong", language="zh-CN")
    code = answer.json()["tracking_path"].rpartition("/")[2]
    store.fails(100, 403, "PUT", "POST")
    path = f"/intake/v1/track/{code}/attachments"
    refused = await intake.client.post(path, files={"file": ("a.png", PNG)})
    assert refused.status_code == 503
    assert "文件存储暂不可用" in refused.text
