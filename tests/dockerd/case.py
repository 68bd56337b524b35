"""The base of all tests here: one engine and one plugin a class.

DRIVER=json-file or DRIVER=local runs those tests that hold for every driver against Docker's own: the oracle.
Where one of them is known to be wrong, the test says so.
"""

import os
import sys
import time
import unittest

from engine import IMAGE, Engine
from lines import describe_difference, put_file, split_lines
from plugin import Plugin

DRIVER = os.environ.get("DRIVER", "tailrace")
LONG = os.environ.get("TAILRACE_LONG") == "1"
# Nothing takes so long unless it hangs, however busy the machine: docker stop gives a container 10 s.
HANG_SECONDS = 9.0
needs_plugin = unittest.skipUnless(DRIVER == "tailrace", "about the plugin, not about docker logs")


def seconds_of(action):
    started = time.monotonic()
    action()
    return time.monotonic() - started


def wrong_in(driver, why):
    return unittest.skipIf(DRIVER == driver, f"{driver} {why}")


class EngineCase(unittest.TestCase):
    config = {}
    driver = ("--log-driver", DRIVER)
    maxDiff = 2000

    @classmethod
    def setUpClass(cls):
        cls.engine = Engine(cls.config)
        cls.addClassCleanup(cls.engine.close)
        cls.engine.start()
        cls.engine.import_busybox()
        cls.plugin = cls.make_plugin()

    @classmethod
    def make_plugin(cls):
        if DRIVER != "tailrace":
            return None
        return Plugin(cls.engine).create().enable()

    def run(self, result=None):
        problems = len(result.failures) + len(result.errors)
        super().run(result)
        if len(result.failures) + len(result.errors) > problems:
            print(f"--- the engine's log at the end of {self.id()}\n{self.engine.log_tail()}\n---", file=sys.stderr)

    def container(self, *command, name=None, options=(), detach=True, check=True, timeout=60):
        """Runs a container; returns its name. Not detached: waits for its end."""
        name = name or f"c-{self._testMethodName.replace('_', '-')}"
        flags = ["--detach"] if detach else []
        self.engine.docker("run", *flags, "--name", name, *self.driver, *options, IMAGE, *command, check=check,
                           timeout=timeout)
        return name

    def cat(self, content, name=None, options=(), timeout=60):
        """Runs a container that writes these very bytes to stdout, to its end."""
        name = name or f"c-{self._testMethodName.replace('_', '-')}"
        volume = put_file(self.engine, f"in-{name}", content)
        return self.container("cat", "/in", name=name, options=("--volume", volume, *options), detach=False,
                              timeout=timeout)

    def assert_quick(self, measure, bound, tries=3):
        """measure(number) says how many seconds each thing took. A busy machine makes any single try slow; what waits
        for the plugin, for a timer or for a poll is slow each time. None may hang."""
        took = []
        for number in range(tries):
            took.append(measure(number))
            slowest = max(took[-1].values())
            self.assertLess(slowest, HANG_SECONDS, took)
            if slowest < bound:
                return
        self.fail(f"never within {bound} s: {took}")

    def assert_lines(self, got, want):
        """Bytes of docker logs against the list of lines that were written."""
        self.assertGreater(len(want), 0, "nothing was written, so nothing is tested")
        difference = describe_difference(split_lines(got), want)
        self.assertFalse(difference, difference)

    def assert_bytes(self, got, want):
        if got != want:
            same = next((i for i, (a, b) in enumerate(zip(got, want)) if a != b), min(len(got), len(want)))
            self.fail(f"{len(got)} bytes, not {len(want)}; the first difference is at byte {same}: "
                      f"{got[same:same + 40]!r} instead of {want[same:same + 40]!r}")
