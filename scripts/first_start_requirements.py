"""Prints what the demo's Home Assistant would install at its first start, a requirement a line."""

from pathlib import Path

from homeassistant import bootstrap, components, requirements as core

from sandbox.demo.configuration import DOMAINS, INTEGRATION
from sandbox.demo.requirements import requirements

if __name__ == "__main__":
    domains = {*bootstrap.CORE_INTEGRATIONS, *bootstrap.DEFAULT_INTEGRATIONS, *DOMAINS, "music_sync"}
    folders = (INTEGRATION.parent, Path(components.__path__[0]))
    print("\n".join(requirements(domains, folders, core.DISCOVERY_INTEGRATIONS)))
