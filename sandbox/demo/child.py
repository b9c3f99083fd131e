"""Processes of the demo: started with a log of their own, and always stopped."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
import os
from pathlib import Path
import signal
import socket

from .problem import Problem

GRACE = 30.0
"""Seconds a process gets to end by itself."""


def can_listen(host: str, port: int) -> bool:
    """Tell whether an address is free; port 0 asks whether the host is there at all."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError:
        return False
    return True


def free_port() -> int:
    """Find a port of 127.0.0.1 that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Child:
    """A running process; what it prints goes to `log`."""

    def __init__(self, name: str, process: asyncio.subprocess.Process, log: Path, grace: float) -> None:
        """Keep what is needed to watch and stop it."""
        self._grace = grace
        self.name = name
        self.process = process
        self.log = log

    def check(self) -> None:
        """Raise Problem where it has ended."""
        if (code := self.process.returncode) is not None:
            raise Problem(f"{self.name} ended by itself (exit code {code})")

    async def wait(self) -> None:
        """Wait until it ends by itself, and raise Problem then."""
        await self.process.wait()
        self.check()

    async def first_line(self, seconds: float) -> str:
        """Wait for the first whole line it prints; Problem after `seconds` without one."""
        deadline = asyncio.get_running_loop().time() + seconds
        while "\n" not in (text := self.log.read_text(encoding="utf-8", errors="replace")):
            self.check()
            if asyncio.get_running_loop().time() > deadline:
                raise Problem(f"{self.name} said nothing for {seconds:.0f} seconds")
            await asyncio.sleep(0.05)
        return text.partition("\n")[0]

    async def stop(self) -> None:
        """Ask the process to end, and end it with all it started where it does not."""
        try:
            if self.process.returncode is None:
                self.process.terminate()
                async with asyncio.timeout(self._grace):
                    await self.process.wait()
        except TimeoutError:
            pass
        finally:
            self._kill_group()
        await self.process.wait()

    def _kill_group(self) -> None:
        """End whatever is left of the process and of those it started."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError, PermissionError:
            return


@asynccontextmanager
async def running(
    name: str, command: Sequence[str], environment: Mapping[str, str], log: Path, grace: float = GRACE
) -> AsyncIterator[Child]:
    """Run a process for as long as the block lasts, in a group of its own so that Ctrl-C reaches only us."""
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            *command,
            env=dict(environment),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
        )
    child = Child(name, process, log, grace)
    try:
        yield child
    finally:
        await child.stop()
