"""python -m app [--reload]"""

import signal
import sys
from typing import Any

import uvicorn

from app import main
from app.websocket import Server


def run() -> None:
    settings = main.load()
    options: dict[str, Any] = {
        "host": "0.0.0.0",
        "port": settings.PORT,
        # The application logs its requests itself.
        "log_config": None,
        "access_log": False,
        "server_header": False,
        # Longer than nginx keeps a connection: the side that sends requests must be the one to close.
        "timeout_keep_alive": 75,
        "ws_max_size": 64 * 1024,
    }
    # When all is finished uvicorn raises the signal once more; by then it is no failure.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))

    if "--reload" in sys.argv:
        options |= {"reload": True, "reload_dirs": ["app"], "timeout_graceful_shutdown": 1}
        uvicorn.run("app.main:app", factory=True, **options)
        return

    app = main.app()
    config = uvicorn.Config(app, timeout_graceful_shutdown=20, **options)
    Server(config, app.state.hub).run()


if __name__ == "__main__":
    run()
