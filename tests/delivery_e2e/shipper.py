"""The real binary outside of Docker: its process, its log, its dead letters."""

import json
import os
import pathlib
import subprocess
import sys

SERVERS = pathlib.Path(__file__).resolve().parents[1] / "servers"
sys.path.insert(1, str(SERVERS))

from fake_dockerd import FakeDockerd  # noqa: E402
from processes import Child, new_folder, wait_until  # noqa: E402

SOURCE_DIR = pathlib.Path(__file__).resolve().parents[2]
BINARY = pathlib.Path(os.environ.get("TAILRACE_BINARY", SOURCE_DIR / "build/tailrace"))


def knows_option(name):
    if not BINARY.exists():
        return False
    options = subprocess.run([BINARY, "options"], capture_output=True, text=True, check=False).stdout
    return any(line.split()[:1] == [name] for line in options.splitlines())


class Shipper:
    """One spool and the processes that serve it, one after another. `dockerd` talks to it."""

    def __init__(self, **environment):
        self.folder = new_folder("shipper")
        self.root = self.folder / "root"
        self.log_file = self.folder / "log"
        self.environment = dict(os.environ, **environment)
        self.dockerd = FakeDockerd(self.folder / "plugin.sock", self.folder / "fifos")
        self.child = None

    def start(self):
        self.child = Child([BINARY, "--socket", self.dockerd.socket_path, "--root", self.root], self.log_file,
                           environment=self.environment)
        wait_until(self._serves_or_ended, 30, "the plugin's first answer", pause=0.002)
        if not self.child.is_running():
            raise AssertionError(f"the plugin ended by itself:\n{self.child.log_tail()}")
        return self

    def _serves_or_ended(self):
        return not self.child.is_running() or self.dockerd.answers()

    def kill(self):
        self.child.kill()

    def terminate(self):
        """SIGTERM; returns the exit status."""
        self.child.stop(20)
        return self.child.process.returncode

    def resident_bytes(self):
        return self.child.resident_bytes()

    def log(self):
        return self.log_file.read_text(errors="replace")

    def dead_letters(self):
        """Each once, whatever was written twice because of a kill."""
        letters = {}
        for file in sorted((self.root / "dead").glob("*.ndjson")):
            for line in file.read_text(errors="replace").splitlines():
                try:
                    letter = json.loads(line)
                except ValueError:
                    continue  # A line that is torn by a kill is written again by the next process.
                letters[letter["slot"], letter["stream"], letter["offset"]] = letter
        return list(letters.values())

    def close(self):
        if self.child:
            self.child.kill()
        self.dockerd.close()

    def __enter__(self):
        return self.start()

    def __exit__(self, *exception):
        self.close()
