"""Serves the demo page (examples/sketchroom) with Strophe.js and a config.json beside it."""
import functools
import http.server
import json
import os
import threading

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PAGE = os.path.join(ROOT, "examples", "sketchroom")
STROPHE = "/usr/share/javascript/strophe/strophe.js"  # Debian: libjs-strophe


class _Handler(http.server.SimpleHTTPRequestHandler):
    extensions_map = {**http.server.SimpleHTTPRequestHandler.extensions_map,
                      ".js": "text/javascript"}

    def __init__(self, *args, config, **kwargs):
        self.config = config
        super().__init__(*args, directory=PAGE, **kwargs)

    def do_GET(self):
        path = self.path.split("?")[0]
        if path == "/config.json":
            self._answer("application/json", json.dumps(self.config).encode())
        elif path == "/strophe.js":
            with open(STROPHE, "rb") as file:
                self._answer("text/javascript", file.read())
        else:
            super().do_GET()

    def _answer(self, kind, body):
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def end_headers(self):
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def log_message(self, *_):
        pass


class SketchroomPage:
    """A context manager: the page on a loopback port (a free one unless given) for the users of
    `server` (an XmppServer) and the services at the component `service`; `websocket` is another URL
    than the server's."""

    def __init__(self, server, service, domain, port=0, accounts=(), websocket=None):
        config = {"websocket": websocket or server.websocket_url, "bosh": server.bosh_url,
                  "domain": domain, "service": service, "accounts": list(accounts)}
        handler = functools.partial(_Handler, config=config)
        self._http = http.server.ThreadingHTTPServer(("127.0.0.1", port), handler)
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}/"

    def __enter__(self):
        threading.Thread(target=self._http.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._http.shutdown()
        self._http.server_close()
