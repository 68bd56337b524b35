#!/usr/bin/env python3
"""push, install and upgrade through a registry on loopback, with a container that writes all the while."""

import shutil
import socket
import subprocess
import unittest

from case import EngineCase, needs_plugin
from engine import wait_until
from lines import Writer
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

    def close(self):
        self.process.kill()
        self.process.wait()


@needs_plugin
class Upgrade(EngineCase):
    @classmethod
    def make_plugin(cls):
        cls.registry = Registry(cls.engine.folder / "registry")
        cls.addClassCleanup(cls.registry.close)
        for version in (1, 2, 3):
            cls.push(version)
        cls.engine.docker("plugin", "install", "--grant-all-permissions", "--alias", "tailrace",
                          cls.registry.name(1))
        return Plugin(cls.engine)

    @classmethod
    def push(cls, version):
        folder = lay_out(cls.engine.folder / f"version-{version}")
        (folder / "rootfs/etc/version").write_text(f"{version}\n")
        name = cls.registry.name(version)
        cls.engine.docker("plugin", "create", name, folder)
        cls.engine.docker("plugin", "push", name)
        cls.engine.docker("plugin", "rm", name)
        shutil.rmtree(folder)

    def upgrade(self, version, *settings):
        self.plugin.disable("--force")
        self.engine.docker("plugin", "upgrade", "--skip-remote-check", "--grant-all-permissions", "tailrace",
                           self.registry.name(version))
        if settings:
            self.plugin.set(*settings)
        self.plugin.enable()
        installed = next(self.engine.folder.glob("data/plugins/*/rootfs/etc/version")).read_text()
        self.assertEqual(installed, f"{version}\n")

    def test_upgrades_with_a_container_that_writes(self):
        ended = self.container("seq", "1", "500", name="ended", detach=False)
        writer = Writer(self.engine, "writing", self.driver)
        writer.wait_beyond(500)
        for version, settings in ((2, ()), (3, ("TAILRACE_LOG_LEVEL=debug",))):
            old = self.plugin.pid()
            before = writer.at()
            self.upgrade(version, *settings)
            self.assertNotEqual(self.plugin.pid(), old)
            self.assertGreater(writer.at(), before, "nothing was written during the upgrade")
            writer.wait_progress(300)
        self.assert_lines(self.engine.logs(ended)[0], [b"%d" % i for i in range(1, 501)])
        want = writer.finish()
        self.assert_lines(self.engine.logs("writing")[0], want)
        new = self.container("echo", "hello", detach=False)
        self.assert_lines(self.engine.logs(new)[0], [b"hello"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
