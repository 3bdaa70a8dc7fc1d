"""The health check of the container, which has no curl: python -m app.probe [PATH]"""

import http.client
import os
import sys


def main() -> None:
    path = sys.argv[1] if len(sys.argv) > 1 else "/health"
    connection = http.client.HTTPConnection("127.0.0.1", int(os.environ["PORT"]), timeout=3)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
    except OSError as error:
        sys.exit(f"{path}: {error}")
    if response.status != 200:
        sys.exit(f"{path}: {response.status} {response.read().decode()}")


if __name__ == "__main__":
    main()
