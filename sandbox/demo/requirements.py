"""What a Home Assistant would install at its first start, so that set-up can do it before."""

from collections.abc import Iterable
import json
from pathlib import Path
from typing import Any


def requirements(domains: Iterable[str], folders: Iterable[Path], implied: dict[str, Iterable[str]]) -> list[str]:
    """Collect the requirements of integrations and of all they depend on, sorted.

    The first of `folders` with a folder of the integration's name has it; `implied` gives the integrations that come
    with a key of a manifest. That is how Home Assistant itself goes about it.
    """
    places, found, seen, waiting = list(folders), set[str](), set[str](), list(domains)
    while waiting:
        domain = waiting.pop()
        if domain in seen:
            continue
        seen.add(domain)
        path = next((path for place in places if (path := place / domain / "manifest.json").exists()), None)
        if path is None:
            continue
        manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        found.update(manifest.get("requirements", []))
        waiting += [*manifest.get("dependencies", []), *manifest.get("after_dependencies", [])]
        waiting += [name for name, keys in implied.items() if any(key in manifest for key in keys)]
    return sorted(found)
