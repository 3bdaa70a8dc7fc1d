"""python -m app [--reload]"""

import signal
import sys

import uvicorn

from app import main


def run() -> None:
    settings = main.load()
    reload = "--reload" in sys.argv
    # When all is finished uvicorn raises the signal once more; by then it is no failure.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    uvicorn.run(
        "app.main:app",
        factory=True,
        host="0.0.0.0",
        port=settings.PORT,
        # The application logs its requests itself.
        log_config=None,
        access_log=False,
        server_header=False,
        reload=reload,
        reload_dirs=["app"] if reload else None,
        timeout_graceful_shutdown=1,
    )


if __name__ == "__main__":
    run()
