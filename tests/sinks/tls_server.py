#!/usr/bin/env python3
"""A TLS server for tests: tls_server.py CERT KEY [CLIENT_CA] [--tls1.1]. Prints its port. Answers each POST with
{"resumed": bool, "client": name or null, "version": ...} and closes the connection, so that each request shakes hands."""

import http.server
import json
import ssl
import sys


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        peer = self.connection.getpeercert()
        names = [value for rdn in peer["subject"] for key, value in rdn if key == "commonName"] if peer else []
        answer = {"resumed": self.connection.session_reused, "client": names[0] if names else None,
                  "version": self.connection.version()}
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        pass  # Refused handshakes are what the tests are about.


def main():
    arguments = [argument for argument in sys.argv[1:] if not argument.startswith("--")]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(arguments[0], arguments[1])
    if len(arguments) > 2:
        context.load_verify_locations(arguments[2])
        context.verify_mode = ssl.CERT_REQUIRED
    if "--tls1.1" in sys.argv:
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    server = Server(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    print(server.server_address[1], flush=True)
    server.serve_forever()


main()
