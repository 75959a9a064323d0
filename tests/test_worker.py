"""A worker answers as its object would, dies alone, and never outlives the process that asked it."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from pipeline.engines import Unreadable
from pipeline.errors import EngineError, MissingError
from pipeline.worker import Worker, WorkerDied, WorkerHung
from tests.held import Bench, unwilling


@pytest.fixture(scope="module")
def bench() -> Iterator[Worker]:
    with Worker(Bench) as worker:
        yield worker


def one(worker: Worker, name: str, *args: object) -> object:
    (answer,) = worker.ask(name, *args)
    return answer


def soon(is_true: Callable[[], bool], within_s: float = 10.0) -> bool:
    end = time.monotonic() + within_s
    while not is_true() and time.monotonic() < end:
        time.sleep(0.01)
    return is_true()


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def test_the_object_lives_in_another_process_that_is_the_same_for_all_questions(bench: Worker) -> None:
    assert one(bench, "pid") == one(bench, "pid") == bench.pid != os.getpid()


def test_a_generators_items_come_one_by_one_anything_else_as_one_answer(bench: Worker) -> None:
    assert list(bench.ask("count", 4)) == [0, 1, 2, 3]
    assert list(bench.ask("count", 0)) == []
    assert list(bench.ask("back", [1, 2])) == [[1, 2]]
    assert list(bench.ask("back", None)) == [None]


def test_an_attribute_can_be_asked_for(bench: Worker) -> None:
    list(bench.ask("count", 3))
    assert one(bench, "counted") == 3


def test_arrays_of_megabytes_arrive_bit_for_bit(bench: Worker) -> None:
    sent = np.random.default_rng(0).standard_normal(2_000_000).astype(np.float32)
    sent[:3] = [np.nan, np.inf, -0.0]
    got = one(bench, "back", sent)
    assert isinstance(got, np.ndarray) and got.tobytes() == sent.tobytes()


def test_the_child_finds_modules_where_this_process_does(bench: Worker) -> None:
    assert one(bench, "path") == sys.path


def test_a_request_let_go_of_is_dropped_and_the_next_is_answered_by_the_same_process(bench: Worker) -> None:
    before = bench.pid
    answers = bench.ask("count", 10_000_000)
    assert next(answers) == 0
    answers.close()
    assert one(bench, "pid") == before
    assert 0 < one(bench, "counted") < 10_000_000  # type: ignore[operator]


def test_a_new_request_takes_the_place_of_one_that_is_not_answered_to_its_end(bench: Worker) -> None:
    before = bench.pid
    answers = bench.ask("count", 10_000_000)
    next(answers)
    assert one(bench, "pid") == before
    with pytest.raises(RuntimeError, match="asked something else"):
        next(answers)
    assert list(bench.ask("count", 2)) == [0, 1]


@pytest.mark.parametrize(
    "error",
    [
        ValueError("wrong"),
        MemoryError("none left"),
        KeyError("x"),
        MissingError("no model", where="here", next_step="pull it"),
        Unreadable("no word", index=3, next_step="write one"),
    ],
)
def test_what_the_object_raises_is_raised_here_with_its_type_and_the_childs_traceback(
    bench: Worker, error: Exception
) -> None:
    with pytest.raises(type(error)) as caught:
        one(bench, "raises", error)
    assert str(caught.value) == str(error)
    assert "in raises" in caught.value.__notes__[0]
    if isinstance(error, Unreadable):
        assert isinstance(caught.value, Unreadable) and caught.value.index == 3


def test_an_error_that_cannot_be_pickled_keeps_its_name_and_words(bench: Worker) -> None:
    with pytest.raises(EngineError, match="OddError: 1 and 2"):
        one(bench, "odd")


def test_an_answer_that_cannot_be_pickled_is_an_error_and_not_the_end(bench: Worker) -> None:
    before = bench.pid
    with pytest.raises((TypeError, AttributeError), match="pickle"):
        one(bench, "unpicklable")
    with pytest.raises(AttributeError):
        one(bench, "no such method")
    assert one(bench, "pid") == before


def test_the_child_keeps_no_stdout_busy(bench: Worker, capfd: pytest.CaptureFixture[str]) -> None:
    one(bench, "talks")
    assert capfd.readouterr().out == ""


def test_a_grandchild_inherits_no_end_of_the_socket(bench: Worker) -> None:
    assert one(bench, "sockets_of_a_grandchild") == ""


def test_sigint_does_not_reach_the_child_by_its_group_and_is_ignored_when_it_does(bench: Worker) -> None:
    assert one(bench, "group") != os.getpgid(0)
    before = bench.pid
    assert before is not None
    os.kill(before, signal.SIGINT)
    assert one(bench, "pid") == before


@pytest.mark.parametrize(
    ("number", "words", "memory"),
    [
        (signal.SIGKILL, "want of memory", True),
        (signal.SIGSEGV, "SIGSEGV", False),
        (signal.SIGTERM, "SIGTERM", False),
    ],
)
def test_a_child_that_a_signal_ends_is_told_by_it_reaped_and_started_anew(
    number: int, words: str, memory: bool
) -> None:
    with Worker(Bench) as worker:
        answers = worker.ask("killed_after", 2, number)
        assert [next(answers), next(answers)] == [0, 1]
        dead = worker.pid
        with pytest.raises(WorkerDied, match=words) as caught:
            next(answers)
        assert (caught.value.exit_code, caught.value.out_of_memory, caught.value.making) == (-number, memory, False)
        assert not Path(f"/proc/{dead}").exists()  # no zombie
        assert one(worker, "pid") != dead


def test_a_child_that_exits_is_told_by_its_code() -> None:
    with Worker(Bench) as worker, pytest.raises(WorkerDied, match="exit code 7"):
        one(worker, "ends", 7)


def test_a_child_that_died_between_two_requests_is_started_anew_without_a_word() -> None:
    with Worker(Bench) as worker:
        before = one(worker, "pid")
        os.kill(before, signal.SIGKILL)  # type: ignore[arg-type]
        gone = os.WEXITED | os.WNOHANG | os.WNOWAIT  # every thread of it, not the first alone
        assert soon(lambda: os.waitid(os.P_PID, before, gone) is not None)  # type: ignore[arg-type]
        assert one(worker, "pid") != before


@pytest.mark.parametrize("how", ["sleeps_after", "stands_still"])
def test_a_child_that_gives_nothing_for_too_long_is_killed(how: str) -> None:
    with Worker(Bench) as worker:
        hung = one(worker, "pid")
        with pytest.raises(WorkerHung, match=r"0\.5 s"):
            list(worker.ask(how, 1 if how == "sleeps_after" else 100_000_000, limit_s=0.5))
        assert not Path(f"/proc/{hung}").exists() and worker.pid is None


def test_what_making_the_object_raises_is_raised_by_each_request() -> None:
    with Worker(unwilling, "why") as worker:
        for _ in range(2):
            with pytest.raises(ValueError, match="no"):
                one(worker, "pid")
        assert worker.pid is None


def test_a_child_can_be_nicer() -> None:
    with Worker(Bench, nice=3) as worker:
        assert one(worker, "niceness") == os.nice(0) + 3


def test_stopping_ends_the_child_whatever_it_does_and_can_be_said_twice() -> None:
    worker = Worker(Bench)
    worker.stop()
    child = one(worker, "pid")
    worker.stop()
    worker.stop()
    assert not Path(f"/proc/{child}").exists() and worker.pid is None


def test_the_workers_errors_can_be_pickled() -> None:
    died = pickle.loads(pickle.dumps(WorkerDied("it died", exit_code=-9, making=True)))
    hung = pickle.loads(pickle.dumps(WorkerHung("it hung", making=True)))
    assert (died.what, died.exit_code, died.making, hung.what, hung.making) == ("it died", -9, True, "it hung", True)


PARENT = """
import sys
from tests.held import Bench
from pipeline.worker import Worker
worker = Worker(Bench)
(child,) = worker.ask("pid")
print(child, flush=True)
try:
    {work}
except KeyboardInterrupt:
    (after,) = worker.ask("pid")
    print("interrupted", after == child, flush=True)
"""


def parent(work: str) -> tuple[subprocess.Popen[str], int]:
    """A process, in a group of its own, that has a worker; and the worker's child."""
    process = subprocess.Popen(
        [sys.executable, "-c", PARENT.format(work=work)],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    assert process.stdout is not None
    return process, int(process.stdout.readline())


@pytest.mark.parametrize("work", ["list(worker.ask('computes'))", "__import__('time').sleep(60)"])
def test_no_child_is_left_when_its_parent_is_killed_whatever_either_was_doing(work: str) -> None:
    process, child = parent(work)
    with process:
        time.sleep(0.1)
        assert is_running(child)
        process.kill()
    assert soon(lambda: not is_running(child))


def test_ctrl_c_in_the_terminal_reaches_the_parent_alone_which_may_go_on_asking() -> None:
    process, child = parent("print('on', flush=True), list(worker.ask('waits', 1))")
    with process:
        assert process.stdout is not None and process.stdout.readline() == "on\n"
        time.sleep(0.3)  # for it to wait
        os.killpg(process.pid, signal.SIGINT)
        assert process.stdout.readline() == "interrupted True\n"
    assert soon(lambda: not is_running(child))
