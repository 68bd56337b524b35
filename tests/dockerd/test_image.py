#!/usr/bin/env python3
"""The plugin from the real Dockerfile: docker build, docker export, docker plugin create."""

import os
import shutil
import subprocess
import unittest

import base_image
from case import LONG, EngineCase, needs_plugin
from plugin import SOURCE_DIR, Plugin

BUILD_SECONDS = 1200
MOUNT_POINTS = ("etc", "files", "run/docker/logging", "run/docker/plugins", "tmp")


@needs_plugin
class Image(EngineCase):
    @classmethod
    def make_plugin(cls):
        base_image.load_into(cls.engine)
        cls.build("tailrace-rootfs")
        return cls.plugin_of("tailrace-rootfs", "tailrace").enable()

    @classmethod
    def build(cls, tag, program="docker", buildkit="0"):
        proxies = [name for name in ("http_proxy", "https_proxy", "no_proxy") if name in os.environ]
        arguments = [part for name in proxies for part in ("--build-arg", name)]
        result = subprocess.run(
            [program, "build", "--network", "host", "--tag", tag, *arguments, SOURCE_DIR], check=False,
            env=dict(cls.engine.environment(), DOCKER_BUILDKIT=buildkit), timeout=BUILD_SECONDS,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        assert result.returncode == 0, result.stdout.decode(errors="replace")[-4000:]

    @classmethod
    def plugin_of(cls, tag, name):
        cls.bundle = cls.engine.folder / f"bundle-{name}"
        rootfs = cls.bundle / "rootfs"
        rootfs.mkdir(parents=True)
        shutil.copy(SOURCE_DIR / "config.json", cls.bundle)
        container = cls.engine.text("create", tag)
        tar = cls.engine.folder / "rootfs.tar"
        cls.engine.docker("export", "--output", tar, container)
        subprocess.run(["tar", "-C", rootfs, "-xf", tar], check=True)
        cls.engine.docker("plugin", "create", name, cls.bundle)
        return Plugin(cls.engine, name)

    def test_root_file_system(self):
        rootfs = self.bundle / "rootfs"
        for folder in MOUNT_POINTS:
            self.assertTrue((rootfs / folder).is_dir(), folder)
        self.assertTrue(os.access(rootfs / "tailrace", os.X_OK))
        self.assertIn("BEGIN CERTIFICATE", (rootfs / "etc/ssl/certs/ca-certificates.crt").read_text())
        programs = [path.name for path in rootfs.rglob("*") if path.is_file() and path.read_bytes()[:4] == b"\x7fELF"]
        self.assertEqual(programs, ["tailrace"])

    def test_binary_needs_no_library(self):
        ldd = subprocess.run(["ldd", self.bundle / "rootfs/tailrace"], capture_output=True, text=True, check=False)
        self.assertRegex(ldd.stdout + ldd.stderr, "not a dynamic executable|statically linked")

    def test_container_s_lines_come_back(self):
        name = self.container("sh", "-c", "echo hello; echo there >&2", detach=False)
        self.assertEqual(self.engine.logs(name), (b"hello\n", b"there\n"))

    def test_plugin_survives_a_kill(self):
        name = self.container("echo", "kept", detach=False)
        old, new = self.plugin.kill()
        self.assertNotEqual(old, new)
        self.assert_lines(self.engine.logs(name)[0], [b"kept"])

    def test_settings_of_config_json(self):
        names = self.plugin.inspect("Config.Env")
        self.assertIn("TAILRACE_OPTS", names)
        self.plugin.disable("--force")
        self.addCleanup(self.plugin.enable)
        for setting in ("TAILRACE_LOG_LEVEL=info", "TAILRACE_OPTS=max-size=20m", "files.source=/etc/ssl"):
            with self.subTest(setting=setting):
                self.plugin.set(setting)
        refused = self.engine.docker("plugin", "set", "tailrace", "TAILRACE_ROOT=/x", check=False)
        self.assertNotEqual(refused.returncode, 0)

    @unittest.skipUnless(LONG, "a second build of everything")
    def test_buildkit_builds_it_too(self):
        # A docker client from elsewhere has BuildKit in a plug-in that may be missing; Debian's has it inside.
        self.build("tailrace-buildkit", "/usr/bin/docker", "1")
        self.assertNotEqual(self.engine.text("image", "inspect", "--format", "{{.Id}}", "tailrace-buildkit"), "")


if __name__ == "__main__":
    unittest.main(verbosity=2)
