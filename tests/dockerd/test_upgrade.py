#!/usr/bin/env python3
"""push, install and upgrade through a registry on loopback, with a container that writes all the while."""

import unittest

from case import EngineCase, needs_plugin
from lines import Writer
from registry import Registry


@needs_plugin
class Upgrade(EngineCase):
    @classmethod
    def make_plugin(cls):
        cls.registry = Registry(cls.engine.folder / "registry")
        cls.addClassCleanup(cls.registry.close)
        for version in (1, 2, 3):
            cls.registry.push(cls.engine, version)
        return cls.registry.install(cls.engine, 1)

    def test_upgrades_with_a_container_that_writes(self):
        ended = self.container("seq", "1", "500", name="ended", detach=False)
        writer = Writer(self.engine, "writing", self.driver)
        writer.wait_beyond(500)
        for version, settings in ((2, ()), (3, ("TAILRACE_LOG_LEVEL=debug",))):
            old = self.plugin.pid()
            before = writer.at()
            self.registry.upgrade(self.plugin, version, *settings)
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
