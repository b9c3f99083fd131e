"""The action that brings likes from one account to another."""

from .home import Home


async def test_likes_become_favorites(home: Home) -> None:
    """Every like is found and added, oldest first."""
    spotify, qobuz = home.add_spotify(), home.add_qobuz()
    await home.set_up(spotify, qobuz)
    report = await home.act("sync_favorites", source=spotify.entry_id, target=qobuz.entry_id)
    assert report["status"] == "completed"
    assert report["counts"]["added"] == 3
    assert home.favorites() == [1002, 1001, 1000]
