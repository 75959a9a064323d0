"""Objects that the worker processes of tests hold; the processes import them from here."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator


class OddError(Exception):
    """Cannot be unpickled: it wants two arguments and keeps one."""

    def __init__(self, one: int, other: int) -> None:
        super().__init__(f"{one} and {other}")


class Bench:
    """Answers to `Worker`'s own tests."""

    def pid(self) -> int:
        return os.getpid()

    def group(self) -> int:
        return os.getpgid(0)

    def path(self) -> list[str]:
        return sys.path

    def niceness(self) -> int:
        return os.nice(0)

    counted = 0

    def count(self, end: int) -> Iterator[int]:
        for number in range(end):
            self.counted = number + 1
            yield number

    def back(self, what: object) -> object:
        return what

    def raises(self, error: Exception) -> None:
        raise error

    def unpicklable(self) -> object:
        return lambda: None

    def odd(self) -> None:
        raise OddError(1, 2)

    def ends(self, code: int) -> None:
        os._exit(code)

    def killed_after(self, answers: int, number: int) -> Iterator[int]:
        yield from range(answers)
        os.kill(os.getpid(), number)

    def sleeps_after(self, answers: int) -> Iterator[int]:
        yield from range(answers)
        time.sleep(600)

    def stands_still(self, size: int) -> Iterator[bytes]:
        """Stopped by a signal with half an answer sent."""
        subprocess.Popen([sys.executable, "-c", f"import os,time; time.sleep(.15); os.kill({os.getpid()}, 19)"])
        yield bytes(size)

    def waits(self, seconds: float) -> None:
        time.sleep(seconds)

    def computes(self) -> int:
        """Without an end, in Python's own arithmetic."""
        number = 1
        while True:
            number = (number * 1_000_003) % (1 << 4096)

    def talks(self) -> None:
        print("to stdout")  # noqa: T201
        os.write(1, b"to descriptor 1")

    def sockets_of_a_grandchild(self) -> str:
        """The links of its open files that are sockets; every file that can be inherited is."""
        look = "find /proc/self/fd -lname 'socket:*'"
        return subprocess.run(
            ["/bin/sh", "-c", look], capture_output=True, text=True, check=False, close_fds=False
        ).stdout


def unwilling(_why: str) -> Bench:
    raise ValueError("no")
