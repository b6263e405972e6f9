"""Settings, policies and seals: read strictly, refused in one clear line."""

from pathlib import Path
from typing import Any

import pytest

from services.feedback.policy import FeedbackPolicy
from shared.runtime.policy import PolicyError, load_policy, remember_policy
from shared.runtime.sealing import CannotOpenError, Sealer
from shared.runtime.settings import SettingsError, load_settings
from tests.service_under_test import StartService

KEY_A, KEY_B = b"a" * 32, b"b" * 32


def test_settings_come_from_the_call_then_the_environment_then_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "redress.toml"
    file.write_text('port = 1111\nlog_level = "ERROR"\nmember_id = "file"')
    monkeypatch.setenv("REDRESS_PORT", "2222")
    monkeypatch.setenv("REDRESS_MEMBER_ID", "environment")
    settings = load_settings(file, port=3333)
    assert (settings.port, settings.member_id, settings.log_level) == (3333, "environment", "ERROR")


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({"host": "0.0.0.0"}, "REDRESS_API_TOKEN"),
        ({"port": 70000}, "port"),
        ({"sealing_keys": "nonsense"}, "sealing"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_wrong_settings_are_refused_in_one_line_that_names_them(given: dict[str, Any], word: str) -> None:
    with pytest.raises(SettingsError, match=word) as refused:
        load_settings(**given)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("text", ["port = ", "colour = 'red'", "[port]\nx=1"])
def test_a_wrong_settings_file_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "redress.toml"
    file.write_text(text)
    with pytest.raises(SettingsError):
        load_settings(file)


def test_a_policy_file_changes_only_what_it_names(tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    file.write_text(
        "[feedback]\nversion = 'mine'\n[feedback.question]\nask_after = 1.5\n[sla]\nversion = 'x'"
    )
    policy = load_policy(FeedbackPolicy, "feedback", file)
    assert (policy.version, policy.question.ask_after, policy.question.answer_within) == ("mine", 1.5, 259200)


@pytest.mark.parametrize("text", ["[feedback.question]\nask_after = -1", "[feedback]\ncolour = 1", "x = = 1"])
def test_a_wrong_policy_is_refused_with_its_place(tmp_path: Path, text: str) -> None:
    file = tmp_path / "policy.toml"
    file.write_text(text)
    with pytest.raises(PolicyError, match=r"policy\.toml"):
        load_policy(FeedbackPolicy, "feedback", file)


async def test_a_policy_version_keeps_its_content(start_service: StartService) -> None:
    service = await start_service("feedback")
    policy = load_policy(FeedbackPolicy, "feedback")
    await remember_policy(service.service.database, policy)
    await remember_policy(service.service.database, policy)
    changed = policy.model_copy(update={"question": policy.question.model_copy(update={"ask_after": 1.0})})
    with pytest.raises(PolicyError, match="version of its own"):
        await remember_policy(service.service.database, changed)
    await remember_policy(service.service.database, changed.model_copy(update={"version": "another"}))


def test_what_is_sealed_opens_for_its_subject_only() -> None:
    sealer = Sealer({"a": KEY_A})
    sealed = sealer.seal("+8613800138000", "complaint-1")
    assert "13800138000" not in sealed
    assert sealer.open(sealed, "complaint-1") == "+8613800138000"
    with pytest.raises(CannotOpenError):
        sealer.open(sealed, "complaint-2")


def test_an_old_key_still_opens_after_a_rotation() -> None:
    sealed = Sealer({"a": KEY_A}).seal("x", "s")
    assert Sealer({"b": KEY_B, "a": KEY_A}).open(sealed, "s") == "x"
    assert Sealer({"b": KEY_B, "a": KEY_A}).seal("x", "s").startswith("b.")


@pytest.mark.parametrize("sealed", ["", "a", "a.", "a.!!!", "z.AAAA", "a.AAAA"])
def test_what_was_not_sealed_by_us_cannot_be_opened(sealed: str) -> None:
    with pytest.raises(CannotOpenError):
        Sealer({"a": KEY_A}).open(sealed, "s")


def test_what_is_wrong_with_a_setting_is_said_in_english_and_chinese(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDRESS_PORT", "many")
    with pytest.raises(SettingsError, match=r"^port: must be a whole number\|port: 必须是整数$"):
        load_settings()
    monkeypatch.delenv("REDRESS_PORT")
    with pytest.raises(SettingsError, match=r"^listening on .*\|监听 0\.0\.0\.0 需要 REDRESS_API_TOKEN"):
        load_settings(host="0.0.0.0")
    missing = tmp_path / "none.toml"
    with pytest.raises(SettingsError) as error:
        load_settings(missing)
    assert str(error.value).startswith(f"{missing} cannot be used: No such file")
    assert str(error.value).endswith(f"|无法使用 {missing}：No such file or directory")
