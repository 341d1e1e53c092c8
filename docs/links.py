#!/usr/bin/env python
"""Follow every link of the built documentation that stays inside it; list those that leave.

    python docs/links.py docs/_build/html

Exit code 1 if a page, a file or an anchor is missing, or a picture has no alternative text. What
is outside cannot be looked at without a network; a page that *loads* something from there is an
error, as it would not show offline.
"""

import sys
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit


class Page(HTMLParser):
    """What a page links to, what it loads, its anchors, and pictures that say nothing."""

    def __init__(self):
        super().__init__()
        self.links, self.loads, self.anchors, self.mute = [], [], set(), []

    def handle_starttag(self, tag, attrs):
        """Note one element's links and anchors."""
        given = dict(attrs)
        self.anchors |= {given.get("id"), given.get("name")}
        if "href" in given:
            (self.loads if tag == "link" else self.links).append(given["href"])
        if "src" in given:
            self.loads.append(given["src"])
        if tag == "img" and given.get("alt") in (None, "", given["src"]):
            self.mute.append(given["src"])


@cache
def read(path):
    """A page, taken apart."""
    page = Page()
    page.feed(path.read_text(encoding="utf-8"))
    return page


def is_outside(link):
    """Whether a link leads to another place than the documentation."""
    parts = urlsplit(link)
    return bool(parts.scheme or parts.netloc) and parts.scheme != "data"


def is_broken(path, link):
    """Whether a link from a page leads nowhere."""
    parts = urlsplit(link)
    target = path.parent / unquote(parts.path) if parts.path else path
    if parts.scheme or not target.is_file():
        return not parts.scheme
    fragment = unquote(parts.fragment)
    return target.suffix == ".html" and bool(fragment) and fragment not in read(target).anchors


def main():
    """Exit code: 0 if all is well."""
    pages = sorted(Path(sys.argv[1]).rglob("*.html"))
    outside, wrong = set(), [] if pages else [f"{sys.argv[1]}: no pages"]
    for path in pages:
        page = read(path)
        wrong += [f"{path}: loads {link}" for link in page.loads if is_outside(link)]
        wrong += [f"{path}: {picture} has no alternative text" for picture in page.mute]
        outside |= {link for link in page.links if is_outside(link)}
        inside = [link for link in page.links + page.loads if not is_outside(link)]
        wrong += [f"{path}: {link} leads nowhere" for link in inside if is_broken(path, link)]
    print(f"{len(pages)} pages; these links leave the documentation, and are not checked:")
    print(*sorted(outside), sep="\n")
    print(*wrong, sep="\n", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
