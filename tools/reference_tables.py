"""Writes the tables of settings and metrics into docs/operations.md, from the code that defines them.

python -m tools.reference_tables [--check]: with --check, says whether they are out of date and ends with 1.
"""

# ruff: noqa: SLF001 - prometheus-client tells nobody the labels of a metric

import re
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

from prometheus_client import Counter
from prometheus_client.metrics import MetricWrapperBase

from services.command.registry import SERVICES
from shared.runtime.settings import Settings

PAGE = Path(__file__).resolve().parent.parent / "docs" / "operations.md"


def main() -> int:
    """Write or check the tables."""
    before = PAGE.read_text(encoding="utf-8")
    after = filled(before)
    if before == after:
        return 0
    if "--check" in sys.argv[1:]:
        print(f"out of date: {PAGE.name}; run: python -m tools.reference_tables")
        return 1
    PAGE.write_text(after, encoding="utf-8")
    print(f"written: {PAGE.name}")
    return 0


def filled(page: str) -> str:
    """The page with each part between `<!-- name -->` and `<!-- /name -->` made anew."""
    for name, make in TABLES.items():
        place = re.compile(rf"(?<=<!-- {name} -->\n)(.*?)(?=<!-- /{name} -->)", re.DOTALL)
        page = place.sub(lambda _match, make=make: make(), page)  # type: ignore[misc]
    return page


def settings_table() -> str:
    """Every setting with its variable, its default and its meaning."""
    rows = ["| variable | default | meaning |", "| --- | --- | --- |"]
    rows += [
        f"| `{variable_of(name)}` | {default_of(name)} | {field.description} |"
        for name, field in Settings.model_fields.items()
    ]
    return "\n".join(rows) + "\n"


def metrics_table() -> str:
    """Every metric with its labels and its meaning, those of all services first."""
    rows = ["| metric | kind | labels | of | meaning |", "| --- | --- | --- | --- | --- |"]
    for owner, metric in metrics():
        labels = ", ".join(f"`{label}`" for label in metric._labelnames)
        kind = type(metric).__name__.lower()
        rows.append(f"| `{exposed_name(metric)}` | {kind} | {labels} | {owner} | {metric._documentation} |")
    return "\n".join(rows) + "\n"


def variable_of(setting: str) -> str:
    """The environment variable of a setting."""
    return f"REDRESS_{setting.upper()}"


def default_of(setting: str) -> str:
    """The default of a setting as it is shown."""
    default = Settings.model_fields[setting].default
    return "" if default is None else f"`{default}`"


def metrics() -> Iterator[tuple[str, MetricWrapperBase]]:
    """Every metric and whose it is."""
    yield from (("all", metric) for metric in _defined_in(import_module("shared.runtime.metrics")))
    for service in SERVICES:
        module = import_module(f"services.{service}.metrics")
        yield from ((service, metric) for metric in _defined_in(module))


def exposed_name(metric: MetricWrapperBase) -> str:
    """The name under which Prometheus knows a metric."""
    return f"{metric._name}_total" if isinstance(metric, Counter) else str(metric._name)


def _defined_in(module: ModuleType) -> list[MetricWrapperBase]:
    own = {id(value): value for value in vars(module).values() if isinstance(value, MetricWrapperBase)}
    return [value for value in own.values() if not value._labelvalues]


TABLES: dict[str, Callable[[], str]] = {"settings": settings_table, "metrics": metrics_table}

if __name__ == "__main__":
    sys.exit(main())
