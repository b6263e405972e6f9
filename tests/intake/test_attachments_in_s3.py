"""Attachments in a store that speaks S3: the same promises as in a folder, over the real protocol.

The store is moto's server, which is too large to be installed for everybody: `pip install s3fs "moto[s3,server]"`.
"""

import asyncio
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.service_under_test import ServiceUnderTest, StartService

from .test_attachments import PDF, PNG, add, complaint, states

pytest.importorskip("s3fs", reason="s3fs is not installed: attachments in S3")
moto_server: Any = pytest.importorskip(
    "moto.server", reason="moto[server] is not installed: attachments in S3"
)


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """An empty bucket at a server of its own; boto finds it as it would find any other."""
    import boto3

    server = moto_server.ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    for name, value in {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    httpx.post(f"http://{host}:{port}/moto-api/reset")  # its servers share what they hold
    s3 = boto3.resource("s3")
    yield s3.create_bucket(Bucket="complaints")
    server.stop()


@pytest.fixture
async def intake(start_service: StartService, bucket: Any) -> ServiceUnderTest:
    import s3fs

    s3fs.S3FileSystem.clear_instance_cache()
    policy = "[intake]\nversion='t'\n[intake.attachments]\nlargest=12000000"
    return await start_service("intake", policy, attachments_url="s3://complaints/attachments")


def stored(bucket: Any) -> list[bytes]:
    return [one.get()["Body"].read() for one in bucket.objects.filter(Prefix="attachments/")]


async def test_a_file_is_kept_in_the_bucket_and_comes_back(intake: ServiceUnderTest, bucket: Any) -> None:
    to = await complaint(intake)
    kept = (await add(intake, to, PNG)).json()
    assert stored(bucket) == [PNG]
    back = await intake.client.get(f"/intake/v1/attachments/{kept['attachment_id']}")
    assert (back.content, back.headers["content-type"]) == (PNG, "image/png")


async def test_a_file_of_several_parts_is_whole(intake: ServiceUnderTest, bucket: Any) -> None:
    large = PDF + bytes(range(256)) * 44_000
    kept = (await add(intake, await complaint(intake), large)).json()
    assert stored(bucket) == [large]
    assert (await intake.client.get(f"/intake/v1/attachments/{kept['attachment_id']}")).content == large


async def test_the_same_content_five_times_at_once_is_one_file(intake: ServiceUnderTest, bucket: Any) -> None:
    to = await complaint(intake)
    answers = await asyncio.gather(*[add(intake, to, PDF) for _ in range(5)])
    assert len({answer.json()["attachment_id"] for answer in answers}) == 1
    assert stored(bucket) == [PDF]


@pytest.mark.parametrize(("content", "status"), [(b"MZ" + bytes(999), 422), (PNG + bytes(12_000_000), 413)])
async def test_what_is_refused_leaves_nothing(
    intake: ServiceUnderTest, bucket: Any, content: bytes, status: int
) -> None:
    to = await complaint(intake)
    assert (await add(intake, to, content)).status_code == status
    assert (stored(bucket), await states(intake, to)) == ([], [])
