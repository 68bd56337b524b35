#!/usr/bin/env python3
"""The quick start: from nothing to a container's lines, again, and away without a trace."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import unittest

from case import needs_plugin
from engine import FOLDERS, Engine, is_alive
from plugin import PLUGIN_DIR, SOURCE_DIR

SCRIPT = SOURCE_DIR / "examples/quickstart.sh"
BUILD_DIR = PLUGIN_DIR.parent


class QuickstartCase(unittest.TestCase):
    def setUp(self):
        FOLDERS.mkdir(parents=True, exist_ok=True)
        self.home = FOLDERS.parent / f"tailrace-qs-{os.getpid()}"
        self.addCleanup(shutil.rmtree, self.home, ignore_errors=True)

    def quickstart(self, *arguments, host=None, check=True):
        environment = dict(os.environ, TAILRACE_QUICKSTART_DIR=str(self.home))
        environment.pop("DOCKER_HOST", None)
        if host:
            environment["DOCKER_HOST"] = host
        result = subprocess.run([SCRIPT, "--build-dir", BUILD_DIR, *arguments], env=environment, timeout=600,
                                check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if check:
            self.assertEqual(result.returncode, 0, result.stdout)
        return result.stdout

    def assert_shows_lines(self, output):
        for line in ("line 1 on stdout", "line 5 on stdout", "and one on stderr"):
            self.assertIn(line, output)

    def assert_shows_hits(self, output):
        """The answer to the search, which stands in the output as a whole: each line once."""
        answer = json.loads(re.search(r"^\{\n.*?^\}$", output, re.MULTILINE | re.DOTALL)[0])
        found = [hit["_source"] for hit in answer["hits"]["hits"]]
        self.assertEqual(sorted((source["stream"], source["message"]) for source in found),
                         [("stderr", "and one on stderr"), *(("stdout", f"line {i} on stdout") for i in range(1, 6))])
        self.assertEqual({source["container"]["name"] for source in found}, {"tailrace-quickstart"})


@needs_plugin
class OnARunningEngine(QuickstartCase):
    def test_run_repeat_and_clean_up(self):
        engine = Engine()
        self.addCleanup(engine.close)
        engine.start()
        self.assert_shows_lines(self.quickstart(host=engine.host))
        again = self.quickstart(host=engine.host)
        self.assert_shows_lines(again)
        self.assertIn("up to date", again)
        self.assertTrue(self.home.exists())
        self.quickstart("--cleanup", host=engine.host)
        for listing in (("plugin", "ls", "--quiet"), ("ps", "--all", "--quiet"), ("image", "ls", "--quiet")):
            self.assertEqual(engine.text(*listing), "")
        self.assertFalse(self.home.exists())

    def test_with_opensearch_run_repeat_and_clean_up(self):
        engine = Engine()
        self.addCleanup(engine.close)
        engine.start()
        self.addCleanup(self.quickstart, "--cleanup", host=engine.host, check=False)
        first = self.quickstart("--with-opensearch", host=engine.host)
        self.assert_shows_lines(first)
        self.assert_shows_hits(first)
        pid = int((self.home / "opensearch/pid").read_text())
        again = self.quickstart("--with-opensearch", host=engine.host)
        self.assertIn("Using the OpenSearch node of an earlier run", again)
        self.assert_shows_hits(again)
        self.assert_shows_lines(self.quickstart(host=engine.host))
        self.assertTrue(is_alive(pid))
        self.quickstart("--cleanup", host=engine.host)
        self.assertFalse(is_alive(pid))
        self.assertEqual(engine.text("plugin", "ls", "--quiet"), "")
        self.assertFalse(self.home.exists())

    def test_plugin_in_use_is_not_removed(self):
        engine = Engine()
        self.addCleanup(engine.close)
        engine.start()
        self.quickstart(host=engine.host)
        engine.import_busybox()
        engine.docker("run", "--name", "mine", "--log-driver", "tailrace", "bb:latest", "echo", "precious")
        self.assertIn("mine", self.quickstart("--cleanup", host=engine.host, check=False))
        self.assertEqual(engine.logs("mine")[0], b"precious\n")
        engine.docker("rm", "mine")
        self.quickstart("--cleanup", host=engine.host)
        self.assertEqual(engine.text("plugin", "ls", "--quiet"), "")

    def test_engine_that_does_not_answer(self):
        output = self.quickstart(host="unix:///nowhere.sock", check=False)
        self.assertIn("no Docker Engine answers at DOCKER_HOST", output)


@needs_plugin
@unittest.skipIf(pathlib.Path("/var/run/docker.sock").exists(), "an engine of the machine's own is running")
class OnAPrivateEngine(QuickstartCase):
    def test_run_repeat_and_clean_up(self):
        self.addCleanup(self.quickstart, "--cleanup", check=False)
        self.assert_shows_lines(self.quickstart())
        pid = int((self.home / "engine/docker.pid").read_text())
        self.assertTrue(is_alive(pid))
        self.assertIn("an earlier run", self.quickstart())
        self.quickstart("--cleanup")
        self.assertFalse(is_alive(pid))
        self.assertFalse(self.home.exists())
        self.assertNotIn(str(self.home), pathlib.Path("/proc/self/mountinfo").read_text())


if __name__ == "__main__":
    unittest.main(verbosity=2)
