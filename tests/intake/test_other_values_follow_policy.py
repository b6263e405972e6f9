"""Values beside the numbered rules are policy too: each is shown at the door as it is, and as an installation changed it."""

import pytest

from shared.events.intake import ComplaintReceived, IncidentProposed
from shared.events.vocabulary import Language, Severity, Tag
from tests.service_under_test import StartService

from .doors import accepted, post, read
from .incidents_at_the_door import FEW, complain, look, time_passes
from .watching import C1

CHANGED = "[intake]\nversion='t'\n"


@pytest.mark.parametrize(
    ("change", "language"),
    [("", Language.ENGLISH), ("[intake.language]\nchinese_share_from=0.02", Language.CHINESE)],
)
async def test_from_which_share_of_characters_on_a_text_is_chinese_is_policy(
    start_service: StartService, change: str, language: Language
) -> None:
    intake = await start_service("intake", CHANGED + change)
    await post(intake, text="The internet at home (宽带) has been slow for a week")
    [told] = await intake.said(ComplaintReceived)
    assert told.language is language


async def test_in_which_zone_receipts_are_dated_and_customers_read_times_is_policy(
    start_service: StartService,
) -> None:
    days, shown = set(), []
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
        intake = await start_service("intake", f"{CHANGED}[intake.receipt]\nzone='{zone}'")
        receipt = (await post(intake)).json()
        days.add(receipt["receipt_number"][1:7])
        shown.append((await intake.client.get(receipt["tracking_path"])).text)
    assert len(days) == 2
    assert "(UTC+1400)" in shown[0]
    assert "(UTC-1100)" in shown[1]


@pytest.mark.parametrize(("compared", "outcome"), [(5, "attached"), (1, "created")])
async def test_rep_1_with_how_many_open_complaints_a_contact_is_compared_is_policy(
    start_service: StartService, compared: int, outcome: str
) -> None:
    intake = await start_service("intake", f"{CHANGED}[intake.repeat]\ncompared={compared}")
    for text in ("no signal at home since Monday", "my bill is wrong by 20 yuan"):
        await accepted(intake, text=text, customer=C1)
    again = await post(intake, text="no signal at home since Monday", customer=C1)
    assert again.json()["outcome"] == outcome


@pytest.mark.parametrize(("window", "found"), [(3600, 0), (7200, 1)])
async def test_rep_8_within_which_time_complaints_are_counted_is_policy(
    start_service: StartService, window: int, found: int
) -> None:
    intake = await start_service("intake", f"{FEW}\nwindow={window}")
    await complain(intake, 1)
    await time_passes(intake, 61)
    await complain(intake, 1)
    assert (await look(intake))["found"] == found


@pytest.mark.parametrize(("change", "severity"), [("", Severity.S2), ("severity='S3'", Severity.S3)])
async def test_rep_8_how_severe_an_incident_is_that_few_suffer_is_policy(
    start_service: StartService, change: str, severity: Severity
) -> None:
    intake = await start_service("intake", f"{FEW}\n{change}")
    await complain(intake, 2)
    await look(intake)
    [proposed] = await intake.said(IncidentProposed)
    assert proposed.severity is severity


@pytest.mark.parametrize(
    ("change", "tags"), [("", ()), ("[intake.abuse]\nwords=['nincompoop']", (Tag.ABUSE,))]
)
async def test_which_words_insult_is_policy(
    start_service: StartService, change: str, tags: tuple[Tag, ...]
) -> None:
    intake = await start_service("intake", CHANGED + change)
    found = await accepted(intake, text="my bill is wrong, you nincompoop")
    assert found["abusive"] is bool(tags)
    assert [told.tags for told in await intake.said(ComplaintReceived)] == [tags]


@pytest.mark.parametrize(
    ("rule", "severity", "case_type"),
    [
        ("fraud_running", "S1", "FRAUD"),
        ("staff_abuse", "S2", "STAFF_CONDUCT"),
        ("wrong_suspension", "S2", "SUSPENSION"),
        ("no_service", "S2", "FAULT"),
        ("large_sums", "S2", "COMPLAINT"),
        ("unordered_service", "S3", "UNORDERED_SERVICE"),
        ("contract", "S3", "CONTRACT"),
        ("billing", "S3", "BILLING"),
        ("suggestion", "S4", "SUGGESTION"),
        ("staff_manner", "S4", "STAFF_CONDUCT"),
        ("harmless_information", "S4", "COMPLAINT"),
    ],
)
async def test_sev_1_to_4_the_words_of_every_rule_are_policy_at_the_door(
    start_service: StartService, rule: str, severity: str, case_type: str
) -> None:
    intake = await start_service("intake", f"{CHANGED}[intake.severity.words.{rule}]\nwords=['zanzibar']")
    receipt = (await post(intake, text="Zanzibar, again and again")).json()
    found = await read(intake, receipt["status_path"])
    assert (found["severity"], found["case_type"]) == (severity, case_type)
    other = await accepted(intake, text="something else altogether")
    assert (other["severity"], other["case_type"]) == ("S3", "COMPLAINT")
