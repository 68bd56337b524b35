"""A real Elasticsearch: the one for integration tests, without most modules, so without GET / and life cycles."""

import os
import re
import shutil
import subprocess

import artifacts
from client import Client
from node import Server
from processes import Child, new_folder

USER = "admin"
PASSWORD = "admin-password"
UNPRIVILEGED = 65534  # It refuses to run as root.


class Elasticsearch(Server):
    """authority: TLS, and a superuser admin/admin-password."""

    def __init__(self, folder=None, port=0, authority=None, settings=None, heap="300m"):
        super().__init__(port)
        self.folder = folder or new_folder("elasticsearch")
        self.authority = authority
        self.heap = heap
        self.settings = settings or {}
        self.home = artifacts.elasticsearch()
        if not (self.folder / "config").exists():
            self._lay_out()

    @property
    def url(self):
        return f"https://localhost:{self.port}" if self.authority else f"http://127.0.0.1:{self.port}"

    @property
    def client(self):
        if self.authority:
            return Client(self.url, USER, PASSWORD, ca=self.authority.ca)
        return Client(self.url)

    def _lay_out(self):
        shutil.copytree(self.home / "config", self.folder / "config")
        options = self.folder / "config/jvm.options"
        options.write_text(re.sub(r".*(G1|Xlog:gc|HeapDump).*\n", "", options.read_text()))
        for part in ("data", "logs", "tmp"):
            (self.folder / part).mkdir()
        if self.authority:
            if not self.authority.certificate("localhost").exists():
                self.authority.issue("localhost")
            for file in (self.authority.ca, self.authority.certificate("localhost"), self.authority.key("localhost")):
                shutil.copy(file, self.folder / "config")
        self._give_away()
        if self.authority:
            self._run_as_it("bin/elasticsearch-users", "useradd", USER, "-p", PASSWORD, "-r", "superuser")

    def _give_away(self):
        for path in (self.folder, *self.folder.rglob("*")):
            os.chown(path, UNPRIVILEGED, UNPRIVILEGED)

    def _environment(self):
        java = os.path.realpath(shutil.which("java")).removesuffix("/bin/java")
        options = " ".join((f"-Xms{self.heap}", f"-Xmx{self.heap}", *artifacts.JVM_OPTIONS))
        return dict(os.environ, ES_JAVA_HOME=java, ES_PATH_CONF=f"{self.folder}/config", HOME=str(self.folder),
                    ES_TMPDIR=f"{self.folder}/tmp", ES_JAVA_OPTS=options, CLI_JAVA_OPTS="-Xmx64m -XX:+UseSerialGC")

    def _run_as_it(self, *command):
        subprocess.run(["setpriv", f"--reuid={UNPRIVILEGED}", f"--regid={UNPRIVILEGED}", "--clear-groups", *command],
                       cwd=self.home, env=self._environment(), check=True, capture_output=True, timeout=120)

    def _all_settings(self):
        settings = {"http.port": self.port, "transport.port": "0", "network.host": "127.0.0.1",
                    "discovery.type": "single-node", "path.data": self.folder / "data",
                    "path.logs": self.folder / "logs", "xpack.security.enabled": "false",
                    "cluster.routing.allocation.disk.threshold_enabled": "false"}
        if self.authority:
            http = "xpack.security.http.ssl"
            settings.update({"xpack.security.enabled": "true", f"{http}.enabled": "true",
                             f"{http}.key": "localhost-key.pem", f"{http}.certificate": "localhost.pem",
                             f"{http}.certificate_authorities": "ca.pem"})
        return {**settings, **self.settings}

    def _launch(self):
        command = ["bash", "bin/elasticsearch", *(f"-E{name}={value}" for name, value in self._all_settings().items())]
        return Child(command, self.folder / "log", user=UNPRIVILEGED, environment=self._environment(),
                     folder=self.home)

    def _is_ready(self):
        reply = self.client.try_request("GET", "/_cluster/health")
        return reply is not None and reply.status == 200 and reply.json()["status"] != "red"
