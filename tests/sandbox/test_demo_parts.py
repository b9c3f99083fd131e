"""The demo's parts that need neither Home Assistant nor stand-ins."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
import json
import os
from pathlib import Path
import socket
import sys
from typing import Any

import pytest
import yaml

from sandbox.demo.accounts import expect, prefilled
from sandbox.demo.child import can_listen, free_port, running
from sandbox.demo.configuration import environment, write_configuration
from sandbox.demo.dashboard import devices, layout
from sandbox.demo.problem import Problem
from sandbox.demo.requirements import requirements

DEAF = "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
"""The start of a script that does not listen when it is asked to end."""


class TestConfiguration:
    """A new configuration folder."""

    def test_only_this_machine_comes_in_without_a_login(self, tmp_path: Path) -> None:
        """Local addresses skip the login, and no `http` block is left to be tried."""
        write_configuration(tmp_path, ["127.0.0.1"], 8124, integration=tmp_path)
        content = yaml.safe_load((tmp_path / "configuration.yaml").read_text())
        trusted, own = content["homeassistant"]["auth_providers"]
        assert trusted["allow_bypass_login"]
        assert trusted["trusted_networks"] == ["127.0.0.1", "::1"]
        assert own == {"type": "homeassistant"}
        assert "http" not in content
        stored = json.loads((tmp_path / ".storage" / "http").read_text())
        assert stored["data"] == {"server_host": ["127.0.0.1"], "server_port": 8124}

    def test_the_integration_is_linked_not_copied(self, tmp_path: Path) -> None:
        """A change to the integration is in the next start."""
        integration = tmp_path / "integration"
        integration.mkdir()
        write_configuration(tmp_path / "config", ["127.0.0.1"], 8123, integration=integration)
        assert (tmp_path / "config" / "custom_components" / "music_sync").resolve() == integration

    def test_services_are_replaced_and_nothing_else(self) -> None:
        """What was set for another Music Sync does not leak in."""
        base = {"PATH": "/bin", "MUSIC_SYNC_PLEXTV_URL": "http://elsewhere"}
        assert environment("http://s", "http://q", base) == {
            "PATH": "/bin",
            "MUSIC_SYNC_SPOTIFY_ACCOUNTS_URL": "http://s",
            "MUSIC_SYNC_SPOTIFY_API_URL": "http://s/v1",
            "MUSIC_SYNC_QOBUZ_API_URL": "http://q/api.json/0.2",
        }


def test_requirements_follow_dependencies_once(tmp_path: Path) -> None:
    """Dependencies, what comes after, and what a manifest's key implies are all looked at; own folders win."""
    core, own = tmp_path / "core", tmp_path / "own"
    manifests: Mapping[Path, dict[str, Any]] = {
        own / "a": {"requirements": ["one==1"], "dependencies": ["b"], "after_dependencies": ["missing"], "dhcp": []},
        core / "a": {"requirements": ["never==1"]},
        core / "b": {"requirements": ["two==2"], "dependencies": ["a"]},
        core / "dhcp": {"requirements": ["three==3", "one==1"]},
    }
    for folder, manifest in manifests.items():
        folder.mkdir(parents=True)
        (folder / "manifest.json").write_text(json.dumps(manifest))
    assert requirements(["a"], [own, core], {"dhcp": ("dhcp",), "mqtt": ("mqtt",)}) == ["one==1", "three==3", "two==2"]


class TestFlows:
    """How forms are answered."""

    def test_a_form_is_sent_as_it_comes(self) -> None:
        """Suggestions win over defaults, sections are forms in forms, and what has neither stays empty."""
        fields: list[dict[str, Any]] = [
            {"name": "mode", "default": "add_only"},
            {"name": "delay", "default": 1000, "description": {"suggested_value": 5}},
            {"name": "off", "default": False},
            {"name": "token", "required": True},
            {"name": "more", "type": "expandable", "schema": [{"name": "limit", "default": 10}]},
        ]
        assert prefilled(fields) == {"mode": "add_only", "delay": 5, "off": False, "more": {"limit": 10}}

    def test_a_step_that_should_not_come_is_named(self) -> None:
        """What the flow says is in the error."""
        step = {"type": "abort", "reason": "missing_credentials", "flow_id": "1"}
        assert expect(step, "abort") is step
        with pytest.raises(Problem, match=r"form qobuz.*missing_credentials"):
            expect(step, "form", "qobuz")


def entity(entity_id: str, device: str | None, subentry: str | None = None, **more: Any) -> dict[str, Any]:
    """Make a row of the entity registry; the key is what the id has after its device's name."""
    row = {
        "entity_id": entity_id,
        "platform": "music_sync",
        "device_id": device,
        "config_subentry_id": subentry,
        "disabled_by": None,
        "translation_key": entity_id.rpartition("__")[2],
    }
    return row | more


class TestDashboard:
    """The dashboard's layout."""

    REGISTERED = (
        {"id": "q", "name": "Qobuz", "name_by_user": None},
        {"id": "s", "name": "Favorites", "name_by_user": "My likes"},
        {"id": "x", "name": "Sun", "name_by_user": None},
    )
    ENTITIES = (
        entity("sensor.qobuz__favorites", "q"),
        entity("button.qobuz__refresh", "q"),
        entity("sensor.sync__status", "s", "sub"),
        entity("sensor.sync__coverage", "s", "sub"),
        entity("sensor.sync__last_run", "s", "sub"),
        entity("button.sync__sync_now", "s", "sub"),
        entity("sensor.sync__next_run", "s", "sub", disabled_by="user"),
        entity("sensor.sun__rising", "x", platform="sun"),
        entity("update.music_sync__update", None),
    )

    def test_devices_are_found_by_their_entities(self) -> None:
        """Syncs come first; other integrations, disabled entities and entities of no device are left out."""
        sync, account = devices(self.REGISTERED, self.ENTITIES)
        assert (sync.name, sync.is_sync, account.name, account.is_sync) == ("My likes", True, "Qobuz", False)
        assert set(sync.entities) == {"sensor.status", "sensor.coverage", "sensor.last_run", "button.sync_now"}

    def test_every_entity_is_shown_once(self) -> None:
        """Nothing is missing and nothing is doubled; buttons are pressed by a tap."""
        (view,) = layout(devices(self.REGISTERED, self.ENTITIES))["views"]
        cards = [card for section in view["sections"] for card in section["cards"] if card["type"] != "heading"]
        shown = [card["entity"] for card in cards]
        assert sorted(shown) == sorted(
            row["entity_id"]
            for row in self.ENTITIES
            if row["platform"] == "music_sync" and row["device_id"] and not row["disabled_by"]
        )
        pressed = [card["tap_action"]["target"]["entity_id"] for card in cards if "tap_action" in card]
        assert pressed == ["button.sync__sync_now", "button.qobuz__refresh"]


class TestChild:
    """Processes that never stay behind."""

    def test_a_taken_port_is_seen(self) -> None:
        """A port is free until something listens there."""
        port = free_port()
        assert can_listen("127.0.0.1", port)
        with socket.create_server(("127.0.0.1", port)):
            assert not can_listen("127.0.0.1", port)

    async def test_its_first_line_is_waited_for(self, tmp_path: Path) -> None:
        """What it prints is in its log."""
        command = [sys.executable, "-c", "import time; print('ready', flush=True); time.sleep(60)"]
        async with running("it", command, os.environ, tmp_path / "log") as child:
            assert await child.first_line(30) == "ready"
            child.check()
        assert child.process.returncode is not None

    async def test_silence_has_an_end(self, tmp_path: Path) -> None:
        """A process that says nothing is given up."""
        async with running("it", [sys.executable, "-c", "import time; time.sleep(60)"], {}, tmp_path / "log") as child:
            with pytest.raises(Problem, match="said nothing"):
                await child.first_line(0.1)

    async def test_an_end_of_its_own_is_told(self, tmp_path: Path) -> None:
        """Its exit code is in the error."""
        async with running("it", [sys.executable, "-c", "raise SystemExit(3)"], {}, tmp_path / "log") as child:
            with pytest.raises(Problem, match="exit code 3"):
                await child.wait()

    async def test_what_it_started_ends_too(self, tmp_path: Path) -> None:
        """A grandchild goes with the child, even when an error ends the block and the child does not listen."""
        script = (
            "import subprocess, sys, time\n"
            f"{DEAF}"
            "print(subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']).pid, flush=True)\n"
            "time.sleep(60)\n"
        )
        grandchild = 0
        with suppress(RuntimeError):
            async with running("it", [sys.executable, "-c", script], {}, tmp_path / "log", grace=0.2) as child:
                grandchild = int(await child.first_line(30))
                raise RuntimeError
        assert await gone(grandchild)

    async def test_an_interrupted_stop_still_ends_it(self, tmp_path: Path) -> None:
        """A second Ctrl-C, while the process is given time, ends it at once."""
        script = f"import time\n{DEAF}print('on', flush=True)\ntime.sleep(60)"
        started: asyncio.Future[int] = asyncio.get_running_loop().create_future()

        async def work() -> None:
            """Run the process until cancelled."""
            async with running("it", [sys.executable, "-c", script], {}, tmp_path / "log") as child:
                await child.first_line(30)
                started.set_result(child.process.pid)
                await asyncio.sleep(60)

        task = asyncio.create_task(work())
        pid = await started
        task.cancel()
        await asyncio.sleep(0.1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await gone(pid)


async def gone(pid: int) -> bool:
    """Tell whether a process ends within ten seconds."""
    for _ in range(200):
        if has_ended(pid):
            return True
        await asyncio.sleep(0.05)
    return False


def has_ended(pid: int) -> bool:
    """Tell whether a process is no more, or waits only for somebody to read its exit code."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    state = Path(f"/proc/{pid}/stat")
    return state.exists() and state.read_text().rpartition(")")[2].split()[0] == "Z"
