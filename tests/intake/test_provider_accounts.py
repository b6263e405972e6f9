"""Accounts at providers: which tokens and addresses open a door, and which files are refused."""

from pathlib import Path

import pytest

from services.intake.provider_accounts import AccountsError, load_accounts
from tests.service_under_test import ServiceUnderTest, StartService

from .providers_at_the_door import account, call, fixture, intake_for


async def test_a_kind_that_is_none_finds_nothing(intake: ServiceUnderTest) -> None:
    assert (
        await call(intake, fixture("kannel-sms")._replace(kind="carrier-pigeon"), "x" * 40)
    ).status_code == 404


async def test_while_one_token_replaces_the_other_both_are_taken(
    start_service: StartService, tmp_path: Path
) -> None:
    new, old = "n" * 40, "o" * 40
    intake = await intake_for(start_service, tmp_path, account("kannel-sms", tokens=[new, old]))
    for token in (new, old):
        assert (await call(intake, fixture("kannel-sms"), token)).status_code == 200


async def test_a_listed_address_may_call_and_no_other(start_service: StartService, tmp_path: Path) -> None:
    here = await intake_for(start_service, tmp_path, account("kannel-sms", addresses=["127.0.0.0/8"]))
    assert (await call(here, fixture("kannel-sms"))).status_code == 200
    other = await intake_for(start_service, tmp_path, account("kannel-sms", addresses=["203.0.113.0/24"]))
    assert (await call(other, fixture("kannel-sms"))).status_code == 404


async def test_providers_need_no_bearer_token(start_service: StartService, tmp_path: Path) -> None:
    file = tmp_path / "accounts.toml"
    file.write_text(account("kannel-sms"), encoding="utf-8")
    intake = await start_service("intake", accounts_file=file, api_token="a-token-of-sixteen-letters")
    assert (await call(intake, fixture("kannel-sms"))).status_code == 200
    assert (await intake.client.get("/intake/v1/parked")).status_code == 401


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[[account]]\nname='a'", "account 1"),
        (account("kannel-sms", tokens=["short"]), "tokens"),
        (account("kannel-sms", tokens=["a" * 32, "b" * 32, "c" * 32]), "tokens"),
        (account("kannel-sms", zone="Mars/Olympus"), "zone"),
        (account("kannel-sms", colour="red"), "colour"),
        (account("kannel-sms", addresses=["all"]), "addresses"),
        (account("kannel-sms") + account("kannel-sms", tokens=["n" * 32]), "one name"),
        (account("kannel-sms") + account("kannel-sms", name="other"), "used twice"),
        ("[account]", "[[account]]"),
        ("x = ", "Invalid value"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_in_one_line_without_its_secrets(
    tmp_path: Path, text: str, says: str
) -> None:
    file = tmp_path / "accounts.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(AccountsError, match=says.replace("[", r"\[")) as refused:
        load_accounts(file)
    assert "\n" not in str(refused.value)
    assert "kannel-sms-x" not in str(refused.value)
