"""A registry on loopback with versions of the plugin in it."""

import shutil
import socket
import subprocess

from engine import wait_until
from plugin import Plugin, lay_out

REGISTRY_CONFIG = """
version: 0.1
storage:
  filesystem:
    rootdirectory: {folder}
http:
  addr: 127.0.0.1:{port}
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Registry:
    """Plain HTTP on loopback, which Docker Engine accepts without configuration."""

    def __init__(self, folder):
        self.port = free_port()
        folder.mkdir()
        config = folder / "config.yml"
        config.write_text(REGISTRY_CONFIG.format(folder=folder / "data", port=self.port))
        with open(folder / "log", "wb") as log:
            self.process = subprocess.Popen(["docker-registry", "serve", config], stdout=log, stderr=log)
        wait_until(lambda: answers(self.port), 20, "the registry's first answer")

    def name(self, version):
        return f"127.0.0.1:{self.port}/tailrace:{version}"

    def push(self, engine, version):
        folder = lay_out(engine.folder / f"version-{version}")
        (folder / "rootfs/etc/version").write_text(f"{version}\n")
        name = self.name(version)
        engine.docker("plugin", "create", name, folder)
        engine.docker("plugin", "push", name)
        engine.docker("plugin", "rm", name)
        shutil.rmtree(folder)

    def install(self, engine, version):
        engine.docker("plugin", "install", "--grant-all-permissions", "--alias", "tailrace", self.name(version))
        return Plugin(engine)

    def upgrade(self, plugin, version, *settings):
        """As a user does, with whatever containers run."""
        plugin.disable("--force")
        plugin.engine.docker("plugin", "upgrade", "--skip-remote-check", "--grant-all-permissions", plugin.name,
                             self.name(version))
        if settings:
            plugin.set(*settings)
        plugin.enable()
        installed = next(plugin.engine.folder.glob("data/plugins/*/rootfs/etc/version")).read_text()
        assert installed == f"{version}\n", installed

    def close(self):
        self.process.kill()
        self.process.wait()
