"""The plugin under test in a private engine: made from the folder that src/build.sh --plugin lays out."""

import os
import pathlib
import shutil
import signal
import time
import uuid

from engine import is_alive, wait_until

SOURCE_DIR = pathlib.Path(__file__).resolve().parents[2]
PLUGIN_DIR = pathlib.Path(os.environ.get("TAILRACE_PLUGIN_DIR", SOURCE_DIR / "build/plugin"))
# dockerd dials a plugin's socket half a second after it has started the process. A plugin that dies before that
# is not started again, so that a second death within this time says nothing about the plugin.
SETTLE_SECONDS = 1.0


def lay_out(folder, binary=None):
    """Copies the plugin folder; a file of its own makes each copy a new root file system to the engine."""
    source = PLUGIN_DIR
    if not (source / "config.json").exists():
        raise AssertionError(f"no plugin in {source}: run src/build.sh --plugin {source}")
    shutil.copytree(source, folder)
    if binary or os.environ.get("TAILRACE_BINARY"):
        shutil.copy(binary or os.environ["TAILRACE_BINARY"], folder / "rootfs/tailrace")
    (folder / "rootfs/etc/build-id").write_text(uuid.uuid4().hex)
    return folder


class Plugin:
    def __init__(self, engine, name="tailrace"):
        self.engine = engine
        self.name = name

    def create(self, binary=None):
        folder = lay_out(self.engine.folder / f"bundle-{uuid.uuid4().hex[:8]}", binary)
        self.engine.docker("plugin", "create", self.name, folder)
        shutil.rmtree(folder)
        return self

    def enable(self):
        # The default timeout of 30 s would cut every `docker logs --follow`.
        self.engine.docker("plugin", "enable", "--timeout", "0", self.name)
        return self

    def disable(self, *flags):
        self.engine.docker("plugin", "disable", *flags, self.name)

    def set(self, *settings):
        self.engine.docker("plugin", "set", self.name, *settings)

    def inspect(self, field):
        return self.engine.text("plugin", "inspect", "--format", f"{{{{.{field}}}}}", self.name)

    @property
    def id(self):
        return self.inspect("Id")

    def pid(self):
        """The plugin's process, None while there is none. Works without the engine too."""
        files = self.engine.folder.glob(
            "exec/containerd/daemon/io.containerd.runtime.v*.task/plugins.moby/*/init.pid")
        for file in files:
            try:
                pid = int(file.read_text() or 0)
            except (FileNotFoundError, ValueError):
                continue
            if is_alive(pid):
                return pid
        return None

    def wait_replaced(self, old, timeout=20):
        """Waits until another process than the old one runs; returns its pid."""

        def replaced():
            pid = self.pid()
            return pid if pid != old else None

        return wait_until(replaced, timeout, f"a plugin process after {old}")

    def kill(self):
        """SIGKILL, and waits for the process that the engine starts instead."""
        old = self.pid()
        if old is None:
            raise AssertionError("the plugin does not run, so it cannot be killed")
        os.kill(old, signal.SIGKILL)
        new = self.wait_replaced(old)
        time.sleep(SETTLE_SECONDS)
        return old, new

    def data(self):
        """The host's folder behind /run/docker/logging: FIFOs and spool."""
        return next(self.engine.folder.glob("data/plugins/*/propagated-mount"))

    def spool(self):
        return self.data() / "spool"
