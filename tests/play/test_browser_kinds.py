"""The plane, V = x y and the scenes in a real browser: numbers, keys, addresses, width, speed."""

from dataclasses import replace

import pytest

from minigan.play.kinds import KINDS, numbers, opened, staged
from minigan.play.recording import record, record_scene
from minigan.play.stage import Stage

base = pytest.importorskip("tests.play.test_browser", reason="the extra browser")
pytestmark = base.pytestmark
address, browser, page, stepped = base.address, base.browser, base.page, base.stepped


@pytest.fixture
def stage(request):
    kind = getattr(request, "param", "plane")
    stage = Stage(opened(kind))
    yield stage
    stage.close()


def shown(page, row):
    text = page.locator("#ledger tr", has_text=row).locator("td").inner_text()
    return float(text.split()[0])


def test_the_page_shows_the_numbers_of_the_plane_and_its_layers(page, address, stage):
    page.goto(address)
    stepped(page, 0)
    page.keyboard.press("i")
    stepped(page, 1)
    page.wait_for_function("now.seen_at === 1", timeout=20_000)
    seen = numbers(stage.session)
    for name in ("jsd", "value", "quality", "jsd_by_D"):
        assert page.evaluate(f"now.{name}") == pytest.approx(seen[name], abs=1e-12)
    page.wait_for_timeout(300)
    assert shown(page, "JSD, at least: by cells") == pytest.approx(seen["jsd"], abs=6e-6)
    assert page.locator("#stage").is_hidden() and page.locator("#hand-G").is_hidden()
    look = "byId('plane').toDataURL()"
    before = page.evaluate(look)
    for layer in ("heat", "data", "samples", "mesh", "pulls"):
        page.uncheck(f"#show-{layer}")
        after = page.evaluate(look)
        assert after != before
        before = after
    page.keyboard.press("u")  # there is no such deed here: nothing is asked
    page.keyboard.press("ArrowRight")
    page.wait_for_function("now.said.length === 1", timeout=20_000)
    assert page.inner_text("#remark") == ""


def test_the_plane_moves_at_ten_pictures_a_second_at_least(page, address):
    page.goto(address)
    stepped(page, 0)
    count = "const one = drawPlane; drawPlane = () => { one(); pictures += 1; }; 0"
    page.evaluate(f"window.pictures = 0; {count}")
    page.keyboard.press(" ")
    page.wait_for_function("now.mode === 'play'", timeout=20_000)
    page.evaluate("window.pictures = 0; window.since = performance.now(); 0")
    page.wait_for_timeout(3000)
    assert page.evaluate("1000 * pictures / (performance.now() - since)") >= 10
    page.keyboard.press(" ")


def test_tabs_keys_and_sentences_of_scenes(page, address):
    page.goto(address)
    stepped(page, 0)
    page.keyboard.press("8")
    page.wait_for_function("fixed.scene === 'circling' && now && now.step > 3", timeout=20_000)
    assert page.inner_text("#scene").startswith("Four ways to play V = x y.")
    assert page.locator("#paths").is_visible() and page.locator("#plane").is_hidden()
    assert page.url.endswith("?scene=circling")
    page.click('[data-scene="ring"]')
    page.wait_for_function("fixed.kind === 'plane' && now && now.step > 3", timeout=20_000)
    assert page.get_attribute('[data-scene="ring"]', "aria-pressed") == "true"
    page.click('[data-open="line"]')
    page.wait_for_function("fixed.kind === 'line' && now && now.kind === 'line'", timeout=20_000)
    page.wait_for_timeout(200)
    assert page.locator("#stage").is_visible() and page.inner_text("#scene") == ""
    page.keyboard.press("0")
    page.wait_for_function("fixed.scene === 'helvetica'", timeout=20_000)


@pytest.mark.parametrize("stage", ["line"], indirect=True)
def test_addresses_open_kinds_with_their_knobs_and_scenes(page, address, stage):
    page.goto(f"{address}?kind=plane&data=grid&k=2&noise=8")
    page.wait_for_function("fixed && fixed.knobs.data === 'grid'", timeout=20_000)
    knobs = stage.session.knobs
    assert (knobs.data, knobs.k, knobs.noise) == ("grid", 2, 8)
    assert page.url == f"{address}?kind=plane&k=2&data=grid&noise=8"
    page.fill('[name="eta"], [name="k"]', "0")
    page.locator('[name="k"]').blur()
    page.wait_for_function("document.getElementById('remark').textContent.startsWith('k: exp')")
    page.goto(f"{address}?scene=circling")
    page.wait_for_function("fixed && fixed.scene === 'circling'", timeout=20_000)
    page.goto(f"{address}?scene=circing")
    said = "document.getElementById('remark').textContent.endsWith('did you mean circling?')"
    page.wait_for_function(said, timeout=20_000)


def test_an_address_opens_the_same_game_whatever_was_played_before(page, address, stage):
    page.goto(f"{address}?k=3")
    page.wait_for_function("fixed && fixed.kind === 'line' && fixed.knobs.k === 3", timeout=20_000)
    assert stage.obey({"knobs": {"cost": "minimax", "seed": 5}}) is None
    page.goto(f"{address}?k=2")
    page.wait_for_function("fixed && fixed.knobs.k === 2", timeout=20_000)
    assert stage.session.knobs == replace(stage.session.knobs, k=2, cost="non-saturating", seed=0)
    begun = stage.session.begun
    for again in (f"{address}?k=2", address, f"{address}?nonsense=1"):
        page.goto(again)
        stepped(page, 0)
        page.wait_for_function("obeyed && waiting === 0", timeout=20_000)
        assert stage.session.begun is begun


@pytest.mark.parametrize("stage", ["line", "plane"], indirect=True)
def test_the_way_of_the_data_is_lit_where_the_turn_is(page, address):
    page.goto(address)
    stepped(page, 0)
    lit = []
    for i in range(11):
        page.keyboard.press("ArrowRight")
        page.wait_for_function(f"now.deeds === {i + 1}", timeout=20_000)
        page.wait_for_timeout(100)
        lit.append(page.evaluate("[...document.querySelectorAll('#way .lit')].map((e) => e.id)"))
    to_x = {"at-z", "go-zG", "at-G", "go-Gx", "at-x"}
    of_D = [to_x, {"at-x", "go-xD", "at-D"}, {"at-D", "go-DJ", "at-J"}, {"at-J", "back-JD", "at-D"}]
    every = {*to_x, "go-xD", "at-D", "go-DJ", "at-J", "back-JD"}
    of_G = [*of_D, {"at-D", "back-DG", "at-G"}, {*every, "back-DG"}]
    assert [set(parts) for parts in lit] == [*of_D, every, *of_G]
    assert "G's turn" in page.get_attribute("#way", "aria-label")


@pytest.mark.parametrize("stage", KINDS, indirect=True)
@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (1440, "dark"), (390, "dark")])
def test_every_kind_fits_a_phone_and_has_no_serious_fault(page, address, width, scheme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="the extra browser")
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(address)
    stepped(page, 0)
    page.keyboard.press("i")
    stepped(page, 1)
    page.click("#projector")
    page.click("#projector")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = axe.Axe().run(page).response["violations"]
    assert [one["id"] for one in found if one["impact"] in ("serious", "critical")] == []


@pytest.mark.parametrize("page", [False], indirect=True)
def test_the_plane_needs_nothing_that_the_policy_forbids(page, address):
    page.goto(address)
    page.locator("html[data-step='0']").wait_for()
    page.click('[data-do="step"]')
    page.locator("html[data-step='1']").wait_for()
    page.click('[data-scene="circling"]')
    page.locator("body[data-kind='circling']").wait_for()


@pytest.mark.parametrize("name", ["plane", "circling", "saturation", "nan"])
def test_a_film_of_every_kind_plays_from_a_file(page, tmp_path, name):
    film = tmp_path / "film.html"
    if name == "plane":
        text = record(opened("plane", {"data": "grid"}), 200, lambda moments, n: moments)
    else:
        text = record_scene(staged(name), lambda moments, n: moments)
    film.write_text(text, encoding="utf-8")
    assert film.stat().st_size < 500_000
    page.goto(film.as_uri())
    page.wait_for_function("now && Number(byId('film-at').value) > 0", timeout=20_000)
    assert page.locator("#live").is_hidden() and page.locator("#scenes").is_hidden()
    if name == "nan":
        page.evaluate("byId('film-at').value = byId('film-at').max; 0")
        page.locator("#film-at").dispatch_event("input")
        page.wait_for_function("byId('remark').textContent.includes(' became ')", timeout=20_000)
