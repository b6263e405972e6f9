"""Fixtures of providers: each names the page it follows, and is sent as it stands; Twilio's are signed by its library."""

import re
from pathlib import Path
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import MultiDict
from twilio.request_validator import RequestValidator

from services.intake.provider_accounts import ProviderAccount
from services.intake.provider_doors import PROVIDERS
from services.intake.provider_payload import Posted
from services.intake.twilio_signature import is_signed
from shared.events.intake import ComplaintReceived
from tests.service_under_test import StartService

from .providers_at_the_door import FIXTURES, SECRET, account, call, fixture, intake_for
from .steady import STEADY

URL = "https://complaints.example.com/intake/v1/providers/twilio-sms/token"
KNOWN = ProviderAccount(name="t", kind="twilio-sms", tokens=("t" * 32,), secrets=(SECRET,))
FORM = st.lists(st.tuples(st.text("ABcd好 +", min_size=1, max_size=8), st.text(max_size=12)), max_size=8)
QUERY = st.sampled_from(["", "?a=1&b=%2B", "?x="])
PORT = st.sampled_from(["", ":443", ":8443"])


@pytest.mark.parametrize("file", sorted(FIXTURES.glob("*.http")), ids=lambda file: file.name)
def test_every_fixture_names_its_page_and_when_it_was_looked_at(file: Path) -> None:
    page, read = file.read_text(encoding="utf-8").splitlines()[:2]
    assert page.startswith("# page: https://")
    assert re.match(r"# read: .*20\d\d-\d\d-\d\d", read)


def test_every_provider_has_a_fixture() -> None:
    assert {file.name.partition(".")[0].replace("_", "-") for file in FIXTURES.glob("*.http")} == set(
        PROVIDERS
    )


@pytest.mark.parametrize(
    ("kind", "variant", "key", "text"),
    [
        ("alibaba-sms", "number", "9007199254740993", "宽带断网三天了，没人来修"),
        ("kannel-sms", "ucs2", "b98d7f21-8795-4d01-a9c7-7715eb86feb0", "宽带断网三天了"),
    ],
)
async def test_other_forms_of_a_providers_request_are_read_as_well(
    start_service: StartService, tmp_path: Path, kind: str, variant: str, key: str, text: str
) -> None:
    intake = await intake_for(start_service, tmp_path, account(kind))
    assert (await call(intake, fixture(kind, variant))).status_code == 200
    [row] = await intake.rows("SELECT contact_key, text FROM contact")
    assert row == {"contact_key": key, "text": text}
    assert len(await intake.said(ComplaintReceived)) == 1


def posted(url: str, fields: list[tuple[str, str]], **headers: str) -> Posted:
    """A form as Twilio sends it."""
    head = {"content-type": "application/x-www-form-urlencoded"} | headers
    return Posted("POST", url, head, urlencode(fields).encode())


@STEADY
@given(FORM, QUERY, PORT, st.sampled_from(["HMAC_SHA1", "HMAC_SHA256"]))
def test_whatever_twilios_own_library_signs_is_genuine_and_nothing_else(
    fields: list[tuple[str, str]], query: str, port: str, algorithm: str
) -> None:
    url = URL.replace(".com/", f".com{port}/") + query
    made = RequestValidator(SECRET).compute_signature(url, MultiDict(fields), algorithm)
    settings = {"x-twilio-webhooks-signature-settings": f"key=shared,algorithm={algorithm}"}
    signature = {"x-twilio-signature": made}
    assert is_signed(posted(url, fields, **settings, **signature), KNOWN)
    assert not is_signed(posted(url, [*fields, ("Extra", "1")], **settings, **signature), KNOWN)
    assert not is_signed(posted(url.replace("token", "other"), fields, **settings, **signature), KNOWN)
    assert is_signed(posted(url, fields, **signature), KNOWN) == (algorithm == "HMAC_SHA1")


def test_a_signature_made_in_a_way_we_do_not_know_is_not_genuine() -> None:
    made = RequestValidator(SECRET).compute_signature(URL, {}, "HMAC_SHA1")
    settings = {"x-twilio-webhooks-signature-settings": "key=shared,algorithm=NONE"}
    assert not is_signed(posted(URL, [], **settings, **{"x-twilio-signature": made}), KNOWN)
