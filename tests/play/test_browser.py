"""The page in a real browser: its numbers, its lines, its width, and no error."""

import shutil
import threading

import numpy as np
import pytest

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
