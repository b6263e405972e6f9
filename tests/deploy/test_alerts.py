"""The rules by which Prometheus calls somebody: mounted, in both languages, about metrics that there are."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.sla.policy import SlaPolicy
from shared.runtime.policy import load_policy

ROOT = Path(__file__).parents[2]
PROMETHEUS = ROOT / "deploy" / "prometheus"
RULES = {
    rule["alert"]: rule
    for file in sorted((PROMETHEUS / "rules").glob("*.yml"))
    for group in yaml.safe_load(file.read_text(encoding="utf-8"))["groups"]
    for rule in group["rules"]
}
OPERATIONS = {
    name: (ROOT / "docs" / name).read_text(encoding="utf-8")
    for name in ("operations.md", "operations.zh-CN.md")
}


def test_prometheus_reads_the_rules_where_compose_puts_them() -> None:
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    config = yaml.safe_load((PROMETHEUS / "prometheus.yml").read_text(encoding="utf-8"))
    assert config["rule_files"] == ["/etc/prometheus/rules/*.yml"]
    mounted = compose["services"]["prometheus"]["volumes"]
    for file in (PROMETHEUS / "rules").iterdir():
        assert f"./deploy/prometheus/rules/{file.name}:/etc/prometheus/rules/{file.name}:ro" in mounted


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_an_alert_is_about_a_metric_that_operators_can_read_of(rule: dict[str, Any]) -> None:
    metrics = re.findall(r"redress_\w+", rule["expr"])
    assert metrics
    for page in OPERATIONS.values():
        assert all(f"`{metric}`" in page for metric in metrics)
        assert f"`{rule['alert']}`" in page


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_an_alert_says_what_to_do_in_both_languages(rule: dict[str, Any]) -> None:
    assert rule["labels"]["severity"] in {"warning", "critical"}
    for text in rule["annotations"].values():
        english, chinese = text.split(" / ")
        assert re.search(r"[a-z]{3}", english)
        assert re.search(r"[\u4e00-\u9fff]{3}", chinese)


def test_the_alert_and_the_warning_in_the_log_begin_at_the_same_day() -> None:
    days = load_policy(SlaPolicy, "sla").horizon_warning_days
    assert RULES["HolidaysNotPublishedMuchLonger"]["expr"].endswith(
        f"redress_sla_calendar_horizon_days) < {days}"
    )
