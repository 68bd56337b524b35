#!/usr/bin/env python3
"""The acceptance tests that Docker's own sources have for logging plugins and for readers of logs, done again
from outside. Those of docker logs alone pass with DRIVER=json-file, too."""

import threading
import unittest

from case import EngineCase, needs_plugin, wrong_in
from engine import Engine, wait_until
from lines import Writer, split_lines
from plugin import Plugin

MESSAGES = [b"message %d" % i for i in range(100)]
WRITE_100 = "i=0; while [ $i -lt 100 ]; do echo message $i; i=$((i + 1)); done"


@needs_plugin
class PluginIntegration(EngineCase):
    def test_continue_after_plugin_crash(self):
        writer = Writer(self.engine, "crash", self.driver)
        attached = self.engine.spawn("attach", "--no-stdin", "crash", stdout=-1, stderr=-3)
        self.addCleanup(attached.kill)
        writer.wait_beyond(200)
        self.plugin.kill()
        writer.wait_progress(200)
        self.assertNotIn("broken pipe", self.engine.log())
        want = writer.finish()
        seen = split_lines(attached.communicate(timeout=20)[0])
        self.assertEqual(seen[-1], want[-1], "the attached client did not see the last line")
        self.assert_lines(self.engine.logs("crash")[0], want)

    def test_read_plugin_no_read_cases(self):
        """A driver that reads by itself is asked whatever the engine's own cache is set to."""
        settings = ((), ("--log-opt", "cache-disabled=false"), ("--log-opt", "cache-disabled=true"))
        for number, flags in enumerate(settings):
            with self.subTest(flags=flags):
                name = self.container("echo", "hello world", name=f"cache-{number}", options=flags, detach=False)
                self.assert_lines(self.engine.logs(name)[0], [b"hello world"])

    def test_plugin_log_driver(self):
        name = self.container("echo", "hello", detach=False)
        self.assert_lines(self.engine.logs(name)[0], [b"hello"])
        self.engine.docker("start", "--attach", name)
        self.assert_lines(self.engine.logs(name)[0], [b"hello", b"hello"])
        self.engine.docker("rm", name)
        self.plugin.disable()  # Without --force: nobody uses it any more.
        self.plugin.enable()

    def test_plugin_log_driver_info_list(self):
        drivers = self.engine.text("info", "--format", "{{json .Plugins.Log}}")
        self.assertIn("json-file", drivers)
        self.assertNotIn("tailrace", drivers)

    def test_daemon_start_with_log_opt(self):
        engine = Engine({"log-driver": "json-file"})
        self.addCleanup(engine.close)
        engine.start()
        plugin = Plugin(engine).create().enable()
        engine.stop()
        engine.config = {"log-driver": "tailrace:latest", "log-opts": {"foo": "bar"}}
        engine.start()  # An option that the plugin does not know is no reason for the engine not to start.
        self.assertIsNotNone(plugin.pid())
        self.assertEqual(engine.text("info", "--format", "{{.LoggingDriver}}"), "tailrace:latest")


class AdapterReadLogs(EngineCase):
    def test_without_follow_the_log_ends(self):
        name = self.container("sh", "-c", "echo 1; echo 2; exec sleep 60")
        wait_until(lambda: self.engine.logs(name)[0].count(b"\n") == 2, 10, "two lines")
        self.assert_lines(self.engine.logs(name)[0], [b"1", b"2"])

    def test_follow_gets_history_and_what_comes_and_ends_with_the_logger(self):
        name = self.container("sh", "-c", "echo 1; echo 2; while [ ! -e /tmp/go ]; do usleep 10000; done; echo 3")
        follower = self.engine.spawn("logs", "--follow", name, stdout=-1, stderr=-3)
        self.addCleanup(follower.kill)
        self.assertEqual(follower.stdout.readline() + follower.stdout.readline(), b"1\n2\n")
        self.engine.docker("exec", name, "touch", "/tmp/go")
        self.assertEqual(follower.communicate(timeout=20)[0], b"3\n")


class Reader(EngineCase):
    """loggertest.Reader, case by case; each on a live and on a stopped container."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        run = ("run", "--detach", *cls.driver)
        cls.engine.docker(*run, "--name", "live", "bb:latest", "sh", "-c", f"{WRITE_100}; exec sleep 600")
        cls.engine.docker(*run, "--name", "stopped", "bb:latest", "sh", "-c", WRITE_100)
        cls.engine.docker(*run, "--name", "empty-live", "bb:latest", "sleep", "600")
        cls.engine.docker(*run, "--name", "empty-stopped", "bb:latest", "true")
        cls.engine.wait_exited("stopped")
        cls.engine.wait_exited("empty-stopped")
        wait_until(lambda: cls.engine.logs("live")[0].count(b"\n") == 100, 10, "100 lines")

    def stamps(self, name):
        return [line.split(b" ", 1)[0].decode() for line in split_lines(self.engine.logs(name, "--timestamps")[0])]

    def each(self, *flags):
        return [split_lines(self.engine.logs(name, *flags)[0]) for name in ("live", "stopped")]

    def test_tail_exact_less_more_all_none(self):
        for tail, want in ((100, MESSAGES), (99, MESSAGES[1:]), (1, MESSAGES[-1:]), (101, MESSAGES), (0, [])):
            self.assertEqual(self.each("--tail", tail), [want, want])
        self.assertEqual(self.each("--tail", "all"), [MESSAGES, MESSAGES])

    def test_since_until_both(self):
        for name in ("live", "stopped"):
            with self.subTest(container=name):
                stamps = self.stamps(name)
                early, late = stamps[20], stamps[70]
                since = [m for m, s in zip(MESSAGES, stamps) if s >= early]
                until = [m for m, s in zip(MESSAGES, stamps) if s <= late]
                both = [m for m in since if m in set(until)]
                self.assertEqual(split_lines(self.engine.logs(name, "--since", early)[0]), since)
                self.assertEqual(split_lines(self.engine.logs(name, "--until", late)[0]), until)
                self.assertEqual(split_lines(self.engine.logs(name, "--since", early, "--until", late)[0]), both)
                self.assertTrue(0 < len(both) < 100)

    def test_empty_logs(self):
        for name in ("empty-live", "empty-stopped"):
            for flags in ((), ("--tail", "10"), ("--tail", "0"), ("--since", "1h"), ("--until", "1h")):
                with self.subTest(container=name, flags=flags):
                    self.assertEqual(self.engine.logs(name, *flags), (b"", b""))

    def test_follow_an_empty_log_until_it_ends(self):
        name = self.container("sleep", "600")
        follower = self.engine.spawn("logs", "--follow", name, stdout=-1, stderr=-3)
        self.addCleanup(follower.kill)
        self.engine.docker("kill", name)
        self.assertEqual(follower.communicate(timeout=10)[0], b"")

    def test_follow_with_tail_and_since(self):
        writer = Writer(self.engine, "mid", self.driver)
        writer.wait_beyond(300)
        tail = self.engine.spawn("logs", "--follow", "--tail", "50", "mid", stdout=-1, stderr=-3)
        since = self.engine.spawn("logs", "--follow", "--since", "1h", "mid", stdout=-1, stderr=-3)
        self.addCleanup(tail.kill)
        self.addCleanup(since.kill)
        first = tail.stdout.readline().rstrip(b"\n")
        writer.wait_progress(300)
        want = writer.finish()
        self.assert_lines(since.communicate(timeout=20)[0], want)
        self.assertGreaterEqual(want.index(first), 300 - 50)
        self.assert_lines(first + b"\n" + tail.communicate(timeout=20)[0], want[want.index(first):])

    def test_multiple_starts_followed_each_time(self):
        name = self.container("sh", "-c", "echo started; usleep 300000; echo ended", detach=False)
        for run in range(2, 4):
            self.engine.docker("start", name)
            out, _ = self.engine.spawn("logs", "--follow", name, stdout=-1, stderr=-3).communicate(timeout=20)
            self.assert_lines(out, [b"started", b"ended"] * run)

    def test_concurrent_writers_and_readers(self):
        writer = Writer(self.engine, "shared", self.driver, burst=100, pause_us=1000)
        writer.wait_beyond(500)
        problems = []

        def read():
            for flags in ((), ("--tail", "100"), ("--since", "1h"), ()):
                lines = split_lines(self.engine.logs("shared", *flags)[0])
                numbers = [int(line.split()[3]) for line in lines]
                if not numbers or numbers != list(range(numbers[0], numbers[0] + len(numbers))):
                    problems.append((flags, len(numbers)))

        readers = [threading.Thread(target=read) for _ in range(8)]
        for reader in readers:
            reader.start()
        for reader in readers:
            reader.join()
        self.assertEqual(problems, [])
        want = writer.finish()
        self.assert_lines(self.engine.logs("shared")[0], want)

    @wrong_in("local", "forgets the newline behind a line of several pieces")
    def test_partial_messages(self):
        pieces = [b"p" * 20_000, b"short", b"q" * 50_000, b""]
        name = self.cat(b"\n".join(pieces) + b"\n")
        self.assert_lines(self.engine.logs(name)[0], pieces)
        self.assert_lines(self.engine.logs(name, "--since", "1h")[0], pieces)

    @needs_plugin  # Docker's own drivers count each piece as a line.
    def test_tail_counts_lines_and_not_pieces(self):
        pieces = [b"p" * 20_000, b"short", b"q" * 50_000]
        name = self.cat(b"\n".join(pieces) + b"\n")
        self.assert_lines(self.engine.logs(name, "--tail", "2")[0], pieces[1:])

    @needs_plugin  # Docker's own drivers repeat the time in the middle of such lines.
    def test_one_time_for_each_line_of_several_pieces(self):
        name = self.cat(b"p" * 50_000 + b"\n")
        line = self.engine.logs(name, "--timestamps")[0]
        stamp, _, text = line.partition(b" ")
        self.assertEqual(text, b"p" * 50_000 + b"\n")
        self.assertRegex(stamp.decode(), r"^\d{4}-\d\d-\d\dT[\d:.]+Z$")


if __name__ == "__main__":
    unittest.main(verbosity=2)
