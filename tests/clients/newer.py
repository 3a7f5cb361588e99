"""Stands before a service and answers as a newer one might: every object has one field more.

Standard library only.
"""

import contextlib
import http.client
import http.server
import json
import threading


def with_more(value):
    """The JSON value with a field that no contract has in each of its objects."""
    if isinstance(value, dict):
        return {name: with_more(inner) for name, inner in value.items()} | {"brand_new": True}
    if isinstance(value, list):
        return [with_more(inner) for inner in value]
    return value


class Newer(http.server.BaseHTTPRequestHandler):
    """Passes each request on and its answer back; `port` is the service's."""

    port = 0

    def pass_on(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(self.command, self.path, body, dict(self.headers))
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        if content and "json" in answer.headers.get("Content-Type", ""):
            content = json.dumps(with_more(json.loads(content))).encode()
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            if name.lower() not in ("content-length", "connection", "transfer-encoding"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = pass_on

    def log_message(self, *_):
        """Nothing: the clients tell what went wrong."""


@contextlib.contextmanager
def newer(service):
    """The address at which the service seems newer."""
    handler = type("Handler", (Newer,), {"port": service.port})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
