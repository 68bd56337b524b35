#!/usr/bin/env python3
"""Plugin and engine are killed, disabled and restarted under containers that go on writing: every line comes
back once, and no docker command waits for the plugin."""

import os
import signal
import time
import unittest

from case import HANG_SECONDS, LONG, EngineCase, needs_plugin, seconds_of
from engine import wait_until
from lines import Writer, numbers_of, split_lines

KILLS = 40 if LONG else 6
# Enough history for all that a busy writer writes meanwhile.
HISTORY = ("--log-opt", "max-size=50m", "--log-opt", "max-file=20")
# How much longer than Docker's own driver a command may take.
GRACE_SECONDS = 2.0
# A kill of dockerd loses what it had read from the container and not yet written to the FIFO; a writer that
# pauses after each line leaves at most the line that was under way.
LOST_WITH_DOCKERD = 1


class SurvivalCase(EngineCase):
    def writer(self, name, **options):
        return Writer(self.engine, name, self.driver + HISTORY, **options)

    def assert_complete(self, writer):
        want = writer.finish()
        self.assert_lines(self.engine.logs(writer.name)[0], want)
        self.assert_lines(self.engine.logs(writer.name, "--tail", "500")[0], want[-500:])


@needs_plugin
class PluginKilled(SurvivalCase):
    def test_killed_again_and_again_under_load(self):
        busy = self.writer("busy", burst=200, pause_us=2000, text="x" * 100)
        calm = self.writer("calm", burst=1, pause_us=1000)
        busy.wait_beyond(1000)
        pids = set()
        for _ in range(KILLS):
            before = busy.at(), calm.at()
            pids.update(self.plugin.kill())
            busy.wait_beyond(before[0] + 200)
            calm.wait_beyond(before[1] + 20)
        self.assertEqual(len(pids), KILLS + 1)
        self.assert_complete(busy)
        self.assert_complete(calm)

    def test_killed_while_long_lines_are_cut_in_pieces(self):
        writer = self.writer("long", burst=2, pause_us=3000, text="y" * 50_000)
        writer.wait_beyond(50)
        for _ in range(3):
            self.plugin.kill()
            writer.wait_progress(20)
        self.assert_complete(writer)

    def test_logs_are_served_right_after_a_kill(self):
        writer = self.writer("served")
        writer.wait_beyond(500)
        _, new = self.plugin.kill()
        at = writer.at()
        lines = split_lines(self.engine.logs("served")[0])
        self.assertGreaterEqual(len(lines), at)
        self.assertEqual(lines, [b"run 1 line %d " % i for i in range(1, len(lines) + 1)])
        self.assertEqual(self.plugin.pid(), new)
        self.assert_complete(writer)

    def test_container_stopped_right_after_a_kill(self):
        def measure(number):
            name = f"stopped-{number}"
            writer = self.writer(name)
            writer.wait_beyond(500)
            old = self.plugin.pid()
            os.kill(old, signal.SIGKILL)
            seconds = seconds_of(lambda: self.engine.docker("stop", name))
            self.plugin.wait_replaced(old)
            self.assertGreater(writer.count(1), 500)
            self.assert_lines(self.engine.logs(name)[0], writer.expected())
            time.sleep(1)  # See plugin.SETTLE_SECONDS.
            return {"stop": seconds}

        # The engine finds nobody at the socket and tries again after 1 s, and then after 2 s more.
        self.assert_quick(measure, 1 + GRACE_SECONDS)

    def test_container_that_ended_before_the_kill_is_still_there(self):
        name = self.container("seq", "1", "1000", detach=False)
        self.plugin.kill()
        self.assert_lines(self.engine.logs(name)[0], [b"%d" % i for i in range(1, 1001)])

    def test_followers_can_come_back(self):
        writer = self.writer("followed")
        follower = self.engine.spawn("logs", "--follow", "followed", stdout=-1, stderr=-3)
        self.addCleanup(follower.kill)
        writer.wait_beyond(500)
        self.plugin.kill()
        follower.communicate(timeout=20)
        again = self.engine.spawn("logs", "--follow", "followed", stdout=-1, stderr=-3)
        self.addCleanup(again.kill)
        writer.wait_progress(500)
        want = writer.finish()
        self.assert_lines(again.communicate(timeout=20)[0], want)


@needs_plugin
class PluginDisabled(SurvivalCase):
    def test_disabled_by_force_and_enabled_with_containers_running(self):
        writers = [self.writer(f"on-{number}") for number in range(3)]
        for writer in writers:
            writer.wait_beyond(300)
        for _ in range(2):
            old = self.plugin.pid()
            self.plugin.disable("--force")
            self.assertIsNone(self.plugin.pid())
            for writer in writers:
                writer.wait_progress(200)  # Written while no plugin is there.
            self.plugin.enable()
            self.assertNotEqual(self.plugin.pid(), old)
            for writer in writers:
                writer.wait_progress(300)
        for writer in writers:
            self.assert_complete(writer)

    def test_new_containers_run_after_enable(self):
        self.plugin.disable("--force")
        self.plugin.enable()
        name = self.container("echo", "hello", detach=False)
        self.assert_lines(self.engine.logs(name)[0], [b"hello"])

    def test_disable_needs_no_force_once_all_containers_have_ended(self):
        name = self.container("echo", "hello", detach=False)
        self.engine.logs(name)
        self.assertEqual(self.engine.docker("ps", "--quiet").stdout, b"")
        self.plugin.disable()
        self.plugin.enable()
        self.assert_lines(self.engine.logs(name)[0], [b"hello"])


class EngineRestarted(SurvivalCase):
    """Without live-restore the engine stops all containers and starts those with a restart policy again."""

    def test_restarted_with_a_container_that_is_always_up(self):
        writer = self.writer("always", options=("--restart", "always"))
        writer.wait_beyond(300)
        self.engine.stop()
        self.assertGreater(writer.count(1), 300)
        self.engine.start()
        wait_until(lambda: writer.runs() == 2, 30, "the container's second run")
        writer.wait_beyond(300, run=2)
        self.engine.docker("update", "--restart", "no", "always")
        self.assert_complete(writer)

    def test_stopped_containers_keep_their_lines(self):
        name = self.container("seq", "1", "1000", detach=False)
        self.engine.stop()
        self.engine.start()
        self.assert_lines(self.engine.logs(name)[0], [b"%d" % i for i in range(1, 1001)])

    def test_killed_engine(self):
        writer = self.writer("left", burst=1, pause_us=3000, options=("--restart", "always"))
        writer.wait_beyond(200)
        self.engine.kill()
        at_kill = writer.at(1)
        self.engine.start()
        wait_until(lambda: writer.runs() == 2, 40, "the container's second run")
        writer.wait_beyond(100, run=2)
        self.engine.docker("update", "--restart", "no", "left")
        writer.finish()
        lines = split_lines(self.engine.logs("left")[0])
        self.assertGreater(at_kill, 200)
        first = numbers_of(lines, 1)
        self.assertEqual(first, sorted(set(first)), "a line came twice or out of order")
        # What the container wrote after its engine had died, nobody read; up to the kill all must be there.
        self.assertLessEqual(len([i for i in range(1, at_kill) if i not in set(first)]), LOST_WITH_DOCKERD)
        self.assertEqual(numbers_of(lines, 2), list(range(1, writer.count(2) + 1)))


class LiveRestore(SurvivalCase):
    config = {"live-restore": True}

    def assert_plugin_ran_on(self, pid):
        if self.plugin:
            self.assertEqual(self.plugin.pid(), pid)

    def test_restarted_engine(self):
        writer = self.writer("live")
        writer.wait_beyond(300)
        pid = self.plugin and self.plugin.pid()
        self.engine.stop()
        writer.wait_progress(200)  # Written while no engine is there.
        self.engine.start()
        self.assert_plugin_ran_on(pid)
        writer.wait_progress(500)
        self.assert_complete(writer)

    def test_restarted_engine_and_killed_plugin(self):
        if not self.plugin:
            self.skipTest("about the plugin")
        writer = self.writer("both")
        writer.wait_beyond(300)
        self.engine.stop()
        writer.wait_progress(100)
        self.engine.start()
        writer.wait_progress(300)
        self.plugin.kill()
        writer.wait_progress(300)
        self.assert_complete(writer)

    def test_killed_engine(self):
        writer = self.writer("struck", burst=1, pause_us=3000)
        writer.wait_beyond(200)
        pid = self.plugin and self.plugin.pid()
        self.engine.kill()
        writer.wait_progress(100)
        self.engine.start()
        self.assert_plugin_ran_on(pid)
        writer.wait_progress(300)
        writer.finish()
        got = numbers_of(split_lines(self.engine.logs("struck")[0]), 1)
        self.assertEqual(got, sorted(set(got)), "a line came twice or out of order")
        self.assertLessEqual(writer.count(1) - len(got), LOST_WITH_DOCKERD)
        self.assertEqual(got[-1], writer.count(1))


@needs_plugin
class Waiting(SurvivalCase):
    """No docker command waits for the plugin."""

    def seconds_to_stop(self, driver, name):
        writer = Writer(self.engine, name, ("--log-driver", driver) + HISTORY, burst=100, pause_us=1000)
        writer.wait_beyond(3000)
        seconds = seconds_of(lambda: self.engine.docker("stop", name))
        self.assertGreater(writer.count(1), 3000)
        return seconds

    def test_docker_stop_of_a_busy_container(self):
        own = sorted(self.seconds_to_stop("json-file", f"own-{i}") for i in range(3))
        ours = sorted(self.seconds_to_stop("tailrace", f"ours-{i}") for i in range(5))
        self.assertLess(ours[2], own[1] + GRACE_SECONDS, (own, ours))
        self.assertLess(ours[-1], HANG_SECONDS, (own, ours))

    def test_commands_on_a_busy_container(self):
        def measure(number):
            name = f"asked-{number}"
            self.writer(name, burst=200, pause_us=1000).wait_beyond(3000)
            commands = (("inspect", name), ("ps",), ("logs", "--tail", "10", name), ("exec", name, "true"),
                        ("pause", name), ("unpause", name), ("kill", name), ("rm", name))
            return {command[0]: seconds_of(lambda c=command: self.engine.docker(*c)) for command in commands}

        self.assert_quick(measure, GRACE_SECONDS)


if __name__ == "__main__":
    unittest.main(verbosity=2)
