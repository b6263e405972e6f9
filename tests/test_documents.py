"""What the documents say can be followed: links lead somewhere, tables match the code, nothing is missing."""

import ast
import re
from enum import StrEnum
from pathlib import Path

import pytest

from services.command.registry import SERVICES
from shared.events import EVENT_TYPES, vocabulary
from shared.runtime.settings import Settings
from tests.deploy.manifests import commands, parse_command
from tests.test_house_rules import RULE_ID, rule_files, sources
from tools import reference_tables
from tools.events_page import in_chinese
from tools.generate import _readers as readers_by_type

ROOT = Path(__file__).resolve().parent.parent
SKIPPED = {".venv", ".tools", ".git", "node_modules", "redress-data"}
PAGES = sorted(p for p in ROOT.rglob("*.md") if not SKIPPED & set(p.relative_to(ROOT).parts))
LINK = re.compile(r"\]\(([^)\s]+)\)")
TEST_NAME = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")
IN_BACKTICKS = re.compile(r"`((?:services|shared|tests|tools|deploy|docs|examples|requirements)/[\w./-]*)`")
ELSEWHERE = re.compile(r"(?<![\w.])/(?:work|root|home|Users|tmp|mnt)/|[A-Z]:\\")
LANGUAGES = {"en": "docs/operations.md", "zh-CN": "docs/operations.zh-CN.md"}


PAGES_IN_CHINESE = (
    "architecture",
    "doors",
    "events",
    "guarantees",
    "operations",
    "ownership",
    "routing-rules",
    "sla",
    "understanding",
)
IN_ONE_PAGE = {"glossary": "each row has both languages"}
MEASURED = {"performance": "figures, with a summary in Chinese"}


def text_of(name: str) -> str:
    """A document."""
    return (ROOT / name).read_text(encoding="utf-8")


def anchors_of(page: Path) -> set[str]:
    """The places within a page that a link may name, as GitHub makes them from headings."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def headings_of(name: str) -> list[int]:
    """The levels of a document's headings, in order; lines of code are none."""
    prose = re.sub(r"```.*?```", "", text_of(name), flags=re.DOTALL)
    return [len(marks) for marks in re.findall(r"^(#+) ", prose, re.MULTILINE)]


def first_cells(name: str, pattern: str) -> list[str]:
    """The codes in the first cells of a document's tables that match a pattern."""
    cells = re.findall(r"^\| (`[^|]+`) \|", text_of(name), re.MULTILINE)
    return [code for cell in cells for code in re.findall(r"`([^`]+)`", cell) if re.fullmatch(pattern, code)]


def named(pages: list[Path]) -> list[str]:
    """How test cases about pages are called."""
    return [str(page.relative_to(ROOT)) for page in pages]


@pytest.mark.parametrize("page", PAGES, ids=named(PAGES))
def test_every_link_leads_somewhere(page: Path) -> None:
    wrong = []
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        if target.startswith("https://"):
            continue
        file, _, anchor = target.partition("#")
        found = (page.parent / file).resolve() if file else page
        if not found.exists() or (anchor and anchor not in anchors_of(found)):
            wrong.append(target)
    assert not wrong


@pytest.mark.parametrize("page", PAGES, ids=named(PAGES))
def test_every_file_that_is_named_exists(page: Path) -> None:
    named_files = IN_BACKTICKS.findall(page.read_text(encoding="utf-8"))
    assert not [name for name in named_files if not (ROOT / name).exists()]


@pytest.mark.parametrize("page", PAGES, ids=named(PAGES))
def test_every_test_that_is_named_exists(page: Path) -> None:
    wrong = [
        f"{file}::{test}"
        for file, test in TEST_NAME.findall(page.read_text(encoding="utf-8"))
        if not (ROOT / file).exists() or (test and not re.search(rf"def {test}\(", text_of(file)))
    ]
    assert not wrong


@pytest.mark.parametrize("page", PAGES, ids=named(PAGES))
def test_no_page_speaks_of_a_machine(page: Path) -> None:
    assert not ELSEWHERE.findall(page.read_text(encoding="utf-8"))


TRANSLATED = ["README.md", "CONTRIBUTING.md", *(f"docs/{name}.md" for name in PAGES_IN_CHINESE)]


@pytest.mark.parametrize(
    ("english", "chinese"), [(name, name.replace(".md", ".zh-CN.md")) for name in TRANSLATED]
)
def test_both_languages_have_the_same_parts_tables_and_links(english: str, chinese: str) -> None:
    assert headings_of(english) == headings_of(chinese)
    files = [
        [target for target in LINK.findall(text_of(name)) if target.startswith(("services/", "deploy/"))]
        for name in (english, chinese)
    ]
    assert files[0] == files[1]


@pytest.mark.parametrize("name", PAGES_IN_CHINESE)
def test_a_page_and_its_translation_link_to_each_other(name: str) -> None:
    for page, other in ((f"{name}.md", f"{name}.zh-CN.md"), (f"{name}.zh-CN.md", f"{name}.md")):
        assert f"]({other})" in text_of(f"docs/{page}")


def test_every_page_exists_in_both_languages_or_it_is_said_why_not() -> None:
    pages = {page.stem for page in (ROOT / "docs").glob("*.md") if ".zh-CN" not in page.name}
    assert pages == {*PAGES_IN_CHINESE, *IN_ONE_PAGE, *MEASURED}


def test_every_event_is_described_in_chinese() -> None:
    assert in_chinese() == {(event.publisher, event.__name__) for event in EVENT_TYPES.values()}


@pytest.mark.parametrize("name", PAGES_IN_CHINESE)
def test_a_chinese_page_leads_to_chinese_pages(name: str) -> None:
    there = {f"{page}.md" for page in PAGES_IN_CHINESE} - {f"{name}.md"}
    links = {target.partition("#")[0] for target in LINK.findall(text_of(f"docs/{name}.zh-CN.md"))}
    assert not links & there


@pytest.mark.parametrize("name", PAGES_IN_CHINESE)
def test_a_translated_page_names_the_same_tests(name: str) -> None:
    english, chinese = (
        TEST_NAME.findall(text_of(f"docs/{page}")) for page in (f"{name}.md", f"{name}.zh-CN.md")
    )
    assert english == chinese


@pytest.mark.parametrize(
    "english",
    [f"docs/{name}.md" for name in PAGES_IN_CHINESE if name != "operations"],
)
def test_a_translated_page_names_the_same_rules_doors_and_tests(english: str) -> None:
    chinese = english.replace(".md", ".zh-CN.md")
    prose = [_NOT_PROSE.sub("", text_of(name)).replace("\n", " ") for name in (english, chinese)]
    for pattern in (_RULE, _CODE):
        named_there, named_here = (set(pattern.findall(page)) for page in prose)
        assert not named_there ^ named_here, f"say the same in {chinese} as in {english}"


_NOT_PROSE = re.compile(
    r"<!-- states -->.*?<!-- /states -->|^\| `[A-Z_]+` \|.*?$|```.*?```", re.DOTALL | re.MULTILINE
)
_RULE = re.compile(r"\b[A-Z]{2,4}-\d+\b")
_CODE = re.compile(
    r"`((?:GET|PUT|POST|redress|test_)[^`\n]*|[A-Z][a-z]+[A-Z]\w+|[a-z_]+\.[a-z_]+|REDRESS_\w+)`"
)


def test_the_rule_table_finds_every_rule_that_a_rule_file_names() -> None:
    rows = re.findall(r"^\| .+ \| (.*) \| \[\w+\.py\]\((.+)\) \|$", text_of("README.md"), re.MULTILINE)
    found = {file: ids for ids, file in rows}
    missing = {
        f"{family}-{number} in {file}"
        for rule in rule_files()
        for file in [str(rule.path.relative_to(ROOT))]
        if file in found
        for family, number in RULE_ID.findall(ast.get_docstring(rule.tree) or "")
        if not _covers(found[file], family, number)
    }
    assert rows
    assert not missing


def _covers(ids: str, family: str, number: str) -> bool:
    """True if `OF-1 to OF-7, CAP-1` covers OF-4."""
    for part in ids.split(", "):
        ends = RULE_ID.findall(part)
        if (family, number) in ends:
            return True
        if len(ends) == 2 and ends[0][0] == family == ends[1][0]:
            low, high = ends[0][1], ends[1][1]
            if not number.isdigit() or int(low) <= int(number) <= int(high):
                return True
    return False


def test_the_tables_of_settings_and_metrics_are_current() -> None:
    page = text_of(LANGUAGES["en"])
    assert "<!-- settings -->" in page
    assert "<!-- metrics -->" in page
    assert reference_tables.filled(page) == page, "run: python -m tools.reference_tables"


def test_the_chinese_tables_have_every_setting_and_every_metric() -> None:
    page = LANGUAGES["zh-CN"]
    settings = [reference_tables.variable_of(name) for name in Settings.model_fields]
    assert first_cells(page, r"REDRESS_\w+") == settings
    for name in Settings.model_fields:
        row = f"| `{reference_tables.variable_of(name)}` | {reference_tables.default_of(name)} |"
        assert row in text_of(page)
    metrics = [reference_tables.exposed_name(metric) for _, metric in reference_tables.metrics()]
    assert [name for name in first_cells(page, r"redress_\w+") if name in metrics][: len(metrics)] == metrics


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_line_that_is_logged_is_explained(language: str) -> None:
    logged = {
        str(node.args[0].value)
        for path in sources("services", "shared")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "log"
        and node.func.attr in {"debug", "info", "warning", "error", "exception"}
        and node.args
        and isinstance(node.args[0], ast.Constant)
    }
    assert set(first_cells(LANGUAGES[language], r"[a-z_]+\.[a-z_]+")) == logged


@pytest.mark.parametrize("page", PAGES, ids=named(PAGES))
def test_every_command_that_is_shown_can_be_called(page: Path) -> None:
    for command in re.findall(r"`redress ([a-z][^`]*)`", page.read_text(encoding="utf-8")):
        words = (
            command.replace("<service>", "intake").replace("FILE", __file__).replace("<subject>", "1").split()
        )
        assert words[0] in commands()
        assert len(words) == 1 or parse_command(words)


def test_the_glossary_explains_every_code_of_the_vocabulary() -> None:
    explained = set(re.findall(r"`([^`]+)`", text_of("docs/glossary.md")))
    used = {
        str(value)
        for kind in vars(vocabulary).values()
        if isinstance(kind, type) and issubclass(kind, StrEnum) and kind is not StrEnum
        for value in kind
    }
    assert not used - explained


def test_the_glossary_has_each_word_once_and_in_both_languages() -> None:
    rows = re.findall(r"^\| ([^|`]+) \| ([^|]+) \| ([^|]+) \|$", text_of("docs/glossary.md"), re.MULTILINE)
    words = [english for english, _, _ in rows if english not in {"English", "---", "Code"}]
    assert len(words) == len(set(words)) > 50
    assert all(re.search("[\u4e00-\u9fff]", chinese) for _, chinese, _ in rows if chinese != "---")


@pytest.mark.parametrize("page", ["docs/architecture.md", "docs/architecture.zh-CN.md"])
def test_the_picture_shows_only_events_that_are_told_and_heard_like_that(page: str) -> None:
    participants = dict(re.findall(r"participant (\w) as (\w+)", text_of(page)))
    assert set(participants.values()) == set(SERVICES)
    readers = {EVENT_TYPES[kind].__name__: names for kind, names in readers_by_type().items()}
    publishers = {event.__name__: event.publisher for event in EVENT_TYPES.values()}
    arrows = re.findall(r"^ +(\w)-->>(\w): (.+)$", text_of(page), re.MULTILINE)
    assert arrows
    for source, target, label in arrows:
        events = [word for word in re.findall(r"[A-Z][a-z]+[A-Z]\w+", label) if word in publishers]
        assert events
        for event in events:
            assert publishers[event] == participants[source]
            assert participants[target] in readers[event]


def test_decisions_are_numbered_short_and_of_one_form() -> None:
    records = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert [record.name[:4] for record in records] == [f"{n:04d}" for n in range(1, len(records) + 1)]
    for record in records:
        lines = record.read_text(encoding="utf-8").splitlines()
        assert lines[0].startswith(f"# {record.name[:4]}: ")
        assert [line for line in lines if line.startswith("## ")] == [
            "## Context",
            "## Decision",
            "## Consequences",
        ]
        assert len(lines) < 50
        for page in ("docs/architecture.md", "docs/architecture.zh-CN.md"):
            assert f"decisions/{record.name}" in text_of(page)
