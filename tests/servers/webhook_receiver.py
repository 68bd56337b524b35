"""A webhook's receiver that remembers what it got and misbehaves as it is told.

A behaviour is a function of the request's handler; it answers, or does not. `receiver.behave` chooses one for each
request: behave(number, request) with numbers from 0.
"""

import gzip
import json
import ssl
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

CHUNK = b"x" * 65536


class Request:
    def __init__(self, method, path, headers, raw):
        self.method = method
        self.path = path
        self.headers = headers
        self.body = gzip.decompress(raw) if headers.get("Content-Encoding") == "gzip" else raw
        self.at = time.monotonic()
        self.behaviour = None

    def documents(self):
        """Of an NDJSON body or of a JSON array."""
        if self.body.lstrip().startswith(b"["):
            return json.loads(self.body)
        return [json.loads(line) for line in self.body.split(b"\n") if line]


# --- Behaviours ---


def answer(status, body=b"", content_type="application/json", **headers):
    def behave(handler):
        handler.send_response(status)
        handler.send_header("Content-Type", content_type)
        handler.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), str(value))
        handler.end_headers()
        handler.wfile.write(body)
    return behave


accept = answer(200, b"{}")
fail = answer(500, b"no")


def too_many(retry_after=None):
    return answer(429, b"slow down", **({} if retry_after is None else {"Retry_After": retry_after}))


def html(status=200):
    return answer(status, b"<html><body><h1>It works!</h1></body></html>", "text/html")


def close_at_once(handler):
    """The request was read whole, and nobody will ever know what became of it."""
    _cut(handler)


def close_in_mid_answer(handler):
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"half":')
    _cut(handler)


def drip(pause=0.5, length=1000):
    """Byte by byte, for ever as far as the other side is concerned."""
    def behave(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", str(length))
        handler.end_headers()
        for _ in range(length):
            handler.wfile.write(b" ")
            if handler.server.ending.wait(pause):
                return
    return behave


def huge(length=1 << 30):
    def behave(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", str(length))
        handler.end_headers()
        for _ in range(length // len(CHUNK)):
            handler.wfile.write(CHUNK)
    return behave


def stall(handler):
    """Reads the request and never answers, until the receiver ends."""
    handler.server.ending.wait()
    _cut(handler)


def _cut(handler):
    handler.close_connection = True


# --- The receiver ---


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 120

    def _serve(self):
        length = int(self.headers.get("Content-Length", 0))
        raw = self.rfile.read(length)
        if len(raw) < length:  # Its sender was killed in the middle of it: no request.
            self.close_connection = True
            return
        request = Request(self.command, self.path, self.headers, raw)
        request.behaviour = self.server.receiver.note(request)
        try:
            request.behaviour(self)
        except OSError:
            self.close_connection = True  # The client went away, as it may.

    do_POST = do_PUT = do_PATCH = do_GET = _serve

    def log_message(self, *arguments):
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def handle_error(self, request, client_address):
        pass  # Connections that are cut are what this is for.


class WebhookReceiver:
    def __init__(self, port=0, authority=None, behave=lambda number, request: accept):
        self.behave = behave
        self.requests = []
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", port), _Handler)
        self._server.receiver = self
        self._server.ending = threading.Event()
        self.authority = authority
        if authority:
            self._wrap(authority)
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def _wrap(self, authority):
        if not authority.certificate("localhost").exists():
            authority.issue("localhost")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(authority.certificate("localhost"), authority.key("localhost"))
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True,
                                                  do_handshake_on_connect=False)

    @property
    def url(self):
        return f"https://localhost:{self.port}/hook" if self.authority else f"http://127.0.0.1:{self.port}/hook"

    def note(self, request):
        with self._lock:
            number = len(self.requests)
            self.requests.append(request)
        return self.behave(number, request)

    def received(self):
        """All requests so far, whatever was answered."""
        with self._lock:
            return list(self.requests)

    def accepted(self):
        return [request for request in self.received() if request.behaviour is accept]

    def start(self):
        self._thread.start()
        return self

    def stop(self):
        self._server.ending.set()
        self._server.shutdown()
        self._server.server_close()

    def __enter__(self):
        return self.start()

    def __exit__(self, *exception):
        self.stop()
