"""A model learnt from labelled complaints suggests a category beside a complaint, and decides nothing."""

import pickle
import random
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st

from services.command.train_categories import run_training
from services.intake import category_model
from services.intake.category_model import load
from services.intake.policy import IntakePolicy, SuggestionPolicy
from services.intake.suggest_category import Suggestion, agreement, suggest_category
from services.intake.train_categories import Labelled, train
from shared.events.intake import ComplaintReceived
from shared.runtime.policy import load_policy
from shared.runtime.settings import SettingsError
from tests.service_under_test import ServiceUnderTest, StartService

from .doors import accepted, post, read
from .steady import STEADY

POLICY = load_policy(IntakePolicy, "intake").suggestion
NOW = datetime(2026, 11, 22, tzinfo=UTC)
WORDS = {
    "资费/多收费": (
        "话费多扣了",
        "账单不对",
        "流量费扣太多",
        "the bill is too high",
        "charged twice",
        "refund my fee",
    ),
    "网络/宽带": (
        "宽带断网",
        "上网太慢",
        "路由器掉线",
        "internet keeps dropping",
        "router is dead",
        "slow line",
    ),
    "服务/态度": (
        "客服态度差",
        "营业员不耐烦",
        "没人理我",
        "rude agent",
        "clerk was unfriendly",
        "nobody listened",
    ),
}
WHEN = (
    "今天",
    "昨天",
    "这个月",
    "today",
    "last week",
    "again",
    "in the morning",
    "第三次",
    "since May",
    "晚上",
)


def labelled() -> list[Labelled]:
    """Sixty texts of each of three categories, and three of one that is too rare to be learnt."""
    rows = [
        Labelled(f"{when} {what}", category)
        for category, words in WORDS.items()
        for what in words
        for when in WHEN
    ]
    rows += [Labelled(f"letter {number}", "邮寄") for number in range(3)]
    random.Random(1).shuffle(rows)
    return rows


@pytest.fixture(scope="module")
def model_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("sklearn", reason="scikit-learn is not installed: suggested categories")
    model, _report = train(labelled(), NOW)
    path = tmp_path_factory.mktemp("model") / "categories.npz"
    model.save(path)
    return path


@pytest.fixture
async def intake(start_service: StartService, model_file: Path) -> ServiceUnderTest:
    return await start_service("intake", category_model=model_file)


async def suggested(intake: ServiceUnderTest, found: dict[str, Any]) -> dict[str, Any]:
    return await read(intake, f"/intake/v1/complaints/{found['complaint_id']}/suggested-category")


async def test_a_category_is_suggested_with_its_probability_and_the_model_and_stored_nowhere(
    intake: ServiceUnderTest,
) -> None:
    found = await accepted(intake, text="我家宽带又断网了，上网太慢")
    shown = await suggested(intake, found)
    best = shown["suggestions"][0]
    assert (best["category"], shown["category"]) == ("网络/宽带", None)
    assert best["probability"] > 0.5
    assert shown["model_version"].startswith("2026-11-22-")
    [told] = await intake.said(ComplaintReceived)
    assert told.category is None
    assert (await read(intake, f"/intake/v1/complaints/{found['complaint_id']}"))["category"] is None


async def test_what_somebody_told_stays_beside_what_the_model_finds_likely(intake: ServiceUnderTest) -> None:
    found = await accepted(intake, text="rude agent, the clerk was unfriendly", category="资费/多收费")
    shown = await suggested(intake, found)
    assert (shown["category"], shown["suggestions"][0]["category"]) == ("资费/多收费", "服务/态度")
    metrics = (await intake.client.get("/metrics")).text
    assert 'redress_suggested_categories_total{outcome="differs"' in metrics.replace('service="intake",', "")


async def test_how_many_are_shown_and_how_likely_they_must_be_is_policy(
    start_service: StartService, model_file: Path
) -> None:
    for change, count in (("likely_from=0\nmost=2", 2), ("likely_from=1.0\nmost=2", 0)):
        policy = f"[intake]\nversion='t'\n[intake.suggestion]\n{change}"
        intake = await start_service("intake", policy, category_model=model_file)
        shown = await suggested(intake, await accepted(intake, text="my bill"))
        assert (len(shown["suggestions"]), shown["policy_version"]) == (count, "t")


async def test_the_model_says_what_it_was_made_of_and_how_often_it_was_right(
    intake: ServiceUnderTest,
) -> None:
    about = await read(intake, "/intake/v1/category-model")
    assert about["categories"] == sorted(WORDS)
    assert about["rows"] == 180
    assert 0.9 < about["accuracy"] <= 1
    assert 20 < about["kept_aside"] < 60


async def test_without_a_model_the_doors_say_which_setting_is_missing(start_service: StartService) -> None:
    intake = await start_service("intake")
    for path in (f"complaints/{uuid4()}/suggested-category", "category-model"):
        answer = await intake.client.get(f"/intake/v1/{path}")
        assert answer.status_code == 409
        assert "REDRESS_CATEGORY_MODEL" in answer.text


async def test_an_unknown_complaint_has_no_suggestion(intake: ServiceUnderTest) -> None:
    answer = await intake.client.get(f"/intake/v1/complaints/{uuid4()}/suggested-category")
    assert answer.status_code == 404


async def test_a_file_that_is_no_model_or_runs_code_keeps_intake_from_starting(
    start_service: StartService, model_file: Path, tmp_path: Path
) -> None:
    import numpy as np

    harmful = tmp_path / "harmful.npz"
    with harmful.open("wb") as file:
        np.savez(file, told=np.array([{"format": 1}], dtype=object), weights=0, biases=0)
    (tmp_path / "pickle.npz").write_bytes(pickle.dumps({"format": 1}))
    (tmp_path / "half.npz").write_bytes(model_file.read_bytes()[:200])
    (tmp_path / "empty.npz").write_bytes(b"")
    for name in ("harmful", "pickle", "half", "empty", "none"):
        with pytest.raises(SettingsError, match=f"category_model: .*{name}"):
            await start_service("intake", category_model=tmp_path / f"{name}.npz")


async def test_without_the_library_intake_and_the_command_say_what_to_install(
    start_service: StartService,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def not_there(name: str) -> Any:
        raise ImportError(name)

    monkeypatch.setattr(category_model, "import_module", not_there)
    with pytest.raises(SettingsError, match=r"redress\[ml\]"):
        await start_service("intake", category_model=tmp_path / "categories.npz")
    (tmp_path / "labelled.csv").write_text(as_csv(labelled()), encoding="utf-8")
    with pytest.raises(typer.Exit):
        run_training(tmp_path / "out.npz", tmp_path / "labelled.csv", None, tmp_path)
    assert "scikit-learn: install redress[ml]" in capsys.readouterr().err
    assert not (tmp_path / "out.npz").exists()


def as_csv(rows: list[Labelled]) -> str:
    return "\n".join(["text,category,other", *(f'"{row.text}","{row.category}",x' for row in rows)])


def test_a_model_is_made_from_a_csv_file_with_an_honest_report(
    model_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "labelled.csv").write_text(as_csv(labelled()), encoding="utf-8")
    run_training(tmp_path / "out.npz", tmp_path / "labelled.csv", None, tmp_path)
    told = capsys.readouterr().out
    assert "3 categories from 180 texts" in told
    assert "left out for too few texts: 3" in told
    assert load(tmp_path / "out.npz").about["accuracy"] == load(model_file).about["accuracy"]


async def test_a_model_is_made_from_intakes_own_history(
    start_service: StartService, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("sklearn", reason="scikit-learn is not installed: suggested categories")
    intake = await start_service("intake")
    for row in labelled():
        await post(intake, text=row.text, category=row.category)
    await post(intake, text="nobody labelled this")
    from services.command.train_categories import _history  # the command has a loop of its own

    rows = await _history(str(intake.service.settings.database_url))
    model, report = train(rows, NOW)
    assert (report.rows, report.left_out, len(model.categories)) == (180, 3, 3)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "columns text and category"),
        ("text,kind\na,b", "columns text and category"),
        ("text,category\na,b\nc,d", "too little to learn from: 2 labelled texts"),
        ("text,category\n" + "the same,b\n" * 50, "too little to learn from: 1 labelled texts"),
    ],
)
def test_what_cannot_be_learnt_from_is_said_in_one_line(
    content: str, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "labelled.csv").write_text(content, encoding="utf-8")
    with pytest.raises(typer.Exit):
        run_training(tmp_path / "out.npz", tmp_path / "labelled.csv", None, tmp_path)
    assert says in capsys.readouterr().err


def test_two_categories_are_told_apart_too_and_a_saved_model_says_the_same(tmp_path: Path) -> None:
    pytest.importorskip("sklearn", reason="scikit-learn is not installed: suggested categories")
    rows = [row for row in labelled() if row.category.startswith(("资费", "网络"))]
    model, report = train(rows, NOW)
    model.save(tmp_path / "m.npz")
    again = load(tmp_path / "m.npz")
    [shares] = again.probabilities(["宽带断网"])
    assert shares == model.probabilities(["宽带断网"])[0]
    assert sum(shares.values()) == pytest.approx(1)
    assert shares["网络/宽带"] > shares["资费/多收费"]
    assert report.accuracy > 0.9


def test_the_same_rows_make_the_same_version_in_any_order_and_others_another() -> None:
    pytest.importorskip("sklearn", reason="scikit-learn is not installed: suggested categories")
    versions = {train(rows, NOW)[0].version for rows in (labelled(), labelled()[::-1])}
    assert len(versions) == 1
    assert train(labelled()[20:], NOW)[0].version not in versions


SHARES = st.dictionaries(st.text(min_size=1), st.floats(0, 1), min_size=1)


@STEADY
@given(SHARES, st.floats(0, 1), st.integers(1, 10))
def test_suggestions_are_the_likeliest_in_order_and_never_below_the_policy(
    shares: dict[str, float], likely_from: float, most: int
) -> None:
    suggestions = suggest_category(shares, SuggestionPolicy(likely_from=likely_from, most=most))
    assert len(suggestions) <= most
    assert [one.probability for one in suggestions] == sorted(
        (one.probability for one in suggestions), reverse=True
    )
    assert all(shares[one.category] >= likely_from for one in suggestions)


@pytest.mark.parametrize(
    ("suggestions", "told", "how"),
    [((), "a", "none"), ((Suggestion("a", 0.9),), None, "alone"), ((Suggestion("a", 0.9),), "a", "agrees")],
)
def test_how_a_suggestion_stands_to_what_was_told(
    suggestions: tuple[Suggestion, ...], told: str | None, how: str
) -> None:
    assert agreement(suggestions, told) == how
