"""`redress sla export` and `import`: what they show, and that nothing changes before it is confirmed."""

from pathlib import Path

import pytest

from services.command.sla_doors.ask import AskError, Written
from services.command.sla_doors.setup_file import export_setup, import_setup, media_type_of, read_written
from tests.service_under_test import ServiceUnderTest, StartService

from .asking import asking
from .promised import receive
from .test_calendars_kept import IN_CALENDAR, at, get


@pytest.fixture
async def sla(start_service: StartService) -> ServiceUnderTest:
    return await start_service("sla", IN_CALENDAR)


async def put(
    sla: ServiceUnderTest, text: str, *, yes: bool, language: str = "en", name: str = "setup.toml"
) -> tuple[bool, list[str]]:
    """Whether something changed, and what was shown."""
    shown: list[str] = []
    written = Written(text, media_type_of(Path(name)))
    done = await import_setup(
        asking(sla, language), written, "lead1", "a holiday", show=shown.append, confirmed=lambda: yes
    )
    return done, shown


async def test_a_file_that_was_exported_and_edited_is_imported_when_that_is_confirmed(
    sla: ServiceUnderTest,
) -> None:
    await receive(sla, received_at=at("2126-03-01T16:00"))
    text = await export_setup(asking(sla))
    edited = text.replace("2026-02-17 = ", '2126-03-04 = "new"\n2026-02-17 = ')
    done, shown = await put(sla, edited, yes=False)
    assert not done
    assert shown[0] == "+ calendars.cn-default.holidays.2126-03-04 = new"
    assert shown[1].startswith("3 open promises count in these calendars: ")
    assert (await get(sla, "calendars/cn-default"))["version"] == 1
    done, shown = await put(sla, edited, yes=True, language="zh-CN")
    assert done
    assert "3 个进行中的承诺按这些日历计时" in shown[1]
    assert (await get(sla, "calendars/cn-default"))["version"] == 2
    assert await put(sla, edited, yes=True) == (False, ["nothing differs"])


async def test_both_sides_of_a_difference_are_shown(sla: ServiceUnderTest) -> None:
    _, shown = await put(sla, '[policy]\nversion = "n"\nacknowledge = 30', yes=False)
    assert "- policy.acknowledge = 60.0" in shown
    assert "+ policy.acknowledge = 30.0" in shown


async def test_a_file_that_cannot_be_is_one_line(sla: ServiceUnderTest, tmp_path: Path) -> None:
    with pytest.raises(AskError, match=r"policy\.acknowledge"):
        await put(sla, '[policy]\nversion = "n"\nacknowledge = -1', yes=True)
    with pytest.raises(AskError, match="cannot be read"):
        read_written(tmp_path / "nothing.toml")


async def test_a_file_whose_name_ends_so_is_yaml(sla: ServiceUnderTest) -> None:
    text = await export_setup(asking(sla), Path("setup.yaml"))
    assert "\npolicy:\n" in text
    assert await put(sla, text, yes=True, name="setup.yaml") == (False, ["nothing differs"])
    edited = text.replace("acknowledge: 60.0", "acknowledge: 30.0").replace("version: t\n", "version: n\n")
    done, shown = await put(sla, edited, yes=True, name="setup.yml")
    assert (done, shown[:2]) == (True, ["- policy.version = t", "+ policy.version = n"])
    with pytest.raises(AskError, match="no valid YAML"):
        await put(sla, "policy: [", yes=True, name="setup.yaml")
