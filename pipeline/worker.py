"""A process beside this one that holds one object, such as a model, and answers requests one at a time.

It can be killed when it hangs and started anew when it dies, and neither takes the run with it. It ends by itself as
soon as this process is gone, however that one ended, and Ctrl-C does not reach it: what to do then is decided here.

Both ends speak over one socket: the length of a message, 8 bytes, then the message, pickled. The first message to
the child makes its object; every other is ``(number, name, arguments)``, or a number alone, which ends that request
early. Each answer is ``(number, kind, content)``.
"""

from __future__ import annotations

import json
import os
import pickle
import signal
import socket
import struct
import subprocess
import sys
import threading
import traceback
from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from functools import partial
from queue import SimpleQueue
from types import TracebackType
from typing import Any, Self

from pipeline.errors import EngineError

_LENGTH = struct.Struct("<Q")
_BOOTSTRAP = """
import json, sys
sys.path[:] = json.loads(sys.argv[1])
from pipeline.worker import serve
serve(int(sys.argv[2]))
"""
_READY, _ANSWER, _END, _RAISED = "ready", "answer", "end", "raised"
DYING_S = 5.0
"""How long a child may take to end after it has closed its socket."""


class WorkerDied(EngineError):
    """The child ended before it had answered.

    Args:
        exit_code: as `subprocess.Popen.returncode`: minus the signal's number when a signal killed it.
        making: it had not made its object yet.
    """

    def __init__(self, what: str, *, exit_code: int, making: bool, next_step: str | None = None) -> None:
        super().__init__(what, next_step=next_step)
        self.exit_code = exit_code
        self.making = making

    def __reduce__(self) -> tuple[object, ...]:
        again = partial(WorkerDied, self.what, exit_code=self.exit_code, making=self.making, next_step=self.next_step)
        return again, ()

    @property
    def out_of_memory(self) -> bool:
        """It was killed as the kernel kills when memory runs out (or by somebody's ``kill -9``)."""
        return self.exit_code == -signal.SIGKILL


class WorkerHung(EngineError):
    """The child gave nothing for too long and was killed.

    Args:
        making: it had not made its object yet.
    """

    def __init__(self, what: str, *, making: bool, next_step: str | None = None) -> None:
        super().__init__(what, next_step=next_step)
        self.making = making

    def __reduce__(self) -> tuple[object, ...]:
        return partial(WorkerHung, self.what, making=self.making, next_step=self.next_step), ()


class Stopping(ABC):
    """Whatever has a process to end: at the end of its block, whatever ended that."""

    @abstractmethod
    def stop(self) -> None:
        """End the process at once; nothing happens where there is none."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _where: TracebackType | None
    ) -> None:
        self.stop()


class Worker(Stopping):
    """A child process with the object that ``make(*args)`` gives, started by the first `ask` and anew after a death.

    The child imports what ``make`` needs and no more; it has this process's ``sys.path``, its stderr and nothing else
    of it: no stdin, no stdout, no other open file. It is for one thread at a time.

    Args:
        make: a class or function at the top of an importable module (not of ``__main__``).
        args: pickled, as are all arguments and answers.
        nice: added to the child's niceness.
    """

    def __init__(self, make: Callable[..., object], *args: object, nice: int = 0) -> None:
        self._order = pickle.dumps((make, args, nice))
        self._child: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None
        self._number = 0
        self._making = False
        self._open = False  # a request has not been answered to its end
        self._amid = False  # a message has been sent or received in part

    @property
    def pid(self) -> int | None:
        """Of the running child; None where there is none."""
        return self._child.pid if self._child is not None else None

    def ask(self, name: str, *args: object, limit_s: float | None = None) -> Generator[Any, None, None]:
        """Call a method of the object, or look up an attribute, and yield its answers as they come.

        A method that gives an iterator answers with each of its items, any other with what it gives. The child is at
        most a few answers ahead. Where not all are taken, the child drops the request after the answer it is at.

        Args:
            limit_s: the longest wait for the next answer; the making of the object is one wait too.

        Raises:
            WorkerDied: the child ended: a signal, a crash.
            WorkerHung: nothing came for ``limit_s``.
            Exception: whatever ``make`` or the method raised, with the child's traceback as a note; an `EngineError`
                in its place where it cannot be pickled.
        """
        self._let_go()
        self._number += 1
        mine, self._open = self._number, True
        try:
            self._send((mine, name, args), limit_s)
            while True:
                number, kind, content = self._receive(limit_s)
                if kind == _READY:
                    self._making = False
                elif kind == _RAISED and (number == mine or self._making):
                    self._open = False
                    if self._making:
                        self.stop()  # there is no object: the next request makes it anew
                    raise _unpacked(content)
                elif number == mine and kind == _END:
                    self._open = False
                    return
                elif number == mine:
                    yield content
                    if self._number != mine:
                        raise RuntimeError(f"no more answers to '{name}': the worker has been asked something else")
        finally:
            if self._number == mine:
                self._let_go()

    def stop(self) -> None:
        """End the child at once and wait until it is gone; nothing happens where there is none."""
        child, self._child = self._child, None
        self._amid = False
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        if child is not None:
            child.kill()
            child.wait()

    def _start(self) -> socket.socket:
        ours, theirs = socket.socketpair()
        with theirs:
            self._child = subprocess.Popen(
                [sys.executable, "-c", _BOOTSTRAP, json.dumps(sys.path), str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                process_group=0,  # Ctrl-C goes to a whole group
            )
        self._socket, self._making = ours, True
        _send_bytes(ours, self._order)
        return ours

    def _send(self, message: object, limit_s: float | None) -> None:
        packed = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
        if self._child is not None and self._child.poll() is not None:
            self.stop()  # it died after its last answer; nobody has missed it
        with self._talking(limit_s):
            end = self._socket or self._start()
            end.settimeout(limit_s)
            self._amid = True
            _send_bytes(end, packed)
            self._amid = False

    def _receive(self, limit_s: float | None) -> tuple[int, str, Any]:
        assert self._socket is not None
        with self._talking(limit_s):
            self._socket.settimeout(limit_s)
            self._socket.recv(1, socket.MSG_PEEK)  # the long wait: Ctrl-C is harmless here
            self._amid = True
            packed = _receive_bytes(self._socket)
            self._amid = False
        answer: tuple[int, str, Any] = pickle.loads(packed)
        return answer

    @contextmanager
    def _talking(self, limit_s: float | None) -> Iterator[None]:
        try:
            yield
        except TimeoutError:
            raise self._hung(limit_s) from None
        except (EOFError, OSError):
            raise self._died() from None
        except BaseException:
            if self._amid:  # Ctrl-C: the rest of this message could not be told from the next
                self.stop()
            raise

    def _let_go(self) -> None:
        """Of a request that is not answered to its end."""
        is_open, self._open = self._open, False
        if not is_open or self._socket is None:
            return
        try:
            self._socket.settimeout(DYING_S)
            _send_bytes(self._socket, pickle.dumps(self._number))
        except OSError:  # it is dead or stands still: the next request starts another
            self.stop()

    def _hung(self, limit_s: float | None) -> WorkerHung:
        self.stop()
        return WorkerHung(f"a worker process gave nothing for {limit_s:g} s and was ended", making=self._making)

    def _died(self) -> WorkerDied:
        child = self._child
        assert child is not None
        try:
            child.wait(DYING_S)
        except subprocess.TimeoutExpired:
            child.kill()
        exit_code = child.wait()
        self.stop()
        return WorkerDied(f"a worker process {_end_in_words(exit_code)}", exit_code=exit_code, making=self._making)


def _end_in_words(exit_code: int) -> str:
    if exit_code == -signal.SIGKILL:
        return "was killed (SIGKILL): by the kernel for want of memory, or by somebody"
    if exit_code < 0:
        return f"was ended by the signal {signal.Signals(-exit_code).name}"
    return f"ended with exit code {exit_code}"


def _unpacked(content: tuple[BaseException | None, str, str]) -> BaseException:
    error, what, where = content
    if error is None:
        error = EngineError(what)
    error.add_note(f"In the worker process:\n{where}")
    return error


def serve(descriptor: int) -> None:
    """The child: make the object and answer until the other end is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end = socket.socket(fileno=descriptor)
    end.set_inheritable(False)
    requests: SimpleQueue[Any] = SimpleQueue()
    dropped = _Dropped()
    threading.Thread(target=_listen, args=(end, requests, dropped), name="worker-requests", daemon=True).start()
    try:
        make, args, nice = pickle.loads(requests.get())
        os.nice(nice)
        held = make(*args)
    except BaseException as error:  # noqa: BLE001 - it is raised at the other end
        return _answer(end, 0, _RAISED, _packed(error))
    _answer(end, 0, _READY, None)
    while True:
        number, name, arguments = requests.get()
        try:
            for answer in _answers(held, name, arguments):
                if dropped.last >= number:
                    break
                _answer(end, number, _ANSWER, answer)
            _answer(end, number, _END, None)
        except BaseException as error:  # noqa: BLE001 - it is raised at the other end
            _answer(end, number, _RAISED, _packed(error))


class _Dropped:
    """The last request that the other end has let go of."""

    last = 0


def _listen(end: socket.socket, requests: SimpleQueue[Any], dropped: _Dropped) -> None:
    """Take in requests while the object is at work; end the process with the other end, whatever it is doing."""
    try:
        requests.put(_receive_bytes(end))
        while True:
            message = pickle.loads(_receive_bytes(end))
            if isinstance(message, int):
                dropped.last = message
            else:
                requests.put(message)
    except (EOFError, OSError):
        os._exit(0)


def _answers(held: object, name: str, arguments: tuple[object, ...]) -> Iterator[object]:
    found = getattr(held, name)
    answer = found(*arguments) if callable(found) else found
    if isinstance(answer, Iterator):
        yield from answer
    else:
        yield answer


def _answer(end: socket.socket, number: int, kind: str, content: object) -> None:
    packed = pickle.dumps((number, kind, content), pickle.HIGHEST_PROTOCOL)
    try:
        _send_bytes(end, packed)
    except OSError:
        os._exit(0)


def _packed(error: BaseException) -> tuple[BaseException | None, str, str]:
    """The error, or None where it does not survive pickling; what it says; its traceback."""
    where = "".join(traceback.format_exception(error))
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:  # noqa: BLE001 - whatever its own pickling raises
        return None, f"{type(error).__name__}: {error}", where
    return error, str(error), where


def _send_bytes(end: socket.socket, content: bytes) -> None:
    end.sendall(_LENGTH.pack(len(content)) + content)


def _receive_bytes(end: socket.socket) -> bytearray:
    (length,) = _LENGTH.unpack(_exactly(end, _LENGTH.size))
    return _exactly(end, length)


def _exactly(end: socket.socket, length: int) -> bytearray:
    content = bytearray(length)
    view, got = memoryview(content), 0
    while got < length:
        count = end.recv_into(view[got:])
        if count == 0:
            raise EOFError
        got += count
    return content
