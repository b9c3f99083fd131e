"""The documents: what they link to exists, and nothing in the repository is about one machine."""

from pathlib import Path
import re

import pytest

from .source_tree import INTEGRATION, ROOT, repository_files

CODE = re.compile(r"^```.*?^```|`[^`\n]*`", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\(<?([^)\s>]+)>?\)|(?:src|srcset|href)=\"([^\"]+)\"")
HEADING = re.compile(r"^#+ +(.+)$", re.MULTILINE)

FOLDERS = ("home", "root", "Users", "work")
MACHINE = re.compile(rf"(?<![\w.:/}}>-])/(?:{'|'.join(FOLDERS)})/\w|\.\./{'shared'}")

BINARY = frozenset({".db", ".ico", ".png", ".webp"})

CHAPTERS = {
    "docs-actions": "Actions",
    "docs-configuration-parameters": "Options of an account",
    "docs-data-update": "How data is updated",
    "docs-examples": "Automations",
    "docs-high-level-description": "What people use it for",
    "docs-installation-instructions": "Installing",
    "docs-installation-parameters": "Adding Qobuz",
    "docs-known-limitations": "Known limitations",
    "docs-removal-instructions": "Removing",
    "docs-supported-functions": "Entities",
    "docs-troubleshooting": "Troubleshooting",
    "docs-use-cases": "What people use it for",
}
"""Where the README has what a rule of the integration quality scale asks for."""

DOCUMENTS = [path for path in repository_files() if path.suffix == ".md"]


def without_code(path: Path) -> str:
    """Return a document's text without what is code."""
    return CODE.sub("", (ROOT / path).read_text(encoding="utf-8"))


def anchors(path: Path) -> set[str]:
    """Return the anchors of a document's headings, as GitHub makes them."""
    text = re.sub(r"^```.*?^```", "", (ROOT / path).read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-") for heading in HEADING.findall(text)}


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_links_lead_somewhere(document: Path) -> None:
    """Links within the repository lead to a file that is there, and to a heading that is in it."""
    for groups in LINK.findall(without_code(document)):
        target = groups[0] or groups[1]
        if re.match(r"https?:|mailto:", target):
            continue
        name, _, anchor = target.partition("#")
        there = (document.parent / name) if name else document
        assert (ROOT / there).exists(), target
        assert not anchor or anchor in anchors(there), target


def test_documents_are_there() -> None:
    """People and newcomers to the code each have theirs."""
    assert {Path("README.md"), Path("CONTRIBUTING.md")} <= set(DOCUMENTS)


@pytest.mark.parametrize(("rule", "chapter"), CHAPTERS.items())
def test_chapters(rule: str, chapter: str) -> None:
    """The README has the chapter that a rule of the quality scale asks for, where the rule is done."""
    if re.search(rf"^  {rule}: done$", (INTEGRATION / "quality_scale.yaml").read_text(encoding="utf-8"), re.MULTILINE):
        assert chapter in HEADING.findall((ROOT / "README.md").read_text(encoding="utf-8"))


def test_every_chapter_rule_is_known() -> None:
    """No rule about documents is forgotten here."""
    rules = re.findall(r"^  (docs-[a-z-]+): done$", (INTEGRATION / "quality_scale.yaml").read_text(), re.MULTILINE)
    assert set(rules) == CHAPTERS.keys()


def test_nothing_is_about_one_machine() -> None:
    """No file names a folder of somebody's machine."""
    found = {
        str(path): match.group()
        for path in repository_files()
        if path.suffix not in BINARY
        for match in MACHINE.finditer((ROOT / path).read_text(encoding="utf-8"))
    }
    assert not found


@pytest.mark.parametrize("folder", [f"/{name}/anna/music" for name in FOLDERS] + [f"{'..'}/{'shared'}/notes.md"])
def test_a_folder_of_a_machine_is_found(folder: str) -> None:
    """Wherever somebody's folders are, and not what only looks like one."""
    assert MACHINE.search(f"see {folder}")
    assert MACHINE.search(f'"{folder}"')
    assert not MACHINE.search(f"https://example.com{folder.lstrip('.')}")
