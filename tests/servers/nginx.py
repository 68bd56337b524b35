"""Debian's nginx in front of a port: ends TLS, is slow, limits the rate of requests or their size."""

import shutil
import socket

from node import Server
from processes import Child, new_folder

CONFIG = """
daemon off;
master_process off;
error_log {folder}/error.log info;
pid {folder}/pid;
worker_rlimit_nofile 4096;
events {{ worker_connections 512; }}
http {{
  access_log {folder}/access.log;
  client_body_temp_path {folder}/bodies;
  proxy_temp_path {folder}/answers;
  fastcgi_temp_path {folder}/unused;
  uwsgi_temp_path {folder}/unused;
  scgi_temp_path {folder}/unused;
{limits}
  server {{
    listen 127.0.0.1:{port}{tls};
{server}
    location / {{
      proxy_pass http://127.0.0.1:{upstream};
      proxy_http_version 1.1;
      proxy_set_header Connection "";
{location}
    }}
  }}
}}
"""


def _lines(indent, *directives):
    return "\n".join(f"{' ' * indent}{directive};" for directive in directives if directive)


class Nginx(Server):
    """authority: TLS for localhost by it. answer_rate: bytes a second of each answer ("100", "4k").
    requests: how many a second are let through ("5r/s"), the others get reject_status. body_max: as nginx writes
    sizes; its own default is 1m."""

    def __init__(self, upstream_port, port=0, authority=None, answer_rate=None, requests=None, burst=0,
                 reject_status=429, body_max="100m"):
        super().__init__(port)
        self.folder = new_folder("nginx")
        self.upstream_port = upstream_port
        self.authority = authority
        self.answer_rate = answer_rate
        self.requests = requests
        self.burst = burst
        self.reject_status = reject_status
        self.body_max = body_max

    @property
    def url(self):
        return f"https://localhost:{self.port}" if self.authority else f"http://127.0.0.1:{self.port}"

    def statuses(self):
        """How often each status was answered: {200: 12, 429: 3}."""
        counts = {}
        for line in (self.folder / "access.log").read_text().splitlines():
            status = int(line.split('"')[2].split()[0])
            counts[status] = counts.get(status, 0) + 1
        return counts

    def _config(self):
        limits = self.requests and f"limit_req_zone $binary_remote_addr zone=requests:1m rate={self.requests}"
        server = [f"client_max_body_size {self.body_max}"]
        if self.authority:
            if not self.authority.certificate("localhost").exists():
                self.authority.issue("localhost")
            server += [f"ssl_certificate {self.authority.certificate('localhost')}",
                       f"ssl_certificate_key {self.authority.key('localhost')}"]
        location = [self.answer_rate and f"limit_rate {self.answer_rate}"]
        if self.requests:
            burst = f" burst={self.burst} nodelay" if self.burst else ""
            location += [f"limit_req zone=requests{burst}", f"limit_req_status {self.reject_status}"]
        return CONFIG.format(folder=self.folder, port=self.port, upstream=self.upstream_port,
                             tls=" ssl" if self.authority else "", limits=_lines(2, limits),
                             server=_lines(4, *server), location=_lines(6, *location))

    def _launch(self):
        config = self.folder / "nginx.conf"
        config.write_text(self._config())
        program = shutil.which("nginx") or "/usr/sbin/nginx"
        return Child([program, "-p", self.folder, "-e", self.folder / "error.log", "-c", config], self.folder / "log")

    def _is_ready(self):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0
