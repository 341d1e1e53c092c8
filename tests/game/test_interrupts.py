"""Ctrl-C inside the block arrives at its end, and only in the main thread."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import minigan
from minigan.game.interrupts import interrupts_wait


@pytest.fixture(autouse=True)
def pythons_own_handler():
    """Python's handler, even where the tests run with interrupts ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield signal.default_int_handler
    signal.signal(signal.SIGINT, before)


def interrupt():
    os.kill(os.getpid(), signal.SIGINT)


def test_the_block_is_finished_first_and_the_old_handler_is_back(pythons_own_handler):
    done = []
    with pytest.raises(KeyboardInterrupt), interrupts_wait():
        interrupt()
        assert signal.getsignal(signal.SIGINT) is not pythons_own_handler
        done.append("everything")
    assert done == ["everything"]
    assert signal.getsignal(signal.SIGINT) is pythons_own_handler


def test_the_old_handler_is_back_after_an_error_and_without_an_interrupt(pythons_own_handler):
    with pytest.raises(ZeroDivisionError), interrupts_wait():
        raise ZeroDivisionError
    assert signal.getsignal(signal.SIGINT) is pythons_own_handler
    with interrupts_wait():
        pass
    assert signal.getsignal(signal.SIGINT) is pythons_own_handler


def test_a_second_interrupt_arrives_at_once_and_alone(pythons_own_handler):
    done = []
    with pytest.raises(KeyboardInterrupt), interrupts_wait():
        interrupt()
        done.append("after the first")
        interrupt()
        done.append("after the second")
    assert done == ["after the first"]
    assert signal.getsignal(signal.SIGINT) is pythons_own_handler


def test_a_handler_of_ones_own_is_called_at_the_end():
    order = []
    signal.signal(signal.SIGINT, lambda number, frame: order.append(number))
    with interrupts_wait():
        interrupt()
        order.append("block")
    assert order == ["block", signal.SIGINT]


def test_ignored_interrupts_stay_ignored():
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with interrupts_wait():
        interrupt()
    assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN


def test_an_interrupt_that_would_end_the_process_still_does():
    code = (
        "import os, signal\n"
        "from minigan.game.interrupts import interrupts_wait\n"
        "signal.signal(signal.SIGINT, signal.SIG_DFL)\n"
        "with interrupts_wait():\n"
        "    os.kill(os.getpid(), signal.SIGINT)\n"
    )
    home = str(Path(minigan.__file__).parents[1])
    environment = os.environ | {"PYTHONPATH": home}
    done = subprocess.run([sys.executable, "-c", code], env=environment, check=False)
    assert done.returncode == -signal.SIGINT


def test_blocks_can_be_nested():
    order = []
    with pytest.raises(KeyboardInterrupt), interrupts_wait():
        with interrupts_wait():
            interrupt()
            order.append("inner")
        order.append("outer")
    assert order == ["inner", "outer"]


def test_in_another_thread_it_does_nothing(pythons_own_handler):
    seen = []

    def work():
        with interrupts_wait():
            seen.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [pythons_own_handler]


def test_other_signals_wait_if_a_function_handles_them():
    order = []
    before = signal.signal(signal.SIGTERM, lambda number, frame: order.append(number))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with interrupts_wait():
        for _ in range(2):
            os.kill(os.getpid(), signal.SIGTERM)
        order.append("block")
    assert order == ["block", signal.SIGTERM]
    signal.signal(signal.SIGTERM, before)
