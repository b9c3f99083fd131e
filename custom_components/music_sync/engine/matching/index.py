"""A library as candidates: few tracks that could be the same recording, found without looking at the rest."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from rapidfuzz import fuzz, process

from ..model import Track
from ..verdicts import Verdict
from .evidence import Description, describe
from .normalise import key
from .verdict import decide, weigh_all

_SIMILAR_TITLE: Final = 80.0
_MOST_SIMILAR: Final = 20
_MOST_NARROWED: Final = 50
_SAME_LENGTH: Final = 1.5


class TrackIndex:
    """Tracks by identifier, by title and by artist."""

    def __init__(self, tracks: Iterable[Track]) -> None:
        """Read every track once; their order does not matter."""
        self._tracks: list[Track] = []
        self._by_identifier: defaultdict[str, list[int]] = defaultdict(list)
        self._by_title: defaultdict[str, list[int]] = defaultdict(list)
        self._by_artist: defaultdict[str, list[int]] = defaultdict(list)
        self._titles: list[str] = []
        self._raw_titles: list[str] = []
        for track in tracks:
            self._add(track)

    def __len__(self) -> int:
        """Count the tracks."""
        return len(self._tracks)

    def _add(self, track: Track) -> None:
        """File a track under all its keys."""
        row = len(self._tracks)
        description = describe(track)
        self._tracks.append(track)
        self._titles.append(description.title.key)
        self._raw_titles.append(description.title.raw)
        for identifier in _identifiers(description):
            self._by_identifier[identifier].append(row)
        for title in _title_keys(description):
            self._by_title[title].append(row)
        for artist in description.credit.keys | description.credit.romanised:
            self._by_artist[artist].append(row)

    def candidates(self, query: Track) -> list[Track]:
        """Find the tracks that could be the query's recording, in the order they were given."""
        description = describe(query)
        rows: set[int] = set()
        for identifier in _identifiers(description):
            rows.update(self._by_identifier.get(identifier, ()))
        named = {row for title in _title_keys(description) for row in self._by_title.get(title, ())}
        rows |= self._narrowed(named, description)
        rows |= self._by_the_artist(description)
        return [self._tracks[row] for row in sorted(rows)]

    def _by_the_artist(self, description: Description) -> set[int]:
        """Find the artist's tracks with a similar title, or with the same length where scripts may differ."""
        block = {
            row
            for artist in description.credit.keys | description.credit.romanised
            for row in self._by_artist.get(artist, ())
        }
        if not block:
            return set()
        titles = {row: self._titles[row] for row in block}
        similar = process.extract(
            description.title.key, titles, scorer=fuzz.ratio, score_cutoff=_SIMILAR_TITLE, limit=_MOST_SIMILAR
        )
        found = {row for _, _, row in similar}
        if description.duration is not None:
            as_long = {row for row in block if _same_length(self._tracks[row], description.duration)}
            found |= self._narrowed(as_long, description)
        if description.title.mask:
            found |= {row for row in titles if description.title.mask.fullmatch(titles[row])}
        return found

    def _narrowed(self, rows: set[int], description: Description) -> set[int]:
        """Keep those of many rows whose whole titles are most similar: numbered parts all bear one name."""
        if len(rows) <= _MOST_NARROWED:
            return rows
        titles = {row: self._raw_titles[row] for row in rows}
        similar = process.extract(description.title.raw, titles, scorer=fuzz.ratio, limit=_MOST_NARROWED)
        return {row for _, _, row in similar}

    def match(self, query: Track, *, min_score: float = 70) -> Verdict:
        """Decide which track, if any, is the query's recording; one that cannot be played any more counts too."""
        return decide(weigh_all(query, self.candidates(query)), min_score=min_score, playable_only=False)


def _same_length(track: Track, duration: float) -> bool:
    """Tell whether a track is as long, near enough for titles in different scripts."""
    return track.duration is not None and abs(track.duration - duration) <= _SAME_LENGTH


def _identifiers(description: Description) -> frozenset[str]:
    """Collect the identifiers of a recording."""
    return frozenset(filter(None, (description.isrc, description.mbid)))


def _title_keys(description: Description) -> frozenset[str]:
    """Collect the keys of a title: with and without subtitle and article, by its sound, and each subtitle."""
    title = description.title
    return frozenset(
        filter(None, (title.key, title.bare_key, title.full_key, title.romanised, *map(key, title.subtitles)))
    )
