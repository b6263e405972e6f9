"""Turns what was measured into the table beside the targets, and into the lines that explain it."""

from collections.abc import Mapping
from typing import Any

from .targets import ROWS, Row

Results = Mapping[str, Any]


def rows(results: Results) -> list[Row]:
    """Every row with its figures, as far as they were measured."""
    return [
        row._replace(measured=_figures(row.key, results), spoiled=_spoiled(row.key, results)) for row in ROWS
    ]


def _figures(key: str, results: Results) -> tuple[float, ...]:
    accept, apart, together = (results.get(part) for part in ("accept", "journeys", "together"))
    match key:
        case "accept" if accept:
            return (accept["cases"]["ours"]["ratio"],)
        case "post" if accept:
            return (accept["open_loop"]["p50_ms"], accept["open_loop"]["p99_ms"])
        case "owned" if "owned" in results:
            return (results["owned"]["p50_ms"], results["owned"]["p99_ms"])
        case "journeys" | "together" if key in results:
            return (results[key]["journeys_per_s"],)
        case "relay" | "sla_due_dates" if key in results:
            return (results[key]["per_s"],)
        case "customer_view" if _largest_view(results):
            return (_largest_view(results)["1_at_once"]["p95_ms"],)
        case "customer_import" if key in results:
            return (results[key]["json_known_per_s"], results[key]["csv_known_per_s"])
        case "assignment" if key in results:
            return (max(took["p99_ms"] for took in results[key]["departments_of"].values()),)
        case "rules" if key in results:
            return (results[key]["p50_ms"], results[key]["p99_ms"])
        case _ if key.startswith("sla_"):
            return _watching(key, results)
        case "memory" if apart and together:
            largest = max(memory["rss"] for memory in apart["memory_mib"].values())
            return (largest, together["memory_mib"]["redress"]["rss"])
    return ()


def _largest_view(results: Results) -> Mapping[str, Any]:
    found: Mapping[str, Any] = results.get("customer_view_million") or results.get("customer_view") or {}
    return found


def _watching(key: str, results: Results) -> tuple[float, ...]:
    beside, grown = results.get("sla_watch"), results.get("sla_growth")
    match key:
        case "sla_fired" if beside:
            return (beside["fired"]["per_s"],)
        case "sla_at_once" if beside:
            return (beside["at_once"]["seconds"],)
        case "sla_promises" if beside:
            return (beside["promises"]["per_s"],)
        case "sla_grown" if grown:
            return (grown["sizes"][-1]["us_each"] / grown["sizes"][0]["us_each"],)
        case "sla_look" if grown:
            return (grown["sizes"][-1]["idle_look_ms"],)
        case "sla_recompute" if grown:
            return (grown["recompute"]["seconds"],)
    return ()


def _watching_spoiled(key: str, results: Results) -> list[str]:
    """Fewer promises than the row names, or events that are missing."""
    grown, beside = results.get("sla_growth"), results.get("sla_watch")
    if key == "sla_at_once":
        found = beside["at_once"]["timers"] if beside else None
        return [f"only {found:,} were due"] if found is not None and found < 100_000 else []
    if grown is None:
        return []
    if key == "sla_recompute":
        found = grown["recompute"]["promises"]
        return [f"only {found:,} were counted"] if found < 1_000_000 else []
    largest = grown["sizes"][-1]["open"]
    reasons = [f"only {largest:,} open"] if largest < 10_000_000 else []
    missing = sum(one["events_missing"] for one in grown["sizes"])
    return [*reasons, f"{missing} events are missing in the outbox"] if missing else reasons


def _spoiled(key: str, results: Results) -> str:
    """Why a figure does not count: errors, losses, a growing backlog."""
    found = results.get({"post": "accept"}.get(key, key), {})
    if key == "customer_view":
        found = _largest_view(results)
    reasons = []
    if key in {"accept", "post", "owned"}:
        errors = found.get("open_loop", {}).get("errors", 0) if key == "post" else found.get("errors", 0)
        count = sum(errors.values()) if isinstance(errors, dict) else errors
        reasons = [f"{count} errors"] if count else []
    elif key in {"journeys", "together"} and found:
        reasons += [f"{count} × {text}" for text, count in found["errors"].items()]
        reasons += [f"{found['violations']} violations"] if found["violations"] else []
        reasons += ["the backlog grows"] if found["backlog"]["growing"] else []
        reasons += [] if found["backlog"]["came_to_rest"] else ["it did not come to rest"]
    elif key == "relay" and found and (found["left_in_outbox"] or found["in_journal"] != found["events"]):
        reasons = ["events are missing in the journal"]
    elif key == "customer_view" and found and (found["whole_tables_read"] or found["errors"]):
        reasons = [
            f"{found['errors']} errors",
            *(f"all of {name} is read" for name in found["whole_tables_read"]),
        ]
    elif key == "customer_import" and found and found["stored"] != 2 * found["customers"]:
        reasons = ["customers are missing"]
    elif key in {"sla_grown", "sla_look", "sla_recompute", "sla_at_once"}:
        reasons = _watching_spoiled(key, results)
    elif key == "sla_due_dates" and found and found["wrong"]:
        reasons = [f"{found['wrong']} due dates are wrong"]
    elif key == "rules" and found and found["matched"] != found["expected"]:
        reasons = ["wrong rules applied"]
    return "; ".join(reasons)


def table(results: Results) -> str:
    """The table as Markdown."""
    lines = ["| measured | figure | at least | aim | |", "|---|---|---|---|---|"]
    for row in rows(results):
        least = _pair(tuple(target.least for target in row.targets), row.unit)
        aim = _pair(tuple(target.aim for target in row.targets), row.unit)
        verdict = row.verdict + (f": {row.spoiled}" if row.spoiled else "")
        lines.append(f"| {row.name} | {_pair(row.measured, row.unit)} | {least} | {aim} | {verdict} |")
    return "\n".join(lines)


def _pair(figures: tuple[float, ...], unit: str) -> str:
    if not figures:
        return "–"
    text = " / ".join(_number(figure) for figure in figures)
    return f"{text}{unit}" if unit in {"/s", "×"} else f"{text} {unit}"


def _number(figure: float) -> str:
    return f"{figure:,.0f}" if figure >= 100 else f"{figure:.3g}"


def conditions(machine: Mapping[str, Any]) -> str:
    """What the figures hang on."""
    load, sync = machine["load"], machine["fdatasync_ms"]
    versions = ", ".join(f"{name} {version}" for name, version in machine["versions"].items())
    where = (
        f"{machine['cores_used']} of {machine['cores_of_machine']} cores ({machine['cpu']}), "
        f"{machine['memory_gib']} GiB, Linux {machine['kernel']}, {machine['file_system']}"
    )
    state = (
        f"fdatasync of 8 KiB {sync['p50']} ms (p99 {sync['p99']} ms); before the run: load "
        f"{load['load_1_min']} (1 min), CPU {load['cpu_in_use']:.0%} in use by others"
    )
    return f"{where}\n{state}\n{versions}"


def details(results: Results) -> str:
    """What stands behind the figures, a few lines per part."""
    lines: list[str] = []
    if accept := results.get("accept"):
        for name, case in accept["cases"].items():
            cpu = case["cpu_us_per_request"]
            lines.append(
                f"  {name:<16} {case['per_s']:>7,.0f}/s  ratio {case['ratio']:.2f}  p50 {case['p50_ms']:.1f} "
                f"p99 {case['p99_ms']:.1f} ms  CPU/request {cpu['server']} µs + PostgreSQL {cpu['postgres']} µs"
            )
        lines.append(f"  outbox rows left after a round of ours: {accept['outbox_rows_left_after_a_round']}")
        lines.append(f"  POST at {accept['open_loop']['rate']:g}/s: {_rounds(accept['open_loop'])}")
    if owned := results.get("owned"):
        views = {
            "owned": owned,
            "to routing's journal": owned["to_journal_ms"],
            "POST itself": owned["post_ms"],
        }
        lines += [f"  {name}: {_rounds(part)}" for name, part in views.items()]
    for key in ("journeys", "together"):
        if found := results.get(key):
            lines += _journey_lines(key, found)
    if look := results.get("incidents"):
        parts = ("hear", "crowds", "causes", "waiting", "forget")
        took = ", ".join(f"{part} {look[part]['best_ms']} to {look[part]['worst_ms']} ms" for part in parts)
        lines.append(f"  incidents: {look['complaints']:,} complaints in {look['groups']:,} groups: {took}")
    if relay := results.get("relay"):
        lines.append(
            f"  relay: publishing alone, without outbox and journal: {relay['publish_alone_per_s']:,.0f}/s"
        )
    if beside := results.get("sla_watch"):
        fired, laid, at_once = beside["fired"], beside["with_clocks"], beside["at_once"]
        lines.append(
            f"  sla, beside {fired['open']:,} open: CPU per timer {fired['cpu_us']['python']:.0f} µs + PostgreSQL "
            f"{fired['cpu_us']['postgres']:.0f} µs; where each lays a clock {laid['per_s']:,.0f}/s, "
            f"{laid['cpu_us']['python']:.0f} µs + {laid['cpu_us']['postgres']:.0f} µs; "
            f"{at_once['timers']:,} breaches of one second gave {at_once['events']:,} events"
        )
    if grown := results.get("sla_growth"):
        sizes = "; ".join(
            f"{one['open']:,} open: {one['us_each']:.0f} µs a timer ({sum(one['cpu_us'].values()):.0f} µs of CPU), "
            f"idle look {one['idle_look_ms']:.2f} ms"
            for one in grown["sizes"]
        )
        lines.append(f"  sla, as it grows: {sizes}")
    if assignment := results.get("assignment"):
        found = ", ".join(
            f"{size}: {took['p50_ms']:.3f} / {took['p99_ms']:.3f}"
            for size, took in assignment["departments_of"].items()
        )
        lines.append(
            f"  assignment among {assignment['staff']:,} staff, p50 / p99 ms by size of department: {found}"
        )
    for view in filter(None, (results.get("customer_view"), results.get("customer_view_million"))):
        took = ", ".join(
            f"{many.replace('_', ' ')}: {ms['p50_ms']} / {ms['p95_ms']} / {ms['p99_ms']} ms, {ms['per_s']:,}/s"
            for many, ms in view.items()
            if many.endswith("_at_once")
        )
        lines.append(
            f"  customer view among {view['customers']:,} customers and {view['complaints']:,} complaints "
            f"(filled in {view['seconds_to_fill']:.0f} s), p50 / p95 / p99 {took}; "
            f"indexes: {', '.join(view['indexes_used'])}"
        )
    if entered := results.get("customer_import"):
        rates = ", ".join(
            f"{name.removesuffix('_per_s').replace('_', ' ')} {rate:,}/s"
            for name, rate in entered.items()
            if name.endswith("_per_s")
        )
        cost = entered["cpu_us_per_customer"]
        lines.append(f"  customer import: {rates}; {cost} µs of CPU each, intake and PostgreSQL together")
    if rules := results.get("rules"):
        lines.append(f"  rules: {rules['rules']} made ready in {rules['compile_ms']} ms")
    return "\n".join(lines)


def _rounds(found: Mapping[str, Any]) -> str:
    """Medians, and the rounds they are of: a disk that stalls for a moment shows in one of them."""
    return (
        f"p50 {found['p50_ms']:.1f} p99 {found['p99_ms']:.1f} ms, the medians of "
        f"{found['rounds_p50_ms']} and {found['rounds_p99_ms']}"
    )


def _journey_lines(key: str, found: Mapping[str, Any]) -> list[str]:
    backlog, times = found["backlog"], found["journey_ms"]

    def listed(values: Mapping[str, float]) -> str:
        return ", ".join(f"{name} {value:g}" for name, value in values.items() if value)

    memory = ", ".join(
        f"{name} {used['rss']:.0f} ({used['pss']:.0f})" for name, used in found["memory_mib"].items()
    )
    flow = (
        f"  {key}: {found['in_flight']} in flight, {found['events_per_s']:,.0f} events/s, journey p50 "
        f"{times['p50']} p99 {times['p99']} ms, {found['cores_in_use']} cores in use by all of it"
    )
    waiting = (
        f"    backlog: at most {backlog['most']} events, grows by {backlog['grows_by_per_s']}/s, at rest "
        f"{backlog['rest_seconds']} s after the last journey; {found['violations']} violations"
    )
    return [
        flow,
        f"    CPU ms per journey: {listed(found['cpu_ms_per_journey'])}",
        f"    commits per journey: {listed(found['commits_per_journey'])}",
        f"    held per journey: {listed(found['held_per_journey']) or 'none'}",
        waiting,
        f"    memory MiB, RSS (PSS): {memory}",
    ]
