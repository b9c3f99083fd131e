"""The Qobuz stand-in: looking up and searching the catalogue (facts 2.6: 6 and 12)."""

from typing import Any

import pytest

from sandbox import qobuz_search
from sandbox.qobuz_search import Index, words
from sandbox.world import Row, World

from .qobuz_case import OPERA, QUEEN, ids, qobuz, track


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("SVEFN G ENGLAR sigur ros", 106),
        ("svefn-g-englar Sigur Rós", 106),
        ("prophets song queen", 105),
        ("The Prophet\u2019s Song Queen", 105),
        ("bowie under pressure", 109),
        ("agaetis byrjun flugufrelsarinn", 110),
    ],
)
async def test_case_and_diacritics_do_not_matter(query: str, expected: int) -> None:
    """Item 12: words are found whatever their case and accents, in title, performers and album."""
    async with qobuz() as client:
        assert (await client.found(query))[0] == expected


async def test_similar_hits_come_too_and_sometimes_first() -> None:
    """Item 12: live and karaoke versions are among the hits; with more noise one of them leads for some query."""
    async with qobuz() as client:
        assert set(await client.found("bohemian rhapsody queen")) == {101, 102, 103}
        assert 103 in await client.found("bohemian rhapsody somebody")
        await client.switch(search_noise=0)
        assert (await client.found("bohemian rhapsody queen"))[0] == 101
        await client.switch(search_noise=9)
        leaders = [(await client.found(query))[0] for query in ("bohemian rhapsody queen", "jolene dolly parton")]
        assert leaders != [101, 108]


async def test_noise_is_the_same_every_time() -> None:
    """Item 12: the ranking with noise is one and the same for a query."""
    async with qobuz() as client, qobuz() as other:
        await client.switch(search_noise=5)
        await other.switch(search_noise=5)
        assert await client.found("bohemian rhapsody") == await other.found("bohemian rhapsody")


@pytest.mark.parametrize(
    ("query", "most", "every"),
    [
        ("nonexistent nonsense", [], []),
        ("Bohemian Rhapsody feat. Nobody (Remastered 2011 Deluxe Version)", [], []),
        ("jolene dolly feat", [107, 108], []),
    ],
)
async def test_words_that_are_not_there(query: str, most: list[int], every: list[int]) -> None:
    """Item 12: a few strange words are forgiven unless every word is wanted; many give zero hits."""
    async with qobuz() as client:
        assert sorted(await client.found(query)) == most
        await client.switch(search_matching="all")
        assert sorted(await client.found(query)) == every


async def test_quotes_and_tags() -> None:
    """Double quotes want every word, a tag wants them in one field."""
    async with qobuz() as client:
        assert sorted(await client.found('"jolene dolly feat"')) == []
        assert sorted(await client.found('"jolene dolly"')) == [107, 108]
        assert sorted(await client.found("queen #ByMainArtist")) == [101, 102, 104, 105, 109]
        assert sorted(await client.found("opera #ByReleaseName")) == [101, 104, 105]


async def test_isrc_queries_are_a_switch() -> None:
    """Item 12: off, an ISRC finds nothing; on, it finds every track that has it, however written there."""
    async with qobuz() as client:
        body = await client.read("track/search", query="USRN10400318")
        assert (body["query"], body["tracks"]["total"], body["tracks"]["items"]) == ("USRN10400318", 0, [])
        await client.switch(isrc_search=True)
        assert await client.found("usrn10400318") == [107, 108]
        assert await client.found("GBUM71029604") == [101]
        assert await client.found("USRN10400399") == []
        await client.switch(isrc_hyphens=[101], isrc_lower_case=[107], isrc_missing=[108])
        rows = (await client.read("track/search", query="USRN10400318"))["tracks"]["items"]
        assert [row["isrc"] for row in rows] == ["usrn10400318", None]
        rows = (await client.read("track/search", query="GBUM71029604"))["tracks"]["items"]
        assert rows[0]["isrc"] == "GB-UM7-10-29604"


async def test_pages_of_hits() -> None:
    """Hits come in pages like everything; an empty query is refused."""
    async with qobuz() as client:
        every = await client.found("queen")
        assert len(every) == 6
        body = (await client.read("track/search", query="queen", limit=2, offset=4))["tracks"]
        assert (body["limit"], body["offset"], body["total"]) == (2, 4, 6)
        assert ids(body["items"]) == every[4:]
        for params in ({"query": " "}, {}, {"query": "x", "limit": "-1"}):
            assert (await client.get("track/search", **params))[0] == 400


async def test_albums_and_artists_are_found() -> None:
    """Item 6: albums by words or barcode, with text ids; artists with numbers."""
    async with qobuz() as client:
        found = (await client.read("album/search", query="night opera"))["albums"]["items"]
        assert ids(found) == ["opera00000001"]
        assert found[0]["tracks_count"] == 3
        barcode = found[0]["upc"].lstrip("0")
        assert "opera00000001" in ids((await client.read("album/search", query=barcode))["albums"]["items"])
        assert ids((await client.read("artist/search", query="sigur ros"))["artists"]["items"]) == [12]


async def test_searching_everything() -> None:
    """`catalog/search` has a block for each kind; with a type only that one has items, all have totals."""
    async with qobuz() as client:
        body = await client.read("catalog/search", query="queen")
        assert set(body) == {"query", "tracks", "albums", "artists", "playlists"}
        assert len(body["tracks"]["items"]) == 6
        body = await client.read("catalog/search", query="queen", type="artists")
        assert ids(body["artists"]["items"]) == [11]
        assert (body["tracks"]["items"], body["tracks"]["total"]) == ([], 6)
        assert (await client.get("catalog/search", query="queen", type="artist"))[0] == 400


async def test_an_album_with_its_tracks() -> None:
    """`album/get` gives tracks in their order without naming the album again, and their ids where asked."""
    async with qobuz() as client:
        body = await client.read("album/get", album_id="opera00000001", extra="track_ids")
        assert (ids(body["tracks"]["items"]), body["track_ids"]) == ([101, 104, 105], [101, 104, 105])
        assert all("album" not in row for row in body["tracks"]["items"])
        page = await client.read("album/get", album_id="opera00000001", limit=1, offset=2)
        assert (ids(page["tracks"]["items"]), "track_ids" in page) == ([105], False)
        assert (await client.get("album/get", album_id="nothing"))[0] == 404
        assert (await client.get("album/get"))[0] == 400


async def test_an_artists_albums_and_releases() -> None:
    """`artist/get` also has albums of others they are heard on; the releases are their own, in another shape."""
    async with qobuz() as client:
        body = await client.read("artist/get", artist_id=11, extra="albums")
        assert set(ids(body["albums"]["items"])) == {"opera00000001", "live000000001", "s72ps0jshvpwa"}
        assert (body["name"], body["albums_count"]) == ("Queen", 3)
        assert "albums" not in await client.read("artist/get", artist_id=11)
        params: dict[str, Any] = {"artist_id": 11, "sort": "release_date"}
        body = await client.read("artist/getReleasesList", release_type="all", **params)
        assert (ids(body["items"]), body["has_more"]) == (["opera00000001", "live000000001"], False)
        assert body["items"][0]["artist"] == {"id": 11, "name": {"display": "Queen"}}
        assert body["items"][0]["dates"]["original"] == "1985-11-05"
        body = await client.read("artist/getReleasesList", release_type="live", **params)
        assert ids(body["items"]) == ["live000000001"]
        assert (await client.read("artist/getReleasesList", limit=1, **params))["has_more"]
        assert (await client.get("artist/getReleasesList", release_type="single", **params))[0] == 400
        assert (await client.get("artist/get", artist_id=999))[0] == 404


async def test_tracks_one_by_one_and_in_a_batch() -> None:
    """Items 6, 16: `track/get` by number; `track/getList` by JSON only, 50 at most, unknown ids left out."""
    async with qobuz() as client:
        body = await client.read("track/get", track_id=101)
        assert (body["id"], body["album"]["id"], body["performer"]["id"]) == (101, "opera00000001", 11)
        assert (await client.get("track/get", track_id=999))[0] == 404
        assert (await client.get("track/get", track_id="abc"))[0] == 400
        status, body = await client.ask("POST", "track/getList", json={"tracks_id": [102, "101", 999, "x"]})
        assert (status, body["tracks"]["total"], ids(body["tracks"]["items"])) == (200, 2, [102, 101])
        for body in ({"tracks_id": [101] * 51}, {"tracks_id": []}, {"tracks_id": "101"}, [101]):
            assert (await client.ask("POST", "track/getList", json=body))[0] == 400
        assert (await client.post("track/getList", tracks_id="101"))[0] == 400
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        assert (await client.ask("POST", "track/getList", data='{"tracks_id": [101]}', headers=headers))[0] == 400
        headers = {"Content-Type": "application/json"}
        assert (await client.ask("POST", "track/getList", data="{", headers=headers))[0] == 400


async def test_rows_without_album_or_performer() -> None:
    """Item 13: a world's row may lack its album, its performer or both, and is found by what it has."""
    alone = track(201, "Lonely", QUEEN, OPERA) | {"album": None, "performer": None, "performers": None}
    loose = track(202, "Lonely too", QUEEN, {"id": "loose", "title": "Loose"}) | {"performer": None}
    other = track(203, "Not lonely", QUEEN, {"id": "loose", "title": "Loose"})
    world = World(qobuz_tracks={row["id"]: Row(recording=None, data=row) for row in (alone, loose, other)})
    async with qobuz(world) as client:
        assert set(await client.found("lonely")) == {201, 202, 203}
        assert (await client.read("album/get", album_id="loose"))["artist"] is None
        assert (await client.read("artist/getReleasesList", artist_id=11))["items"] == []


def test_the_index_is_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A search splits its query into words, and never again the texts of thousands of documents."""
    index = Index({number: {"title": f"song {number} word{number % 50} love"} for number in range(5000)})
    split: list[str] = []

    def counted(text: str) -> list[str]:
        """Note what is split."""
        split.append(text)
        return words(text)

    monkeypatch.setattr(qobuz_search, "words", counted)
    queries = [f"song {number}" for number in range(20)]
    assert [index.search(query, 0.3, every_word=False)[0] for query in queries] == list(range(20))
    assert split == queries
