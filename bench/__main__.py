"""Runs all measurements, or those that are named, and prints the figures beside the targets.

python -m bench [accept] [owned] [journeys] [together] [relay] [sla_due_dates] [sla_watch] [customer_view]
                [customer_import] [assignment] [rules] [--short]
python -m bench sla_growth               only when named: ten to twenty minutes and 10 GB of disk, given back
python -m bench incidents                only when named: one look for incidents in an hour at a hundred a second
python -m bench customer_view_million    only when named: four to seven minutes and 8 GB of disk, given back
"""

import argparse
import json
import logging
import signal
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import uvloop

from tests.kafka.distribution import BrokerMissingError

from .accept import Load, accept
from .assignment import assignment
from .customer_import import customer_import
from .customer_view import MILLION, customer_view
from .incidents import incidents
from .journeys import IN_FLIGHT, Span, apart, together
from .machine import NOT_A_DISK, describe, file_system, usage, use_two_cores
from .owned import owned
from .relay import relay
from .report import conditions, details, table
from .rules import rules
from .sla_due_dates import sla_due_dates
from .sla_watch import sla_growth, sla_watch
from .stage import PLACE, Stage, StartError

RESULTS = Path(__file__).parent / "results"
ON_REQUEST = {"customer_view_million", "incidents", "sla_growth"}
Part = Callable[[Stage], Awaitable[dict[str, Any]]]


def parts(arguments: argparse.Namespace) -> dict[str, Part]:
    """Every part by its name, in the order in which they run."""
    short, flight = arguments.short, arguments.in_flight
    load = Load(rounds=1, seconds=2.0, open_loop=3.0) if short else Load()
    span = Span(3.0, 5.0) if short else Span()
    return {
        "accept": lambda stage: accept(stage, load),
        "owned": lambda stage: owned(stage, 3.0, rounds=1) if short else owned(stage),
        "journeys": lambda stage: apart(stage, span, flight),
        "together": lambda stage: together(stage, span, flight),
        "relay": lambda stage: relay(stage, 10_000) if short else relay(stage),
        "sla_due_dates": lambda stage: sla_due_dates(stage, 20_000) if short else sla_due_dates(stage),
        "sla_watch": lambda stage: sla_watch(stage, 5_000, 10_000) if short else sla_watch(stage),
        "sla_growth": lambda stage: (
            sla_growth(stage, (100_000, 200_000), 10_000) if short else sla_growth(stage)
        ),
        "customer_view": lambda stage: customer_view(stage, 20_000, 2.0) if short else customer_view(stage),
        "customer_import": lambda stage: customer_import(stage, 4_000) if short else customer_import(stage),
        "customer_view_million": lambda stage: customer_view(stage, MILLION),
        "incidents": lambda stage: incidents(stage, 20_000) if short else incidents(stage),
        "assignment": lambda stage: assignment(stage, 200) if short else assignment(stage),
        "rules": lambda stage: rules(stage, 200) if short else rules(stage),
    }


async def run(chosen: dict[str, Part], place: Path) -> dict[str, Any]:
    """Measure part after part, each on a stage of its own."""
    cores = use_two_cores()
    if file_system(place) in NOT_A_DISK:
        print(f"{place} lies in memory: nothing is really written there", file=sys.stderr)
    results: dict[str, Any] = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": describe(place, cores),
    }
    print(conditions(results["machine"]), flush=True)
    for name, part in chosen.items():
        before = usage()
        async with Stage(place) as stage:
            try:
                found = await part(stage)
            except (StartError, BrokerMissingError, TimeoutError) as error:
                print(f"{name}: not measured: {error!r}", file=sys.stderr)
                continue
        after = usage()
        results[name] = found | {"others_used_cores": after.others_since(before)}
        took, others = after.at - before.at, results[name]["others_used_cores"]
        print(f"{name}: measured in {took:.0f} s; others used {others} cores meanwhile", flush=True)
    return results


def save(results: dict[str, Any]) -> Path:
    """Keep everything that was measured as JSON."""
    RESULTS.mkdir(exist_ok=True)
    file = RESULTS / f"{results['at'].replace(':', '').replace('+0000', 'Z')}.json"
    file.write_text(json.dumps(results, indent=1, default=str) + "\n", encoding="utf-8")
    return file


def main() -> int:
    """Run what the command line names."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__.splitlines()[0])
    parser.add_argument(
        "parts",
        nargs="*",
        metavar="PART",
        help=f"as above; without any, all but {' '.join(sorted(ON_REQUEST))}",
    )
    parser.add_argument("--short", action="store_true", help="a few seconds each: to see that it works")
    parser.add_argument("--in-flight", type=int, default=IN_FLIGHT, help="journeys under way at one time")
    parser.add_argument("--place", type=Path, default=PLACE, help="folder on a disk for all data")
    arguments = parser.parse_args()
    available = parts(arguments)
    unknown = set(arguments.parts) - available.keys()
    if unknown:
        parser.error(f"there is no {', '.join(sorted(unknown))}; there is {', '.join(available)}")
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    results: dict[str, Any] = {}
    with suppress(KeyboardInterrupt):
        wanted = arguments.parts or available.keys() - ON_REQUEST
        chosen = {name: part for name, part in available.items() if name in wanted}
        results = uvloop.run(run(chosen, arguments.place))
    if not results:
        return 130
    print(details(results))
    print()
    print(table(results))
    print(f"\neverything: {save(results).relative_to(Path.cwd())}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
