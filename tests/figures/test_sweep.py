"""Many games at once: nothing is lost, nothing is played twice, and order changes nothing."""

import json
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from contextlib import suppress
from pathlib import Path

import joblib
import numpy as np
import pytest
from joblib._parallel_backends import ThreadingBackend
from threadpoolctl import threadpool_info, threadpool_limits

import minigan
from minigan import InputError, NonFiniteError
from minigan.figures.sweep import TABLE, grid, sweep
from minigan.figures.toy import players, toy_game

ROOT = Path(minigan.__file__).parents[1]


def play(seed, k=1):
    """A real game, but a short one."""
    G, D = players(seed)
    *_, record = toy_game(G, D, steps=3, k=k, seed=seed).play(3)
    return {"J_D": record.J_D, "J_G": record.J_G, "norm": record.G_grad_norm}


def waits(seed):
    time.sleep(0.3)
    return {"x": seed / 7}


@pytest.fixture
def played():
    """The settings that `note` was called with."""
    return []


@pytest.fixture
def note(played):
    """A play that costs nothing, and is noted."""

    def note(**setting):
        played.append(setting)
        return {"tenth": setting["seed"] / 10}

    return note


def swept(play, settings, directory, jobs=1, **options):
    return sweep(play, settings, name="test", directory=directory, jobs=jobs, **options)


def lines(directory):
    return (directory / TABLE).read_bytes().splitlines(keepends=True)


# What comes out.


def test_a_game_is_played_for_each_setting(tmp_path):
    done = swept(play, grid(seed=range(2), k=[1, 2]), tmp_path)
    assert (done.played, done.interrupted) == (4, False)
    for game in done.games:
        assert game.results == play(**game.setting)
        assert game.error is None
        assert game.seconds > 0
    assert len({game.results["norm"] for game in done.games}) == 4


def test_two_at_once_give_what_one_after_the_other_gives(tmp_path):
    settings = grid(seed=range(4))
    one, two = (swept(play, settings, tmp_path / str(n), jobs=n).games for n in (1, 2))
    assert [game[:3] for game in one] == [game[:3] for game in two]


def test_games_stand_in_the_order_of_the_settings(tmp_path, note):
    settings = grid(seed=[5, 1, 3], rate=[None])
    swept(note, settings[::-1], tmp_path)
    done = swept(note, settings, tmp_path)
    assert [game.setting for game in done.games] == settings
    assert [game.results["tenth"] for game in done.games] == [0.5, 0.1, 0.3]


def test_progress_sees_the_games_still_to_be_played(tmp_path, note):
    seen = []

    def progress(games, total):
        for game in games:
            seen.append((game.setting["seed"], total))
            yield game

    assert swept(note, [], tmp_path) == ([], 0, False)
    assert [path.name for path in tmp_path.iterdir()] == [".lock"]
    swept(note, grid(seed=range(2)), tmp_path)
    swept(note, grid(seed=range(4)), tmp_path, progress=progress)
    assert seen == [(2, 2), (3, 2)]


# Going on.


def test_what_is_in_the_table_is_not_played_again(tmp_path, note, played):
    swept(note, grid(seed=range(3)), tmp_path)
    before = lines(tmp_path)
    played.clear()
    done = swept(note, grid(seed=range(5)), tmp_path)
    assert played == [{"seed": 3}, {"seed": 4}]
    assert done.played == 2
    assert [game.setting["seed"] for game in done.games] == [0, 1, 2, 3, 4]
    assert lines(tmp_path)[:3] == before


def test_other_settings_stay_in_the_table_and_out_of_the_sweep(tmp_path, note, played):
    swept(note, grid(seed=range(2), k=[1]), tmp_path)
    done = swept(note, grid(seed=range(2), k=[5]), tmp_path)
    assert [game.setting for game in done.games] == grid(seed=range(2), k=[5])
    assert len(lines(tmp_path)) == len(played) == 4


def test_an_interrupt_keeps_what_has_ended_and_the_next_call_goes_on(tmp_path, note, request):
    def handler(*_):
        """Another than those that are there by themselves."""

    before = signal.signal(signal.SIGINT, handler)
    request.addfinalizer(lambda: signal.signal(signal.SIGINT, before))

    def interrupted(seed):
        if seed == 2:
            raise KeyboardInterrupt
        return note(seed=seed)

    done = swept(interrupted, grid(seed=range(4)), tmp_path)
    assert [game.setting["seed"] for game in done.games] == [0, 1]
    assert (done.played, done.interrupted) == (2, True)
    done = swept(note, grid(seed=range(4)), tmp_path)
    assert (len(done.games), done.played, done.interrupted) == (4, 2, False)
    assert signal.getsignal(signal.SIGINT) is handler


PROGRAM = """
    import sys, time
    from minigan.figures.sweep import grid, sweep

    def play(seed):
        time.sleep(0.15)
        return {"x": seed / 7}

    if __name__ == "__main__":
        done = sweep(play, grid(seed=range(40)), name="test", directory=sys.argv[1],
                     jobs=int(sys.argv[2]))
        sys.exit(130 if done.interrupted else 0)
"""


@pytest.fixture
def start(tmp_path):
    """Function that starts a sweep of 40 games in a session of its own."""
    program = tmp_path / "program.py"
    program.write_text(textwrap.dedent(PROGRAM))
    started = []

    def start(directory, jobs):
        process = subprocess.Popen(
            [sys.executable, "-W", "error", program, directory, str(jobs)],
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        )
        started.append(process)
        return process

    yield start
    for process in started:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def wait_for_games(directory, n):
    until = time.monotonic() + 30
    while not (directory / TABLE).exists() or len(lines(directory)) < n:
        assert time.monotonic() < until
        time.sleep(0.01)


@pytest.mark.parametrize("jobs", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_a_sweep_that_was_killed_goes_on(tmp_path, start, jobs):
    out = tmp_path / "out"
    process = start(out, jobs)
    wait_for_games(out, 3)
    process.kill()
    process.wait()
    kept = [json.loads(line)["setting"] for line in lines(out) if line.endswith(b"\n")]
    assert 3 <= len(kept) < 40
    played = []

    def play(seed):
        played.append({"seed": seed})
        return {"x": seed / 7}

    done = swept(play, grid(seed=range(40)), out)
    assert [game.results for game in done.games] == [{"x": seed / 7} for seed in range(40)]
    assert [setting for setting in grid(seed=range(40)) if setting not in kept] == played


@pytest.mark.slow
def test_no_process_outlives_a_sweep_that_was_killed(tmp_path, start):
    process = start(tmp_path, 2)
    wait_for_games(tmp_path, 1)
    process.kill()
    process.communicate(timeout=10)  # until the last one has closed what it inherited


@pytest.mark.slow
@pytest.mark.parametrize("games", [0, 3])
def test_ctrl_c_ends_all_processes_at_once_and_quietly(tmp_path, start, games):
    out = tmp_path / "out"
    process = start(out, 2)
    if games:
        wait_for_games(out, games)
    else:
        time.sleep(1)  # while processes start
    os.killpg(process.pid, signal.SIGINT)
    printed, errors = process.communicate(timeout=20)
    assert (process.returncode, printed, errors) == (130, "", "")
    if games:
        assert all(json.loads(line)["results"] for line in lines(out))
        assert games <= len(lines(out)) < 40


@pytest.mark.slow
def test_a_sweep_stopped_between_two_games_is_quiet_about_those_it_gives_up(tmp_path):
    def stopped(games, total):
        yield next(iter(games))
        raise KeyboardInterrupt

    done = sweep(
        waits, grid(seed=range(20)), name="t", directory=tmp_path, jobs=2, progress=stopped
    )
    assert (done.played, done.interrupted) == (1, True)


# Games that fail.


def fails_at_1(seed):
    if seed == 1:
        raise NonFiniteError("step 8: J_D became nan", 8)
    return {"x": seed}


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_cost_that_is_no_number_is_a_row_and_the_sweep_goes_on(tmp_path, jobs):
    games = swept(fails_at_1, grid(seed=range(3)), tmp_path, jobs).games
    assert [game.error for game in games] == [None, "step 8: J_D became nan", None]
    assert [game.results for game in games] == [{"x": 0}, {}, {"x": 2}]


def test_a_game_that_failed_is_not_played_again(tmp_path, note, played):
    before = swept(fails_at_1, grid(seed=range(3)), tmp_path).games
    assert swept(note, grid(seed=range(3)), tmp_path).games == before
    assert played == []


def test_a_defect_is_not_hidden_and_what_had_ended_is_kept(tmp_path, note):
    def defect(seed):
        return note(seed=1 // (2 - seed))

    with pytest.raises(ZeroDivisionError):
        swept(defect, grid(seed=range(4)), tmp_path)
    assert len(lines(tmp_path)) == 2


@pytest.mark.parametrize(
    ("play", "settings", "message"),
    [
        (play, grid(seed=[0], k=[0]), "k: expected a whole number >= 1, got 0"),
        (lambda seed: {"x": [seed]}, grid(seed=[0]), r"results: x: expected a number.*got \[0\]"),
    ],
)
def test_a_refused_setting_and_results_that_are_not_flat_are_raised(
    tmp_path, play, settings, message
):
    with pytest.raises(InputError, match=message):
        swept(play, settings, tmp_path)


# Threads and processes.


def most_threads():
    return max(pool["num_threads"] for pool in threadpool_info())


def test_a_game_has_one_thread_for_linear_algebra_and_leaves_the_rest_alone(tmp_path):
    with threadpool_limits(2):
        before = most_threads()
        done = swept(lambda seed: {"threads": most_threads()}, grid(seed=[0]), tmp_path)
        after = most_threads()
    assert done.games[0].results == {"threads": 1}
    assert before == after == 2


def test_without_a_configuration_games_are_played_in_other_processes(tmp_path):
    done = swept(lambda seed: {"process": os.getpid()}, grid(seed=range(2)), tmp_path, jobs=2)
    assert os.getpid() not in {game.results["process"] for game in done.games}


class Backend(ThreadingBackend):
    """Threads of joblib, whose start is noted."""

    started = 0

    def configure(self, *arguments, **options):
        type(self).started += 1
        return super().configure(*arguments, **options)


class Late(Backend):
    """As Ray's: results are handed over when all are there."""

    started = 0
    supports_return_generator = False


@pytest.mark.parametrize("backend", [Backend, Late])
def test_joblibs_configuration_says_where_and_how_many_at_once(tmp_path, backend):
    both = threading.Barrier(2)  # nobody passes alone

    def play(seed):
        both.wait(20)
        return {"x": seed}

    with joblib.parallel_config(backend=backend(), n_jobs=2):
        done = sweep(play, grid(seed=range(4)), name="test", directory=tmp_path)
    assert [game.results for game in done.games] == [{"x": seed} for seed in range(4)]
    assert backend.started == 1


def test_jobs_go_before_joblibs_configuration(tmp_path):
    threads = []

    def play(seed):
        threads.append(threading.current_thread())
        return {}

    with joblib.parallel_config(backend="threading", n_jobs=2):
        swept(play, grid(seed=range(3)), tmp_path, jobs=1)
    assert set(threads) == {threading.main_thread()}


def test_a_sweep_in_a_thread_is_a_sweep(tmp_path, note):
    found = []
    thread = threading.Thread(
        target=lambda: found.append(swept(note, grid(seed=range(2)), tmp_path))
    )
    thread.start()
    thread.join(20)
    assert found[0].played == 2


# What is refused.


def test_text_among_the_results_is_refused_where_they_are_numbers(tmp_path):
    def play(seed):
        return {"x": "good" if seed else 1.5}

    swept(play, grid(seed=[0, 1]), tmp_path)
    assert [game.results["x"] for game in swept(play, [{"seed": 1}], tmp_path).games] == ["good"]
    with pytest.raises(InputError, match=r"sweep\.jsonl: line 2: x: expected a number, got 'good'"):
        swept(play, grid(seed=[0]), tmp_path, numbers=True)


@pytest.mark.parametrize("jobs", [0, -1, 1.5, True, "2"])
def test_jobs_are_counted_from_one(tmp_path, note, jobs):
    with pytest.raises(InputError, match="jobs: expected a whole number >= 1, got"):
        swept(note, grid(seed=[0]), tmp_path / "out", jobs)
    assert not (tmp_path / "out").exists()


def test_a_setting_given_twice_is_refused(tmp_path, note, played):
    with pytest.raises(InputError) as error:
        swept(note, [{"seed": 1, "k": 2}, {"k": 2, "seed": 1}], tmp_path / "out")
    assert str(error.value) == "settings: {'k': 2, 'seed': 1} is given twice"
    assert played == []
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        *((setting, "") for setting in (7, [("seed", 1)], {"seed": [1]}, {"seed": object()})),
        ({"rate": float("inf")}, "rate: expected a finite number, got inf"),
        ({"rate": np.float32("nan")}, "rate: expected a finite number, got nan"),
    ],
)
def test_a_setting_that_cannot_be_written_down_is_refused(tmp_path, note, setting, message):
    with pytest.raises(InputError, match=f"^setting: {message}"):
        swept(note, [setting], tmp_path / "out")


def test_a_directory_that_cannot_be_is_refused_before_the_games(tmp_path, note, played):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(InputError, match="expected a directory that can be written to"):
        swept(note, grid(seed=[0]), tmp_path / "file")
    assert played == []


def test_a_table_of_another_experiment_is_refused_before_the_games(tmp_path, note, played):
    sweep(note, grid(seed=[0]), name="other", directory=tmp_path, jobs=1)
    with pytest.raises(InputError, match="expected games of test by minigan"):
        swept(note, grid(seed=[1]), tmp_path)
    assert played == [{"seed": 0}]


# The grid.


def test_a_grid_has_every_combination_once_and_reads_its_values_once():
    assert grid(seed=range(2), k=iter([1, 5])) == [
        {"seed": 0, "k": 1},
        {"seed": 0, "k": 5},
        {"seed": 1, "k": 1},
        {"seed": 1, "k": 5},
    ]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([], "k: expected one value at least, got none"),
        (7, "k: expected a list of values, got 7"),
        ("minimax", "k: expected a list of values, got 'minimax'"),
    ],
)
def test_a_grid_needs_lists_with_something_in_them(values, message):
    with pytest.raises(InputError) as error:
        grid(seed=[0], k=values)
    assert str(error.value) == message
