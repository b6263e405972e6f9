"""The file of departments and staff: what is read from it, and how a wrong one is refused in one line."""

from pathlib import Path

import pytest

from services.routing.app import create_service
from services.routing.staff_file import StaffFileError, load_staff
from shared.events.vocabulary import Channel, Language
from shared.runtime.policy import PolicyError
from shared.runtime.settings import Settings
from tests.service_under_test import SEALING_KEYS, NoLog

from .people import STAFF, staff_file


def test_a_file_is_read_with_departments_leads_and_contacts(tmp_path: Path) -> None:
    directory = load_staff(staff_file(tmp_path)).directory()
    billing_1 = directory.staff["b1"]
    assert (billing_1.name, billing_1.department, billing_1.may_own) == ("Billing 1", "billing", True)
    assert (billing_1.channel, billing_1.address) == (Channel.EMAIL, "b1@example.com")
    assert billing_1.languages == {Language.ENGLISH}
    assert directory.lead_of(billing_1).id == "b9"
    assert directory.departments["billing"].name_zh == "账务部"
    assert directory.duty_member().id == "duty1"


def test_cal_3_a_file_may_name_the_zone_of_somebody(tmp_path: Path) -> None:
    people = STAFF.replace('name = "Billing 2"', 'name = "Billing 2"\nzone = "Asia/Urumqi"')
    staff = load_staff(staff_file(tmp_path, people)).directory().staff
    assert (staff["b1"].zone, staff["b2"].zone) == (None, "Asia/Urumqi")


def test_without_a_file_there_is_the_duty_desk_alone() -> None:
    directory = load_staff(None).directory()
    assert (list(directory.departments), list(directory.staff)) == (["duty-desk"], ["duty"])


def test_a_file_without_a_duty_desk_gets_the_built_in_one(tmp_path: Path) -> None:
    people = STAFF.replace('duty_desk = "night"', "")
    directory = load_staff(staff_file(tmp_path, people)).directory()
    assert directory.duty_member().id == "duty"
    assert {"b1", "duty1"} < set(directory.staff)


def test_the_version_follows_the_content(tmp_path: Path) -> None:
    first, same, changed = (
        load_staff(staff_file(tmp_path, text)).version
        for text in (STAFF, STAFF, STAFF.replace("Billing 1", "Billing 3"))
    )
    assert first == same != changed


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ('department = "billing"', 'department = "bills"', "staff 'b1': there is no department 'bills'"),
        ('id = "b2"', 'id = "b1"', "the member of staff 'b1' is listed twice"),
        ('id = "network"', 'id = "billing"', "the department 'billing' is listed twice"),
        (
            'name = "Billing 2"',
            'name = "Billing 2"\nlead = true',
            "the department 'billing' has more than one lead",
        ),
        ('duty_desk = "night"', 'duty_desk = "day"', "duty_desk: there is no department 'day'"),
        ('name = "Duty 1"', 'name = "Duty 1"\nmay_own = false', "duty_desk: nobody in 'night' may own"),
        ('languages = ["en"]', 'languages = ["de"]', "staff.2.languages"),
        ('languages = ["en"]', "languages = []", "staff.2.languages"),
        ('name = "Billing 2"', 'nome = "Billing 2"', "staff.3.name: Field required"),
        ('id = "b1"', 'id = "b 1"', "staff.2.id"),
        ('channel = "email"', 'channel = "pigeon"', "staff.1.contact.channel"),
        (
            'name = "Billing 2"',
            'name = "Billing 2"\nzone = "Mars/Olympus"',
            "there is no time zone 'Mars/Olympus'",
        ),
        ("[[staff]]", "[[staff]", "Expected"),
    ],
)
def test_a_wrong_file_is_refused_with_file_place_and_reason(
    tmp_path: Path, right: str, wrong: str, said: str
) -> None:
    path = staff_file(tmp_path, STAFF.replace(right, wrong, 1))
    with pytest.raises(StaffFileError) as refused:
        load_staff(path)
    line = str(refused.value)
    assert line.startswith(f"{path}: ")
    assert said in line
    assert "\n" not in line


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StaffFileError, match="No such file"):
        load_staff(tmp_path / "nowhere.toml")


def test_a_service_with_a_wrong_file_does_not_start(tmp_path: Path) -> None:
    wrong = staff_file(tmp_path, STAFF.replace('id = "b2"', 'id = "b1"'))
    settings = Settings(
        database_url="postgresql+asyncpg:///none", staff_file=wrong, sealing_keys=SEALING_KEYS
    )
    with pytest.raises(PolicyError, match="listed twice"):
        create_service(settings, NoLog())
