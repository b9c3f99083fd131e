"""The whole demo: a real Home Assistant between the stand-ins, in processes of its own."""

import socket

import pytest

from sandbox.demo.__main__ import main


async def test_the_demo_goes_well(capsys: pytest.CaptureFixture[str]) -> None:
    """Likes become favourites, all of them the right ones, and a second run has nothing to do."""
    code = await main(["--once", "--port", "0"])
    shown = capsys.readouterr().out
    assert code == 0, shown
    assert "wrong matches: 0" in shown


async def test_a_taken_port_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is started, and the way out is named."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code = await main(["--once", "--port", str(port)])
    shown = capsys.readouterr().out
    assert code == 2
    assert f"port {port} is taken" in shown
    assert "--port" in shown
