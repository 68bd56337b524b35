#!/usr/bin/env python3
"""Options, as a user meets them: a wrong one fails docker run with a sentence that says what to write instead."""

import unittest

from case import EngineCase, needs_plugin


@needs_plugin
class Options(EngineCase):
    def attempt(self, *options):
        flags = [part for option in options for part in ("--log-opt", option)]
        result = self.engine.docker("run", *self.driver, *flags, "bb:latest", "echo", "hello", check=False)
        return result.returncode, result.stderr.decode(errors="replace")

    def assert_refused(self, option, *words):
        code, message = self.attempt(option)
        self.assertNotEqual(code, 0, f"{option} was taken")
        for word in words:
            self.assertIn(word, message)

    def assert_taken(self, *options):
        code, message = self.attempt(*options)
        self.assertEqual(code, 0, f"{options}: {message}")

    def test_unknown_option_names_the_nearest(self):
        self.assert_refused("max-sise=10m", "max-sise", "max-size")
        self.assert_refused("spool-ful=block", "spool-full")

    def test_bad_value_is_named(self):
        for option in ("max-size=ten", "max-size=-1", "max-file=0", "max-file=x", "spool-full=maybe",
                       "compress=perhaps"):
            with self.subTest(option=option):
                name, _, value = option.partition("=")
                self.assert_refused(option, name, value)

    def test_option_of_the_plugin_says_where_it_belongs(self):
        self.assert_refused("spool-limit=1g", "spool-limit", "TAILRACE_")

    def test_good_options_are_taken(self):
        self.assert_taken("max-size=10m", "max-file=3", "compress=false", "spool-full=drop-newest")

    def test_options_that_are_docker_s_own(self):
        self.assert_taken("mode=non-blocking", "max-buffer-size=4m")
        self.assert_taken("mode=blocking")
        self.assert_taken("cache-disabled=true")
        self.assert_taken("tag={{.Name}}", "labels=a,b", "env=C", "labels-regex=^x", "env-regex=^y")

    def test_refused_container_leaves_nothing_behind(self):
        self.attempt("max-sise=1")
        self.assertEqual(self.engine.text("ps", "--quiet"), "")
        self.plugin.disable()  # Refused while the engine counts a user.
        self.plugin.enable()

    def test_default_from_the_plugin_s_environment(self):
        self.plugin.disable()
        self.plugin.set("TAILRACE_MAX_SIZE=64k", "TAILRACE_MAX_FILE=1")
        self.plugin.enable()
        self.addCleanup(self.reset)
        name = self.container("seq", "1", "200000", detach=False)
        count = self.engine.logs(name)[0].count(b"\n")
        self.assertGreater(count, 0)
        self.assertLess(count, 200_000, "max-size of the environment was not heeded")

    def test_bad_environment_does_not_keep_the_plugin_from_starting(self):
        self.plugin.disable()
        self.plugin.set("TAILRACE_OPTS=nonsense=1 max-size=what", "TAILRACE_MAX_FILE=many")
        self.addCleanup(self.reset)
        self.plugin.enable()
        self.assertIsNotNone(self.plugin.pid())

    def reset(self):
        self.plugin.disable("--force")
        self.plugin.set("TAILRACE_MAX_SIZE=20m", "TAILRACE_MAX_FILE=5", "TAILRACE_OPTS=")
        self.plugin.enable()


if __name__ == "__main__":
    unittest.main(verbosity=2)
