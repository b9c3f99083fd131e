"""The demo's summary, as a table for the terminal."""

from collections.abc import Sequence

from .verdict import PARTS, Demo, Run, Truth, imbalance


def table(demo: Demo, found: Truth) -> str:
    """Lay out both runs side by side, then what the world says about the first."""
    first, second = demo.first, demo.second
    rows: list[tuple[str, ...]] = [("", "first run", "second run")]
    rows.append(("status", first.report["status"], second.report["status"]))
    rows += [(name, *(str(run.report["counts"][name]) for run in (first, second))) for name in ("source", *PARTS)]
    rows.append(("books", *("balanced" if imbalance(run) is None else "NOT balanced" for run in (first, second))))
    rows += [
        (name.replace("_", " "), _percent(first, name), _percent(second, name)) for name in ("success_rate", "coverage")
    ]
    rows.append(("duration", *(f"{run.report['duration']:.1f} s" for run in (first, second))))
    rows.append(("requests to Spotify", *(str(run.requests.spotify) for run in (first, second))))
    rows.append(("requests to Qobuz", *(str(run.requests.qobuz) for run in (first, second))))
    rows.append(("of these, writes", *(str(run.requests.writes) for run in (first, second))))
    lines = _aligned([(name.replace("_", " "), *values) for name, *values in rows])
    rule = "-" * max(map(len, lines))
    return "\n".join(
        [
            lines[0],
            rule,
            *lines[1:],
            rule,
            f"likes that Qobuz has: {len(found.available)}; added or there already: {len(found.settled)}"
            f" ({found.settled_percent:.1f} %); wrong matches: {len(found.wrong)}",
            f"favourites on Qobuz: {len(demo.before)} before, {len(demo.after)} after",
        ]
    )


def _percent(run: Run, name: str) -> str:
    """Write a report's percentage."""
    value = run.report[name]
    return "-" if value is None else f"{value:.1f} %"


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Pad the columns, names to the left and values to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            [row[0].ljust(widths[0]), *(text.rjust(width) for text, width in zip(row[1:], widths[1:], strict=True))]
        )
        for row in rows
    ]
