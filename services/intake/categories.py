"""Keeps the category tree: imported as a whole, read again when another process has imported one."""

from time import monotonic
from typing import Any

from shared.bus.database import Row
from shared.bus.statement import Statement
from shared.bus.unit_of_work import Transaction, UnitOfWork
from shared.runtime.errors import UnprocessableError

from .case_type import CaseType
from .category_tree import SEPARATOR, Category, CategoryTree, every_path
from .csv_file import rows, wrong

LEVELS = 3
LOOK_EVERY = 5.0
"""Seconds after which a process looks whether another one has imported a tree."""

_COLUMNS = {
    "level1": "level1",
    "level2": "level2",
    "level3": "level3",
    "一级分类": "level1",
    "二级分类": "level2",
    "三级分类": "level3",
    "department": "department",
    "部门": "department",
    "case_type": "case_type",
    "类型": "case_type",
    "fault": "fault",
    "是否故障": "fault",
}
_YES, _NO = frozenset({"yes", "true", "1", "是"}), frozenset({"no", "false", "0", "否"})

_VERSION = Statement("SELECT version FROM category_tree")
_READ = Statement("SELECT path, department, case_type, is_fault FROM category ORDER BY path")
_BELOW = Statement(
    """
    SELECT path, department, case_type, is_fault FROM category
    WHERE CAST(:under AS text) IS NULL OR path = :under OR starts_with(path, :under || '/') ORDER BY path
    """
)
_REPLACE = Statement(
    """
    WITH gone AS (
        DELETE FROM category WHERE path <> ALL (CAST(:paths AS text[]))
    ), numbered AS (
        INSERT INTO category_tree (version, imported_at) VALUES (1, now())
        ON CONFLICT (single) DO UPDATE SET version = category_tree.version + 1, imported_at = now()
        RETURNING version
    ), stored AS (
        INSERT INTO category (path, department, case_type, is_fault)
        SELECT * FROM unnest(CAST(:paths AS text[]), CAST(:departments AS text[]), CAST(:case_types AS text[]),
                             CAST(:faults AS boolean[]))
        ON CONFLICT (path) DO UPDATE SET department = excluded.department, case_type = excluded.case_type,
            is_fault = excluded.is_fault
    )
    SELECT version FROM numbered
    """
)


class Categories:
    """The tree as this process knows it: at most `LOOK_EVERY` seconds old when a contact is decided."""

    def __init__(self) -> None:
        self.tree = CategoryTree({})
        self.version = 0
        self._looked_at: float | None = None

    async def keep_fresh(self, tx: Transaction) -> CategoryTree:
        """The tree that holds; looks for a newer one now and then."""
        if self._looked_at is None or monotonic() - self._looked_at >= LOOK_EVERY:
            self._looked_at = monotonic()
            found = await tx.fetch(_VERSION, {})
            if found and found[0][0] != self.version:
                rows = await tx.fetch(_READ, {})
                self.tree, self.version = CategoryTree(dict(map(_category, rows))), found[0][0]
        return self.tree

    async def replace(self, work: UnitOfWork, tree: dict[str, Category]) -> int:
        """Store this tree instead of the one before; returns the number of the import."""
        async with work.begin() as tx:
            [(version,)] = await tx.fetch(
                _REPLACE,
                {
                    "paths": list(tree),
                    "departments": [category.department for category in tree.values()],
                    "case_types": [category.case_type for category in tree.values()],
                    "faults": [category.is_fault for category in tree.values()],
                },
            )
        self._looked_at = None
        return int(version)


def _category(row: Row) -> tuple[str, Category]:
    path, department, case_type, is_fault = row
    return path, Category(department, CaseType(case_type) if case_type else None, is_fault)


async def list_categories(work: UnitOfWork, under: str | None) -> list[dict[str, Any]]:
    """Every category as it was imported, by path; only `under` and what is below it, if given."""
    return [dict(row) for row in await work.fetch(_BELOW, {"under": under})]


def read_tree(document: str) -> dict[str, Category]:
    """The categories in a CSV file. Raises UnprocessableError that names line and column.

    A line is a category with all above it; its department, case type and fault belong to the last name in it.
    """
    tree: dict[str, Category] = {}
    for line, given in rows(document, _COLUMNS, "level1"):
        path = _path([given.get(f"level{level}", "") for level in range(1, LEVELS + 1)], line)
        for above in path:
            tree.setdefault(above, Category())
        tree[path[-1]] = Category(
            given.get("department") or None,
            _case_type(given.get("case_type", ""), line),
            _fault(given.get("fault", ""), line),
        ).within(tree[path[-1]])
    if not tree:
        raise UnprocessableError("has no category", "没有任何分类", field="body")
    return tree


def _path(levels: list[str], line: int) -> list[str]:
    named = [name for name in levels if name]
    if not named or named != levels[: len(named)]:
        raise wrong("a level is missing before another one", "上级分类为空", line, "level1")
    if any(SEPARATOR in name or "\x00" in name or len(name) > 60 for name in named):
        raise wrong(
            "a name must have at most 60 characters and no /", "分类名最长 60 字且不含 /", line, "level1"
        )
    return every_path(named)


def _case_type(value: str, line: int) -> CaseType | None:
    if value and value not in set(CaseType):
        allowed = ", ".join(CaseType)
        raise wrong(f"must be one of {allowed}", f"须为以下之一：{allowed}", line, "case_type")
    return CaseType(value) if value else None


def _fault(value: str, line: int) -> bool | None:
    if value and value.lower() not in _YES | _NO:
        raise wrong("must be yes or no", "须为 是 或 否", line, "fault")
    return value.lower() in _YES if value else None
