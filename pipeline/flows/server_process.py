"""The embedded Prefect server's own process: ``python -m pipeline.flows.server_process SOCKET_FD PARENT_PID``.

It serves on a socket that its parent bound and listens on, so there is no race for the port, and it ends when its
parent is gone, however that one ended: nothing is orphaned.
"""

from __future__ import annotations

import os
import socket
import sys
import threading
import time

PARENT_POLL_S = 0.5


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(PARENT_POLL_S)
    os._exit(0)  # Prefect's database is SQLite in WAL mode: it survives this as it survives a power cut


def main() -> None:
    """Serve until told to stop or until the parent is gone."""
    handle, parent = int(sys.argv[1]), int(sys.argv[2])
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()

    import uvicorn
    from prefect.server.api.server import create_app

    listening = socket.socket(fileno=handle)
    server = uvicorn.Server(uvicorn.Config(create_app(), log_level="warning", timeout_graceful_shutdown=5))
    server.run(sockets=[listening])


if __name__ == "__main__":
    main()
