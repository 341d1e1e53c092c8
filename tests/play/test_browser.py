"""The page in a real browser: its numbers, its lines, its width, and no error."""

import re
import shutil
import threading
from xml.etree import ElementTree

import numpy as np
import pytest

from minigan.play import session as module
from minigan.play.frames import numbers
from minigan.play.knobs import Knobs
from minigan.play.recording import record
from minigan.play.server import Stage, serve
from minigan.play.session import Session
from minigan.theory import GeneratorState

playwright = pytest.importorskip("playwright.sync_api", reason="the extra browser")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium on the PATH"),
]


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def stage():
    stage = Stage(Session(Knobs(k=3)))
    yield stage
    stage.close()


@pytest.fixture
def address(stage):
    server = serve(stage, 18_100)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    stage.close()
    server.shutdown()
    server.server_close()


@pytest.fixture(params=[True])
def page(browser, request):
    """A page; what went wrong on it, or was asked of others, is an error at the end.

    Waiting for a JavaScript expression needs ``eval``, which the page's policy forbids: it is
    bypassed, but for the tests that ask for False.
    """
    wrong = []
    window = {"width": 1280, "height": 900}
    context = browser.new_context(viewport=window, bypass_csp=request.param)
    page = context.new_page()
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    page.on(
        "request",
        lambda asked: (
            None
            if asked.url.startswith(("http://127.0.0.1:", "file:"))
            else wrong.append(asked.url)
        ),
    )
    yield page
    context.close()
    meant = ("status of 400", "net::ERR_FAILED")  # of a wrong knob, and of a server that is gone
    assert [said for said in wrong if not any(text in said for text in meant)] == []


def number(page, row):
    text = page.locator("#ledger tr", has_text=row).locator("td").inner_text()
    return float(text.split()[0])


def stepped(page, step):
    page.wait_for_function(f"document.documentElement.dataset.step == {step}", timeout=20_000)


@pytest.mark.parametrize("page", [False], indirect=True)
def test_the_page_needs_nothing_that_its_policy_forbids(page, address):
    page.goto(address)
    page.locator("html[data-step='0']").wait_for()
    page.click('[data-do="step"]')
    page.locator("html[data-step='1']").wait_for()
    page.click("#projector")


def test_the_page_shows_the_numbers_of_the_theory(page, address, stage):
    page.goto(address)
    stepped(page, 0)
    page.click('[data-do="step"]')
    stepped(page, 1)
    page.wait_for_timeout(200)
    game = stage.session.game
    state = GeneratorState(game.G, stage.session.noise, stage.session.data)
    now = page.evaluate("now")
    assert now["jsd"] == pytest.approx(state.jsd, abs=1e-12)
    assert now["c_of_g"] == pytest.approx(state.c_of_g, abs=1e-12)
    assert now["value"] == pytest.approx(state.judge(game.D).value, abs=1e-12)
    assert number(page, "JSD(p_data, p_g)") == pytest.approx(state.jsd, abs=6e-6)


def test_the_lines_light_up_in_the_order_of_algorithm_1(page, address):
    page.goto(address)
    stepped(page, 0)
    lit = []
    for i in range(21):
        page.keyboard.press("ArrowRight")
        page.wait_for_function(f"now.deeds == {i + 1}", timeout=20_000)
        page.wait_for_timeout(60)
        lit.append(page.locator("li.lit").get_attribute("id"))
    assert lit == [f"line-0-{i}" for i in range(5)] * 3 + [f"line-1-{i}" for i in range(6)]
    stepped(page, 1)


def test_playing_never_puts_v_above_c_and_draws_twice_a_second_at_least(page, address):
    page.goto(address)
    stepped(page, 0)
    page.evaluate("window.seen = []; const old = take; take = (f) => { seen.push(f); old(f); }; 0")
    page.keyboard.press(" ")
    page.wait_for_timeout(4000)
    page.keyboard.press(" ")
    frames = page.evaluate("seen.map((f) => [f.step, f.value, f.c_of_g])")
    steps, value, c_of_g = np.array(frames).T
    assert len(frames) > 8
    assert np.all(value <= c_of_g + 1e-7)
    assert np.all(np.diff(steps) >= 0)


def test_a_wrong_knob_comes_back_as_a_sentence_and_a_right_one_begins_anew(page, address):
    page.goto(address)
    stepped(page, 0)
    page.keyboard.press("i")
    stepped(page, 1)
    page.fill('[name="k"]', "0")
    page.locator('[name="k"]').blur()
    page.wait_for_function("document.getElementById('remark').textContent.startsWith('k: exp')")
    page.wait_for_function("document.querySelector('[name=k]').value === '3'")
    page.fill('[name="k"]', "")
    page.locator('[name="k"]').blur()
    page.wait_for_function("document.querySelector('[name=k]').value === '3'")
    page.wait_for_function("waiting === 0 && now.step === 1")  # it is the same game
    page.select_option('[name="data"]', "two bells")
    stepped(page, 0)


def drag(page, height):
    box = page.locator("#stage").bounding_box()
    y = box["y"] + height * box["height"]
    page.mouse.move(box["x"] + box["width"] / 2, y)
    page.mouse.down()
    for i in range(8):
        page.mouse.move(box["x"] + box["width"] * (0.5 + 0.02 * i), y)
    page.mouse.up()


def test_a_button_ends_a_drawing_however_fast_it_follows(page, address, stage):
    page.goto(address)
    stepped(page, 0)
    for i in range(5):
        page.click("#hand-G")
        page.click("#hand-D")
        assert page.locator(".hint:visible").count() == 2
        drag(page, 0.86)
        drag(page, 0.4)
        page.click('[data-do="step"]')
        page.wait_for_function("waiting === 0", timeout=20_000)
        stepped(page, i + 1)
        assert page.evaluate("now.hands") == [] and stage.session.hands == {}
        assert page.locator('#yours [aria-pressed="true"]').count() == 0
        assert page.locator(".hint:visible").count() == 0


def test_a_step_on_another_page_ends_a_drawing_on_this_one(page, address, stage):
    page.goto(address)
    stepped(page, 0)
    page.click("#hand-G")
    page.wait_for_function("now.hands.length === 1 && waiting === 0", timeout=20_000)
    stage.obey({"do": "step"})
    stepped(page, 1)
    assert page.get_attribute("#hand-G", "aria-pressed") == "false"


def test_commands_arrive_in_order_and_no_drawing_is_empty(page, address):
    page.goto(address)
    stepped(page, 0)
    sent = []
    page.on("request", lambda asked: sent.append(asked.post_data_json) if asked.post_data else None)
    page.evaluate("toggleHand('G'); toggleHand('G'); say({ do: 'step' }); 0")
    page.wait_for_function("waiting === 0", timeout=20_000)
    assert sent == [{"do": "pause"}, {"do": "step"}]


def test_a_server_that_is_gone_is_a_sentence(page, address):
    page.goto(address)
    stepped(page, 0)
    page.route("**/command", lambda route: route.abort())
    page.route("**/python", lambda route: route.abort())
    page.click('[data-do="step"]')
    page.wait_for_function("document.getElementById('remark').textContent.startsWith('No answer')")
    page.click("#python")
    page.wait_for_function("document.getElementById('snippet').textContent.startsWith('No answer')")


def test_shading_atoms_and_numbers(page, address):
    page.goto(address)
    stepped(page, 0)
    drawn = """
      window.did = [];
      const at = (name) => (...where) => did.push([name, ...where.slice(0, 2)]);
      const pen = { beginPath: at("begin"), lineTo: at("to"), fill: at("fill"), moveTo: at("move"),
        arc: at("dot"), stroke: at("stroke"), fillText: at("text"),
        save() {}, restore() {}, setLineDash() {} };
    """
    page.evaluate(drawn + "shade(pen, [0, 1, 2, 3], [5, null, 7, 8], [1, 2, 3, 4]); 0")
    runs = [[["to", 0, 5], ["to", 0, 1]], [["to", 2, 7], ["to", 3, 8], ["to", 3, 4], ["to", 2, 3]]]
    assert page.evaluate("did") == [one for run in runs for one in [["begin"], *run, ["fill"]]]
    atoms = "now.atoms = [[2, 0.25]]; drawAtoms(pen, (x) => 10 * x, (y) => 1 - y);"
    page.evaluate(f"{drawn} {atoms} delete now.atoms; drawAtoms(pen); 0")
    assert [one for one in page.evaluate("did") if one[0] in ("move", "to", "dot")] == [
        ["move", 20, 1],
        ["to", 20, 0.75],
        ["dot", 20, 0.75],
        ["dot", 20, 1],
    ]
    history = "past.splice(0, 9, [0, -1.2, -3], [1, -1.2, -1.5], [2, -1.2, -1.4]); drawHistory();"
    page.evaluate(f"{drawn} canvas = () => ({{ pen, width: 300, height: 100 }}); {history} 0")
    lines = [one[0] for one in page.evaluate("did") if one[0] != "begin"]
    level, V, C = ["move", "to"], ["move", "to"], ["move", "to", "to"]  # V's first is too low
    assert lines == [*level, "stroke", *V, "stroke", *C, "stroke", *["text"] * 3]
    assert [one[1] for one in page.evaluate("did") if one[0] == "text"][1:] == ["-0.90", "-1.89"]
    assert page.evaluate("[told(-1e-9, 5), told(-0.5, 2), told(null, 5)]") == [
        "0.00000",
        "-0.50",
        "-",
    ]


def test_knobs_stand_in_the_address_and_make_the_game_when_it_is_opened(page, address, stage):
    page.goto(f"{address}?data=two+bells&k=2&seed=4&nonsense=1")
    page.wait_for_function("fixed && fixed.knobs.data === 'two bells'", timeout=20_000)
    assert stage.session.knobs == Knobs(data="two bells", k=2, seed=4)
    assert page.url == f"{address}?seed=4&k=2&data=two+bells"
    page.select_option('[name="data"]', "a box")
    page.wait_for_function("fixed.knobs.data === 'a box'", timeout=20_000)
    page.wait_for_timeout(300)
    assert page.url == f"{address}?seed=4&k=2&data=a+box"
    page.keyboard.press("i")
    stepped(page, 1)
    with page.expect_download() as download:
        page.click("#as-csv")
    lines = download.value.path().read_text(encoding="utf-8").splitlines()
    assert lines[0] == "step,c_of_g,value"
    assert float(lines[-1].split(",")[2]) < float(lines[-1].split(",")[1]) < 0
    with page.expect_download() as download:
        page.click("#as-png")
    assert download.value.path().read_bytes().startswith(b"\x89PNG")


def test_slow_motion_tells_line_after_line_and_counts_k_down(page, address, stage, monkeypatch):
    monkeypatch.setattr(module, "SLOW", 0.6)
    page.goto(address)
    stepped(page, 0)
    watch = """window.seen = []; const old = showLines; showLines = () => { old();
      const lit = document.querySelector("li.lit"), due = document.querySelector("h2.due");
      const now = [lit && lit.id, due.textContent].join(" / ");
      if (now !== seen[seen.length - 1]) seen.push(now); }; 0"""
    page.evaluate(watch)
    page.keyboard.press("s")
    stepped(page, 1)
    page.keyboard.press(" ")
    seen = page.evaluate("seen.filter((line) => line.startsWith('line'))")
    lit = [line.split(" / ")[0] for line in seen]
    assert lit[:21] == [f"line-0-{i}" for i in range(5)] * 3 + [f"line-1-{i}" for i in range(6)]
    left = [re.search(r"(.)'s turn: \S+ (\d) to go", line).groups() for line in seen[:21]]
    D, G = [[("D", str(k))] for k in (3, 2, 1)], [("G", "1")]
    assert left == D[0] * 4 + D[1] * 5 + D[2] * 5 + G * 6 + D[0]


def draw_across(page, heights):
    """Draw a curve through heights, shares of the stage from its top, from left to right."""
    box = page.locator("#stage").bounding_box()
    for i, height in enumerate(heights):
        x = box["x"] + box["width"] * (0.1 + 0.8 * i / (len(heights) - 1))
        page.mouse.move(x, box["y"] + height * box["height"])
        if i == 0:
            page.mouse.down()
    page.mouse.up()


def test_data_are_drawn_over_the_picture_and_make_a_game_and_a_link(page, address, stage):
    page.goto(address)
    stepped(page, 0)
    page.click("#hand-data")
    draw_across(page, [0.76, 0.76, 0.3, 0.76, 0.76, 0.5, 0.76])
    page.wait_for_function("fixed.knobs.data === 'drawn by hand'", timeout=20_000)
    page.wait_for_function("waiting === 0", timeout=20_000)
    density = stage.session.data
    low, high = density.interval()
    assert -4 <= low < -1 and 2 < high <= 5 and len(density.x) <= 41
    peaks = density.pdf(np.array([-0.4, 1.2, 2.75]))
    assert peaks[0] > peaks[2] > 5 * peaks[1]
    assert density.cdf(high) == 1
    drawn = stage.session.knobs
    text, other = page.input_value('[name="drawn"]'), page.url
    page.click("#hand-data")
    page.goto(address)
    page.select_option('[name="data"]', "one bell")
    page.wait_for_function("fixed.knobs.data === 'one bell'", timeout=20_000)
    page.goto(other)
    page.wait_for_function("fixed && fixed.knobs.data === 'drawn by hand'", timeout=20_000)
    assert stage.session.knobs == drawn
    assert page.input_value('[name="drawn"]') == text


def test_data_are_drawn_with_keys_too(page, address, stage):
    page.goto(address)
    stepped(page, 0)
    page.click("#hand-data")
    page.focus("#stage")
    before = page.evaluate("[...hands.data[1]]")
    for key in ("ArrowRight", "ArrowUp", "ArrowUp", "ArrowLeft", "ArrowLeft", "ArrowDown"):
        page.keyboard.press(key)
    after = page.evaluate("[...hands.data[1]]")
    raised = np.subtract(after, before)
    np.testing.assert_allclose(raised[19:22], [-0.05, 0, 0.1], atol=2e-3)
    assert stage.session.knobs.data == "one bell"
    page.keyboard.press("Enter")
    page.wait_for_function("fixed.knobs.data === 'drawn by hand'", timeout=20_000)
    assert stage.session.game.steps_done == 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("0,1|1,-1", "PiecewiseLinear: expected heights >= 0, got -1"),
        ("0|1", "PiecewiseLinear: expected 2 or more x and as many heights: 1 and 1"),
        ("0,|1,1", "PiecewiseLinear: expected finite numbers as x, got [0, None]"),
        ("0,NaN|1,1", "PiecewiseLinear: expected finite numbers as x, got [0, None]"),
        ("dog", "drawn: expected x and heights, two lists, got [[None]]"),
    ],
)
def test_data_that_are_no_density_come_back_as_a_sentence(page, address, text, said):
    page.goto(address)
    stepped(page, 0)
    before = page.input_value('[name="drawn"]')
    page.fill('[name="drawn"]', text)
    page.locator('[name="drawn"]').blur()
    page.wait_for_function("document.getElementById('remark').textContent !== ''")
    assert page.inner_text("#remark").startswith(said)
    assert page.input_value('[name="drawn"]') == before


def test_g_by_hand_is_moved_with_keys_and_the_game_rests(page, address, stage):
    page.goto(address)
    stepped(page, 0)
    page.click("#hand-G")
    page.wait_for_function("now.hands.length === 1", timeout=20_000)
    page.focus("#stage")
    before = page.evaluate("hands.G[1]")
    for key in ("ArrowUp", "ArrowRight", "ArrowRight", "ArrowRight", "ArrowDown", "ArrowLeft"):
        page.keyboard.press(key)
    page.wait_for_function("waiting === 0", timeout=20_000)
    moved = np.array(page.evaluate("hands.G[1]")) - before
    np.testing.assert_allclose(moved, [-0.05, 0.15, 0, 0, 0, 0, 0], atol=1e-12)
    np.testing.assert_array_equal(stage.session.pair()[0]._x, page.evaluate("hands.G[1]"))
    assert stage.session.log == [] and page.get_attribute("#hand-G", "aria-pressed") == "true"


def test_restart_does_not_wait_for_a_thousand_clicks(page, address, stage):
    page.goto(address)
    stepped(page, 0)
    step = "document.querySelector('#live [data-do=step]')"
    page.evaluate(f"for (let i = 0; i < 1000; i += 1) {step}.click()")
    page.click('[data-do="restart"]')
    page.wait_for_function("waiting === 0", timeout=10_000)
    assert stage.session.game.steps_done == 0 and stage.session.deeds < 300


def test_what_a_frame_said_goes_with_it_and_old_numbers_say_of_which_step_they_are(page, address):
    page.goto(address)
    stepped(page, 0)
    page.evaluate("now = {...now, error: 'step 9: J_D became inf', step: 9}; draw()")
    assert page.inner_text("#remark") == "step 9: J_D became inf"
    assert "9 (JSD, C, V: of step 0)" in page.inner_text("#ledger")
    page.evaluate("now = {...now, error: null}; draw()")
    assert page.inner_text("#remark") == ""
    page.evaluate("byId('remark').textContent = 'k: expected'; draw()")
    assert page.inner_text("#remark") == "k: expected"


def test_a_guess_of_where_g_goes_is_scored_by_the_exact_means(page, address, stage):
    page.goto(address)
    stepped(page, 0)
    page.keyboard.press("q")
    right = 0
    for i, key in enumerate(("ArrowLeft", "ArrowRight", "Enter")):
        before = numbers(stage.session)["mean"]
        page.keyboard.press("g")
        page.locator("#guess").wait_for(state="visible")
        page.wait_for_function("waiting === 0 && now.mode === 'pause'", timeout=20_000)
        assert stage.session.log == ([["G", i]] if i else [])  # not before the guess
        assert page.evaluate("document.activeElement.id") == "guess-left"
        page.keyboard.press(key)  # Enter presses the button that has the focus: left
        page.wait_for_function(f"quiz.of === {i + 1}", timeout=20_000)
        moved = numbers(stage.session)["mean"] - before
        assert moved != 0
        hit = (moved > 0) == (key == "ArrowRight")
        right += hit
        way = "right" if moved > 0 else "left"
        assert page.inner_text("#score") == (
            f"{'Right' if hit else 'Wrong'}: the mean of p_g went {abs(moved):.5f} to the {way}. "
            f"Score: {right} of {i + 1}."
        )
        assert page.locator("#guess").is_hidden()


def test_a_d_star_by_hand_is_hidden_until_it_is_shown_and_scored_by_its_gap(page, address, stage):
    page.goto(address)
    stepped(page, 0)
    page.keyboard.press("q")
    page.keyboard.press("u")
    page.locator("#guess-show").wait_for(state="visible")
    page.wait_for_function("waiting === 0 && now.hands.includes('D')", timeout=20_000)
    assert stage.session.log == []
    gap = page.locator("#ledger tr", has_text="the gap").locator("td")
    page.wait_for_timeout(300)
    assert gap.inner_text() == "?"
    thick = page.evaluate("stageAsSvg()").count('stroke-width="5"')
    assert thick == 0  # D* is the thick curve
    draw_across(page, [0.1, 0.1, 0.6, 0.6, 0.1, 0.1])
    page.click("#guess-show")
    page.wait_for_function("quiz.best !== null", timeout=20_000)
    exact = numbers(stage.session)["inner_gap"]
    assert page.evaluate("quiz.best") == pytest.approx(exact, abs=1e-12)
    assert exact > 0
    assert f"Your D is {exact:.4f} nats from D*." in page.inner_text("#score")
    assert page.evaluate("stageAsSvg()").count('stroke-width="5"') == 1
    page.keyboard.press("u")
    page.wait_for_function("now.mode === 'until'", timeout=20_000)
    assert stage.session.hands == {}


def test_the_drawing_as_svg_has_the_curves_of_the_stage(page, address):
    page.goto(address)
    stepped(page, 0)
    page.click('[data-do="step"]')
    stepped(page, 1)
    page.wait_for_timeout(300)
    with page.expect_download() as download:
        page.click("#as-svg")
    drawing = ElementTree.fromstring(download.value.path().read_text(encoding="utf-8"))
    svg = "{http://www.w3.org/2000/svg}"
    box = page.locator("#stage").bounding_box()
    size = [float(number) for number in drawing.get("viewBox").split()[2:]]
    np.testing.assert_allclose(size, [box["width"], box["height"]], atol=0.01)
    strokes = drawing.findall(f"{svg}path[@stroke]")
    x, now, knots = page.evaluate("[fixed.x, now, fixed.p_data]")

    def points(path):
        return np.array(re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", path.get("d")), float).T

    for hue, dashes, values in (("D", "10 6", now["D"]), ("data", "2 5", knots)):
        colour = page.evaluate(f"colour('{hue}')")
        found = [
            path
            for path in strokes
            if path.get("stroke") == colour
            and path.get("stroke-dasharray") == dashes
            and path.get("opacity") == "1"
        ]
        (path,) = found
        u, v = points(path)
        np.testing.assert_allclose(u, (np.array(x) - x[0]) / (x[-1] - x[0]) * size[0], atol=0.02)
        height = size[1] * (0.76 - 0.74 * np.array(values) / page.evaluate("stageTop()"))
        np.testing.assert_allclose(v, height, atol=0.02)
    for hue, name, below in (("fake", "p_g", 1), ("star", "D_star", 3)):  # with their jumps
        drawn = [*now[name], *(one for jump in now["jumps"] for one in jump[below : below + 2])]
        colour = page.evaluate(f"colour('{hue}')")
        lengths = [points(path).shape[1] for path in strokes if path.get("stroke") == colour]
        assert len([one for one in drawn if one is not None]) in lengths
    assert {text.text for text in drawing.findall(f"{svg}text")} == {"0", "0.5", "1", "x", "z"}


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_sideways_scroll_and_no_serious_fault_for_those_who_cannot_see(
    page, address, width, scheme
):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="the extra browser")
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(address)
    stepped(page, 0)
    page.click("#what summary")
    page.click("#hand-G")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = axe.Axe().run(page).response["violations"]
    assert [one["id"] for one in found if one["impact"] in ("serious", "critical")] == []


def test_a_film_plays_from_a_file(page, tmp_path):
    film = tmp_path / "film.html"
    film.write_text(record(Session(), 200, lambda moments, n: moments), encoding="utf-8")
    assert film.stat().st_size < 500_000
    page.goto(film.as_uri())
    stepped(page, 200)
    page.fill("#film-at", "0")
    stepped(page, 0)
    assert page.locator("#live").is_hidden()
