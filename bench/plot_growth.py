"""Draws how the cost of watching grows with the number of open promises, from a result of `bench sla_growth`.

python -m bench.plot_growth RESULT.json > docs/sla-growth.svg
"""

import json
import math
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

WIDTH, HEIGHT, LEFT, BOTTOM, TOP, RIGHT = 640, 358, 70, 118, 40, 40
TOLD = {"us_each": "firing, µs a timer", "idle_look_ms": "idle look, ms"}
WAYS = {
    "at_many_times": "firing, what is due having come at twenty times, µs a timer",
    "scattered": "firing, what is due lying scattered, µs a timer",
}


class Line(NamedTuple):
    """A measure at each number of open promises, beside what it was at the first."""

    name: str
    points: Sequence[tuple[int, float]]

    def ratios(self) -> list[tuple[int, float]]:
        """Each as a multiple of the first."""
        return [(size, value / self.points[0][1]) for size, value in self.points]


def lines_of(result: Mapping[str, Any]) -> list[Line]:
    """What is drawn of a result."""
    lines = [
        Line(name, [(one["open"], one[key]) for one in result["sla_growth"]["sizes"]])
        for key, name in TOLD.items()
    ]
    ways = [(name, result["sla_growth"][way]) for way, name in WAYS.items()]
    return lines + [Line(name, [(one["open"], one["us_each"]) for one in sizes]) for name, sizes in ways]


def svg(lines: Sequence[Line], demanded: float = 1.5) -> str:
    """The picture: open promises on a logarithmic axis, cost as a multiple of that at the fewest."""
    sizes = [size for size, _ in lines[0].points]
    highest = max([demanded, *(ratio for line in lines for _, ratio in line.ratios())]) * 1.15

    def x(size: float) -> float:
        share = math.log(size / sizes[0]) / math.log(sizes[-1] / sizes[0])
        return LEFT + share * (WIDTH - LEFT - RIGHT)

    def y(ratio: float) -> float:
        return HEIGHT - BOTTOM - ratio / highest * (HEIGHT - BOTTOM - TOP)

    drawn = [
        f'<text x="{LEFT}" y="22">Cost beside that at {sizes[0]:,} open promises; dashed: what is demanded</text>'
    ]
    drawn += [_rule(x(sizes[0]), y(0), x(sizes[-1]), y(0)), _rule(x(sizes[0]), y(0), x(sizes[0]), y(highest))]
    drawn.append(_rule(x(sizes[0]), y(demanded), x(sizes[-1]), y(demanded), "#888", "6 4"))
    drawn += [_text(x(size), HEIGHT - BOTTOM + 20, f"{size:,}") for size in sizes]
    drawn += [_text(LEFT - 24, y(ratio) + 4, f"{ratio:g}×") for ratio in (0.5, 1, demanded)]
    for number, (line, colour) in enumerate(
        zip(lines, ("#1f5fa8", "#b4531f", "#5a7d2a", "#7a3f8f"), strict=False)
    ):
        path = " ".join(f"{x(size):.1f},{y(ratio):.1f}" for size, ratio in line.ratios())
        drawn.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        values = " / ".join(f"{value:.3g}" for _, value in line.points)
        drawn.append(
            f'<text x="{LEFT}" y="{HEIGHT - 66 + number * 18}" fill="{colour}">{line.name}: {values}</text>'
        )
    body = "\n".join(drawn)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" '
        f'font-family="sans-serif" font-size="12">\n<rect width="100%" height="100%" fill="#fff"/>\n{body}\n</svg>\n'
    )


def _rule(x1: float, y1: float, x2: float, y2: float, colour: str = "#333", dashes: str = "none") -> str:
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" '
        f'stroke-dasharray="{dashes}"/>'
    )


def _text(x: float, y: float, words: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="middle">{words}</text>'


if __name__ == "__main__":
    sys.stdout.write(svg(lines_of(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))))
