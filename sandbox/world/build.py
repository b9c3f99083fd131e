"""Write the service files of the demo world from its facts: `python -m sandbox.world.build`.

A line of `arrangement.jsonl` says what chance must not decide for a `recording`: `on` the only service that has it,
whether it is `liked`, the `favorite` (which of its Qobuz issues is one beforehand), and for `spotify` and `qobuz` one
object for each pressing with the fields that differ from what the spelling would give.
"""

from datetime import UTC, datetime, timedelta
import json
from pathlib import Path
from typing import Any

from . import HERE, Recording, qobuz_spelling, read_lines, spotify_spelling
from .chance import chance, number
from .odd_likes import ODD_LIKES, WITHOUT_NAME

FIRST_LIKE = datetime(2016, 3, 5, 18, 22, 1, tzinfo=UTC)
LONGEST_PAUSE = 1_500_000
BULK_IMPORTS = (range(21, 60), range(201, 226))
PLACEHOLDER = "1970-01-01T00:00:00Z"
PLACEHOLDER_LIKES = 2
# Nearly every track of Spotify has an ISRC, so recordings whose ISRC is known are liked more often.
LIKED_PERCENT_WITH_ISRC, LIKED_PERCENT = 88, 58

type Json = dict[str, Any]


def spotify_rows(recordings: list[Recording], arrangement: Json, names: Json) -> list[Json]:
    """Spell every recording that Spotify has; a second pressing where the arrangement asks for one."""
    rows = []
    for recording in recordings:
        special = arrangement.get(recording.id, {})
        if special.get("on") == "qobuz":
            continue
        if recording.kind != "real" and not special.get("liked"):
            continue
        for place, pressing in enumerate(special.get("spotify", [{}])):
            data = spotify_spelling.spell(recording, place, pressing, names)
            rows.append({"recording": recording.id, "data": data})
    return [*rows, *({"recording": None, "data": data} for data in WITHOUT_NAME)]


def qobuz_rows(recordings: list[Recording], arrangement: Json, names: Json) -> list[Json]:
    """Spell every recording that Qobuz has, issue by issue."""
    by_id = {recording.id: recording for recording in recordings}
    rows: list[Json] = []
    for recording in recordings:
        special = arrangement.get(recording.id, {})
        if special.get("on") == "spotify":
            continue
        near = by_id[recording.near] if recording.near else None
        issues = qobuz_spelling.spell(recording, near, special.get("qobuz", []), names)
        rows.extend({"recording": recording.id, "data": data} for data in issues)
    return rows


def likes(tracks: list[Json], arrangement: Json) -> list[Json]:
    """Choose what is liked and when, oldest first; odd rows stand among the others."""
    liked: list[Any] = [row["data"]["id"] for row in tracks if _is_liked(row, arrangement)]
    liked.sort(key=lambda track_id: number(1 << 64, track_id, "order"))
    for place, odd in ODD_LIKES:
        liked.insert(place, odd)
    moment, rows = FIRST_LIKE, []
    for place, track in enumerate(liked):
        if not any(place in bulk for bulk in BULK_IMPORTS):
            moment += timedelta(seconds=2 + number(LONGEST_PAUSE, str(place), "pause"))
        added_at = PLACEHOLDER if place < PLACEHOLDER_LIKES else moment.strftime("%Y-%m-%dT%H:%M:%SZ")
        rows.append({"added_at": added_at, "track": track})
    return rows


def _is_liked(row: Json, arrangement: Json) -> bool:
    """Tell whether a Spotify row is among the likes: always if it has no name left, else as arranged or by chance."""
    recording: str | None = row["recording"]
    if recording is None:
        return True
    percent = LIKED_PERCENT_WITH_ISRC if row["data"]["external_ids"] else LIKED_PERCENT
    return bool(arrangement.get(recording, {}).get("liked", chance(percent, recording, "liked")))


def favorites(arrangement: Json, tracks: list[Json]) -> list[Json]:
    """Give what the Qobuz account has already: the issue of each recording that the arrangement names."""
    issues: dict[str, list[int]] = {}
    for row in tracks:
        issues.setdefault(row["recording"], []).append(row["data"]["id"])
    return [
        {"id": issues[recording][special["favorite"]]}
        for recording, special in arrangement.items()
        if "favorite" in special
    ]


def build(folder: Path = HERE, target: Path = HERE) -> None:
    """Read the facts in `folder` and write the four service files to `target`."""
    recordings = [Recording(**row) for row in read_lines(folder / "recordings.jsonl")]
    arrangement = {row["recording"]: row for row in read_lines(folder / "arrangement.jsonl")}
    names = {row["name"]: row for row in read_lines(folder / "artists.jsonl")}
    spotify = spotify_rows(recordings, arrangement, names)
    qobuz = qobuz_rows(recordings, arrangement, names)
    files = {
        "spotify_tracks": spotify,
        "qobuz_tracks": qobuz,
        "spotify_likes": likes(spotify, arrangement),
        "qobuz_favorites": favorites(arrangement, qobuz),
    }
    for name, rows in files.items():
        lines = (json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n" for row in rows)
        (target / f"{name}.jsonl").write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    build()
