#!/usr/bin/env python3
"""The plugin as the engine's default driver: an engine whose default driver does not come up does not start, so
no state of the spool may keep the plugin from starting."""

import os
import random
import unittest

from case import EngineCase, needs_plugin
from engine import wait_until
from lines import Writer

DEFAULT = {"log-driver": "tailrace:latest", "log-opts": {"max-size": "10m", "max-file": "3"}}


@needs_plugin
class DefaultDriver(EngineCase):
    driver = ()

    @classmethod
    def make_plugin(cls):
        plugin = super().make_plugin()
        # The engine takes a default driver only when it starts, and only one that is there.
        cls.engine.stop()
        cls.engine.config.update(DEFAULT)
        cls.engine.start()
        return plugin

    def assert_works(self, name):
        container = self.container("echo", "hello", name=name, detach=False)
        self.assertEqual(self.engine.text("inspect", "--format", "{{.HostConfig.LogConfig.Type}}", container),
                         "tailrace:latest")
        self.assert_lines(self.engine.logs(container)[0], [b"hello"])

    def restart_with(self, damage):
        """Stops the engine, and with it the plugin; damages the spool; starts the engine."""
        self.engine.stop()
        self.assertIsNone(self.plugin.pid())
        damage(self.plugin.spool())
        self.engine.start()
        wait_until(self.plugin.pid, 20, "the plugin's process")

    def test_engine_starts_and_logs_are_read(self):
        self.assert_works("plain")
        self.assertEqual(self.engine.text("info", "--format", "{{.LoggingDriver}}"), "tailrace:latest")

    def test_container_with_another_driver(self):
        name = self.container("echo", "other", options=("--log-driver", "json-file"), detach=False)
        self.assert_lines(self.engine.logs(name)[0], [b"other"])

    def test_containers_come_back_with_the_engine(self):
        writer = Writer(self.engine, "back", self.driver, options=("--restart", "always"))
        writer.wait_beyond(200)
        self.engine.stop()
        self.engine.start()
        wait_until(lambda: writer.runs() == 2, 30, "the container's second run")
        writer.wait_beyond(200, run=2)
        self.engine.docker("update", "--restart", "no", "back")
        want = writer.finish()
        self.assert_lines(self.engine.logs("back")[0], want)

    def test_empty_spool(self):
        self.assert_works("before-wipe")

        def wipe(spool):
            for path in sorted(spool.rglob("*"), reverse=True):
                path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()

        self.restart_with(wipe)
        self.assertEqual(self.engine.docker("logs", "before-wipe").returncode, 0)
        self.assert_works("after-wipe")

    def test_every_file_of_the_spool_is_garbage(self):
        self.container("seq", "1", "100000", name="rich", detach=False)
        source = random.Random(7)
        damaged = []

        def spoil(spool):
            for path in spool.rglob("*"):
                if path.is_file() and not path.is_symlink():
                    path.write_bytes(source.randbytes(source.choice((0, 3, 100, 70_000))))
                    damaged.append(path)

        self.restart_with(spoil)
        self.assertGreater(len(damaged), 2)
        self.assert_works("after-garbage")
        # What is left of it may be nothing; the command ends, though, and nobody else suffers.
        self.engine.docker("logs", "rich", check=False, timeout=20)
        self.assert_works("after-reading-garbage")

    def test_cut_and_flipped_segment_keeps_the_rest(self):
        want = [b"%d" % i for i in range(1, 100_001)]
        self.container("seq", "1", "100000", name="hurt", detach=False)
        self.container("seq", "1", "1000", name="whole", detach=False)
        container = self.engine.text("inspect", "--format", "{{.Id}}", "hurt")

        def flip(spool):
            segment = max((spool / "c" / container).rglob("*.log"), key=lambda path: path.stat().st_size)
            with open(segment, "r+b") as file:
                file.seek(segment.stat().st_size // 2)
                file.write(b"\xff" * 100)
                file.truncate(segment.stat().st_size - 10)

        self.restart_with(flip)
        self.assert_lines(self.engine.logs("whole")[0], want[:1000])
        lines = self.engine.logs("hurt")[0].split(b"\n")
        kept = set(lines) & set(want)
        self.assertLess(len(kept), len(want), "nothing was damaged")
        self.assertGreater(len(kept), 90_000)
        self.assertEqual(lines[:40_000], want[:40_000])

    def test_folders_where_files_belong_and_no_rights(self):
        def confuse(spool):
            for name in ("reserve", "discards"):
                (spool / name).unlink(missing_ok=True)
                (spool / name).mkdir()
            os.symlink("nowhere", spool / "live" / ("f" * 64))
            (spool / "live" / "not-a-link").write_text("?")
            (spool / "c" / "not-a-container").write_text("?")
            (spool / "c" / ("0" * 64)).mkdir(mode=0)

        self.restart_with(confuse)
        self.assert_works("after-confusion")

    def test_spool_is_a_file(self):
        def replace(spool):
            spool.rename(spool.with_name("spool.was"))
            spool.write_text("no folder")

        def restore(spool):
            if spool.is_file():
                spool.unlink()
                spool.with_name("spool.was").rename(spool)

        self.assert_works("before-file")
        self.restart_with(replace)
        # Without a spool there are no lines to read, but containers run.
        name = self.container("echo", "unheard", detach=False, timeout=20)
        self.assertEqual(self.engine.state(name, "ExitCode"), "0")
        self.restart_with(restore)
        self.assert_lines(self.engine.logs("before-file")[0], [b"hello"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
