"""A private Docker Engine with bridges and published ports, all in a network namespace of its own: the machine's
network stays as it is, and every port is free."""

import os
import pathlib
import subprocess

from engine import Engine, is_alive

NAMESPACES = pathlib.Path("/run/netns")
PREFIX = "tailrace-e2e-"


def _ip(*arguments):
    subprocess.run(["ip", *arguments], check=True, capture_output=True)


def _remove_abandoned():
    for file in NAMESPACES.glob(f"{PREFIX}*"):
        if not is_alive(int(file.name.removeprefix(PREFIX))):
            _ip("netns", "delete", file.name)


class NetworkedEngine(Engine):
    """One a process."""

    network = ()

    def __init__(self, config=None):
        super().__init__(config)
        _remove_abandoned()
        self.namespace = f"{PREFIX}{os.getpid()}"
        _ip("netns", "add", self.namespace)
        _ip("-n", self.namespace, "link", "set", "lo", "up")
        # Not `ip netns exec`, which hides the mounts of the control groups.
        self.inside = ("nsenter", f"--net={NAMESPACES / self.namespace}")
        self.command = (*self.inside, "dockerd")

    def close(self):
        super().close()
        _ip("netns", "delete", self.namespace)

    def fetch(self, url):
        """The body that a GET from the engine's own host brings; None without a good answer."""
        result = subprocess.run([*self.inside, "curl", "--silent", "--fail", "--max-time", "20", "--noproxy", "*", url],
                                capture_output=True, check=False)
        return result.stdout if result.returncode == 0 else None
