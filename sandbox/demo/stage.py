"""The stage of the demo: stand-ins and a new Home Assistant, running for as long as they are needed."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
import os
from pathlib import Path
import shutil
import sys

import aiohttp

from .child import Child, can_listen, running
from .client import Client
from .configuration import environment, write_configuration
from .problem import Problem
from .stand_ins import StandIns

ROOT = Path(__file__).parents[2]
SANDBOX_TIMEOUT = 60.0
LOG = "home_assistant.log"
SANDBOX_LOG = "sandbox.log"


@dataclass(frozen=True, slots=True)
class Stage:
    """What runs: a signed-in client, the stand-ins, and both processes."""

    client: Client
    stand_ins: StandIns
    sandbox: Child
    server: Child


@asynccontextmanager
async def stage(port: int, folder: Path) -> AsyncIterator[Stage]:
    """Run stand-ins and a new Home Assistant in `folder`, which is emptied first; no account is there yet."""
    hosts = ["127.0.0.1", *(["::1"] if can_listen("::1", 0) else [])]
    if not all(can_listen(host, port) for host in hosts):
        raise Problem(f"port {port} is taken: stop what listens there, or choose another with --port {port + 1}")
    shutil.rmtree(folder, ignore_errors=True)
    config = folder / "config"
    write_configuration(config, hosts, port)
    # Unwritten bytecode would make every start as slow as the first.
    base = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    base["PYTHONPATH"] = str(ROOT)
    async with (
        aiohttp.ClientSession() as session,
        running("the sandbox", _python("sandbox"), base, folder / SANDBOX_LOG) as sandbox,
    ):
        stand_ins = StandIns.from_line(session, await sandbox.first_line(SANDBOX_TIMEOUT))
        command = [*_python("homeassistant"), "--config", str(config)]
        surroundings = environment(stand_ins.spotify, stand_ins.qobuz, base)
        async with (
            running("Home Assistant", command, surroundings, folder / LOG) as server,
            Client(f"http://127.0.0.1:{port}", session) as client,
        ):
            await client.wait_until_up(server)
            await client.create_first_user("Listener", "listener", "listener")
            await client.wait_until_running(server)
            yield Stage(client, stand_ins, sandbox, server)


def _python(module: str) -> list[str]:
    """Give the command that runs a module."""
    return [sys.executable, "-m", module]
