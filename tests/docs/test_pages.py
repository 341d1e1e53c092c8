"""Every built page in a browser, on a phone and on a screen, in the light and in the dark.

The pages are those of ``docs/_build/html``, which .ci/run has built before; where they are not
built, or where there is no chromium, nothing is tested.
"""

import re
import shutil
from pathlib import Path

import pytest

playwright = pytest.importorskip("playwright.sync_api", reason="the extra browser")
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="the extra browser")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium on the PATH"),
]

HTML = Path(__file__).parents[2] / "docs" / "_build" / "html"
ALL = sorted(str(path.relative_to(HTML)) for path in HTML.rglob("*.html"))
OWN = [f"{name}.html" for name in ("film", "circling", "helvetica", "ring", "poster")]
PAGES = [page for page in ALL if page not in OWN]  # of a form of their own
SOURCES = [page for page in PAGES if page.startswith("_modules/")]
INDICES = ["genindex.html", "py-modindex.html", "search.html"]
READ = [page for page in PAGES if page not in (*SOURCES, *INDICES)]
PHONE, SCREEN = {"width": 390, "height": 844}, {"width": 1440, "height": 900}

# Elements that stick out to the right, and that no box around them lets one scroll to.
STICKING_OUT = """() => {
  const scrolls = e => ["auto", "scroll"].includes(getComputedStyle(e).overflowX);
  const found = [];
  for (const element of document.querySelectorAll("article *")) {
    if (element.getBoundingClientRect().right <= innerWidth + 1) continue;
    let around = element;
    while (around && !scrolls(around)) around = around.parentElement;
    if (!around) found.push(element.outerHTML.slice(0, 120));
  }
  return found;
}"""

# Code, and what it prints, that one has to scroll sideways to read; folded code is unfolded first.
SCROLLING = """() => {
  const folded = [...document.querySelectorAll("article details")];
  for (const one of folded) one.open = true;
  const wide = [...document.querySelectorAll("article .cell pre")].filter(
    e => e.scrollWidth > e.clientWidth + 1).map(e => e.innerText.slice(0, 120));
  for (const one of folded) one.open = false;
  return wide;
}"""

# One element of each kind, by colours, size and class: a page of code has thousands that are alike.
ONE_OF_EACH = """() => {
  const kinds = new Set();
  const behind = e => {
    for (; e; e = e.parentElement) {
      const colour = getComputedStyle(e).backgroundColor;
      if (colour !== "rgba(0, 0, 0, 0)") return colour;
    }
  };
  for (const element of document.querySelectorAll("[data-one]")) delete element.dataset.one;
  for (const element of document.querySelectorAll("body *")) {
    if (![...element.childNodes].some(n => n.nodeType === 3 && n.data.trim())) continue;
    const style = getComputedStyle(element);
    const kind = [element.tagName, element.className, style.color, style.fontSize, behind(element)];
    if (kinds.has(kind.join())) continue;
    kinds.add(kind.join());
    element.dataset.one = "";
  }
}"""


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def window(browser):
    """A window, and what went wrong in it since the list was emptied."""
    page, wrong = browser.new_context().new_page(), []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    page.on("requestfailed", lambda asked: wrong.append(f"not found: {asked.url}"))
    page.on(
        "request",
        lambda asked: None if asked.url.startswith(("file:", "data:")) else wrong.append(asked.url),
    )
    return page, wrong


def faint(page):
    """Text whose contrast is below AA: what axe says of it, a line each."""
    page.evaluate(ONE_OF_EACH)
    options = {"runOnly": ["color-contrast"]}
    found = axe.Axe().run(page, "[data-one]", options).response["violations"]
    nodes = [node for one in found for node in one["nodes"]]
    return [f"{node['html'][:90]} {node['any'][0]['message'][:130]}" for node in nodes]


def sticking_out(page):
    """What is wider than the page."""
    width = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return page.evaluate(STICKING_OUT) + [f"scrolls by {width}"] * (width > 0)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_is_legible_and_loads_nothing_from_elsewhere(name, window):
    page, wrong = window
    wrong.clear()
    page.set_viewport_size(SCREEN)
    page.emulate_media(color_scheme="light")
    page.goto((HTML / name).as_uri())
    assert sticking_out(page) == []
    if name in READ and page.evaluate("document.documentElement.scrollHeight / innerHeight") > 1.5:
        assert page.locator(".toc-tree a").count() > 1  # a list of contents
    if name.startswith("tutorials/"):
        assert page.evaluate(SCROLLING) == []
    if name not in SOURCES[1:]:  # one stands for all of them: colours go by the kind of word
        assert faint(page) == []
        page.emulate_media(color_scheme="dark")
        assert faint(page) == []
    page.set_viewport_size(PHONE)
    assert sticking_out(page) == []
    assert wrong == []


def test_what_is_wide_or_faint_or_loaded_is_found(window, tmp_path):
    page, wrong = window
    wrong.clear()
    bad = tmp_path / "bad.html"
    bad.write_text(
        "<!doctype html><article><p style='color:#999'>faint</p><pre style='width:2000px'>wide"
        "</pre></article><img src='gone.png'><img src='http://elsewhere.test/x.png'>"
        "<script>console.error('said')</script>"
    )
    page.route("http://**", lambda route: route.abort())
    page.set_viewport_size(SCREEN)
    page.goto(bad.as_uri())
    assert "<pre" in sticking_out(page)[0] and len(sticking_out(page)) == 2
    (line,) = faint(page)
    assert "faint" in line and "insufficient color contrast" in line
    page.unroute("http://**")
    assert {"said", "http://elsewhere.test/x.png"} < {*wrong} and "gone.png" in str(wrong)


def test_the_poster_is_one_sheet(window):
    page, _ = window
    page.goto((HTML / "poster.html").as_uri())
    assert len(re.findall(rb"/Type /Page\b", page.pdf(prefer_css_page_size=True))) == 1
