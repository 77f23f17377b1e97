"""A service process of the smallest kind: it answers `/readyz` and tells its environment at `/environment`."""

import json
import os
from http.server import BaseHTTPRequestHandler, HTTPServer


class BellService(BaseHTTPRequestHandler):
    """Answers every GET with this process's own settings."""

    def do_GET(self) -> None:
        """Tell the process id and every `BELLBOARD_` variable as JSON."""
        settings = {name: value for name, value in os.environ.items() if name.startswith("BELLBOARD_")}
        body = json.dumps({"pid": os.getpid(), **settings}).encode()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


if __name__ == "__main__":
    address = (os.environ["BELLBOARD_HTTP_HOST"], int(os.environ["BELLBOARD_HTTP_PORT"]))
    HTTPServer(address, BellService).serve_forever()
