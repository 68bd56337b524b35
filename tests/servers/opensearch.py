"""A real OpenSearch, one JVM a node, with or without TLS and users.

    python3 opensearch.py FOLDER PORT      becomes such a node, which then lives as long as it is let
"""

import os
import pathlib
import shutil
import sys

import artifacts
from certificates import Authority
from client import Client
from node import Server
from processes import Child, free_port, new_folder, wait_until

USER = "admin"
PASSWORD = "admin"
SECURITY_PLUGIN = "org.opensearch.security.OpenSearchSecurityPlugin"


class OpenSearch(Server):
    """settings: {name: value} beside what every node of a test has. authority: TLS, and users: admin/admin."""

    def __init__(self, folder=None, port=0, authority=None, settings=None, heap="512m", name="n1"):
        super().__init__(port)
        self.folder = folder or new_folder(f"opensearch-{name}")
        self.authority = authority
        self.heap = heap
        self.name = name
        self.settings = {"discovery.type": "single-node", "transport.port": "0", **(settings or {})}
        for part in ("home/config", "data", "logs"):
            (self.folder / part).mkdir(parents=True, exist_ok=True)

    @property
    def url(self):
        return f"https://localhost:{self.port}" if self.authority else f"http://127.0.0.1:{self.port}"

    @property
    def client(self):
        if self.authority:
            return Client(self.url, USER, PASSWORD, ca=self.authority.ca)
        return Client(self.url)

    def client_as(self, user, password):
        return Client(self.url, user, password, ca=self.authority.ca)

    def _launch(self):
        return Child(self.command(), self.folder / "log", folder=self.folder)

    def command(self):
        program = artifacts.opensearch()
        settings = self._all_settings()
        jvm = [f"-Xmx{self.heap}", *artifacts.JVM_OPTIONS]
        plugins = []
        if self.authority:
            security = artifacts.opensearch_security()
            settings.update(self._secure(security))
            plugins = [f"plugin={SECURITY_PLUGIN}"]
            path = artifacts.class_path(program, security)
        else:
            archive = artifacts.class_archive()
            path = artifacts.class_path(program)
            jvm += [f"-XX:SharedArchiveFile={archive}"] if archive else []
        return ["java", *jvm, "-cp", path, "NodeMain", *plugins, *(f"{k}={v}" for k, v in settings.items() if v)]

    def _all_settings(self):
        return {"path.home": self.folder / "home", "path.data": self.folder / "data",
                "path.logs": self.folder / "logs", "network.host": "127.0.0.1", "http.port": self.port,
                "node.name": self.name, "cluster.routing.allocation.disk.threshold_enabled": "false",
                **self.settings}

    def _secure(self, plugin):
        config = self.folder / "home/config"
        users = config / "opensearch-security"
        if not users.exists():
            users.mkdir()
            for file in (plugin / "config").glob("*.yml"):
                shutil.copy(file, users)
        for name in ("localhost", "admin"):
            if not self.authority.certificate(name).exists():
                self.authority.issue(name)
        for file in (self.authority.ca, self.authority.certificate("localhost"), self.authority.key("localhost")):
            shutil.copy(file, config)
        secure = {"plugins.security.ssl.http.enabled": "true",
                  "plugins.security.ssl.transport.enforce_hostname_verification": "false",
                  "plugins.security.nodes_dn": "CN=localhost", "plugins.security.authcz.admin_dn": "CN=admin",
                  "plugins.security.allow_default_init_securityindex": "true",
                  "plugins.security.restapi.roles_enabled": "all_access", "plugins.security.audit.type": "noop"}
        for layer in ("transport", "http"):
            prefix = f"plugins.security.ssl.{layer}"
            secure[f"{prefix}.pemcert_filepath"] = "localhost.pem"
            secure[f"{prefix}.pemkey_filepath"] = "localhost-key.pem"
            secure[f"{prefix}.pemtrustedcas_filepath"] = "ca.pem"
        return secure

    def _is_ready(self):
        reply = self.client.try_request("GET", "/_cluster/health")
        return reply is not None and reply.status == 200 and reply.json()["status"] != "red"


class OpenSearchCluster:
    """Nodes that found each other; any of them answers."""

    def __init__(self, size=3, heap="256m", settings=None):
        transports = [free_port() for _ in range(size)]
        names = [f"n{number}" for number in range(1, size + 1)]
        self.nodes = []
        for name, transport in zip(names, transports):
            own = {"discovery.type": "", "transport.port": transport,
                   "discovery.seed_hosts": ",".join(f"127.0.0.1:{port}" for port in transports),
                   "cluster.initial_cluster_manager_nodes": ",".join(names), **(settings or {})}
            self.nodes.append(OpenSearch(heap=heap, name=name, settings=own))

    def start(self):
        for node in self.nodes:
            node.launch()
        for node in self.nodes:
            node.wait_ready()
        wait_until(lambda: self.health()["number_of_nodes"] == len(self.nodes), 60, "all nodes have joined")
        return self

    def health(self):
        return self.first_running().client.must("GET", "/_cluster/health")

    def first_running(self):
        return next(node for node in self.nodes if node.child)

    def manager(self):
        """The node that the others elected."""
        rows = self.first_running().client.must("GET", "/_cat/cluster_manager?format=json")
        return next(node for node in self.nodes if node.name == rows[0]["node"])

    def kill(self):
        for node in self.nodes:
            node.kill()

    def __enter__(self):
        return self.start()

    def __exit__(self, *exception):
        self.kill()


def main():
    if len(sys.argv) != 3:
        sys.exit("usage: opensearch.py FOLDER PORT")
    node = OpenSearch(pathlib.Path(sys.argv[1]).resolve(), int(sys.argv[2]))
    command = node.command()
    os.chdir(node.folder)
    os.execvp(command[0], command)


if __name__ == "__main__":
    main()
