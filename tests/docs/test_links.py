"""Links between the repository's Markdown files lead somewhere.

Links within the built documentation are Sphinx's to check (``-W``), those of ``docs/api`` among
them; links that leave the repository cannot be checked offline.
"""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [
    *ROOT.glob("*.md"),
    *(ROOT / "docs").glob("*.md"),
    *(ROOT / "docs" / "howto").glob("*.md"),
    *(ROOT / "tutorials").glob("*.md"),
    *(ROOT / "benchmarks").glob("*.md"),
]


def links(text):
    """What the links and pictures of a page lead to; code is left out."""
    text = re.sub(r"^```.*?^```|`[^`\n]*`", "", text, flags=re.M | re.S)
    return re.findall(r"\]\(\s*([^)\s]+)\s*\)", text)


def slugs(text):
    """Anchors that headings get: small letters, dashes for spaces, no other signs."""
    headings = re.findall(r"^#+ (.*)$", re.sub(r"^```.*?^```", "", text, flags=re.M | re.S), re.M)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_to_files_and_headings(page):
    for link in links(page.read_text(encoding="utf-8")):
        path, _, anchor = link.partition("#")
        if "://" in link or link.startswith("mailto:"):
            continue
        target = page.parent / path if path else page
        if link.startswith("tutorials/"):  # docs/generate.py copies the notebooks in
            target = ROOT / path
        assert target.exists(), f"{link}: expected a file, there is none"
        if anchor and target.suffix == ".md":
            assert anchor in slugs(target.read_text(encoding="utf-8")), link


def test_links_are_found_outside_code_only():
    text = "[a](b.md) ![c\nd](e.png) `[f](g)`\n```\n[h](i)\n```\n"
    assert links(text) == ["b.md", "e.png"]
    assert slugs("# A: b (c)\n## How do I ...\n") == {"a-b-c", "how-do-i-"}
