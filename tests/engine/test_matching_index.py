"""Tests of a library as candidates, where many tracks bear one name."""

from custom_components.music_sync.engine.matching import TrackIndex
from custom_components.music_sync.engine.model import Track

NOCTURNES = [
    Track(id=f"nocturne {number}", title=f"Nocturne No. {number}", artists=("Frédéric Chopin",), duration=200.0)
    for number in range(300)
]
INTROS = [
    Track(id=f"intro {number}", title="Intro", artists=(f"Band {number}",), duration=60.0) for number in range(300)
]


def test_each_of_many_is_found() -> None:
    """Numbered parts by their number, tracks of one title by their artist."""
    index = TrackIndex([*NOCTURNES, *INTROS])
    for track in (*NOCTURNES[::17], *INTROS[::17]):
        assert index.match(track).track == track


def test_few_are_weighed() -> None:
    """A name that hundreds bear brings no more candidates than a page of search results does."""
    index = TrackIndex([*NOCTURNES, *INTROS])
    assert max(len(index.candidates(track)) for track in (NOCTURNES[7], INTROS[7])) <= 120
