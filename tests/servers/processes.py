"""Child processes of a test: each in a process group of its own, on free ports, in folders that go away with it.

A child dies with the test that started it, even if that is killed; whatever folder a killed test leaves behind, the
next one removes. Start children from the test's main thread: they die with the thread that started them.
"""

import atexit
import itertools
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import time

FOLDERS = pathlib.Path(os.environ.get("TAILRACE_SERVERS_DIR", "/var/tmp/tailrace-servers"))
# Below the range that the kernel hands to outgoing connections, so that a server which is down for a moment finds
# its port free again.
PORTS = range(20000, 32000)
_numbers = itertools.count(1)
_children = []


def wait_until(condition, timeout, what, pause=0.05):
    """Returns the first true value of condition(); fails after the timeout, saying what did not happen."""
    deadline = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {timeout} s: {what}")
        time.sleep(pause)


def _is_free(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port():
    """A port on loopback that nobody listens on; drawn at random, so that two tests seldom draw the same."""
    for _ in range(100):
        port = random.choice(PORTS)
        if _is_free(port):
            return port
    raise AssertionError(f"no free port in {PORTS}")


def is_alive(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def _remove_abandoned():
    for folder in FOLDERS.glob("*-*"):
        owner = folder.name.partition("-")[0]
        if owner.isdigit() and not is_alive(int(owner)):
            shutil.rmtree(folder, ignore_errors=True)


def new_folder(name):
    """An empty folder that is removed at the end of this process."""
    _remove_abandoned()
    folder = FOLDERS / f"{os.getpid()}-{next(_numbers)}-{name}"
    folder.mkdir(parents=True)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


class Child:
    """A process and its descendants, which stay in its process group."""

    def __init__(self, command, log_file, user=None, environment=None, folder=None):
        self.log_file = pathlib.Path(log_file)
        guard = ["setpriv", "--pdeathsig", "KILL"]
        if user is not None:
            guard += [f"--reuid={user}", f"--regid={user}", "--clear-groups"]
        with open(self.log_file, "ab") as log:
            self.process = subprocess.Popen([*guard, *map(str, command)], stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=log, start_new_session=True, env=environment, cwd=folder)
        _children.append(self)

    @property
    def pid(self):
        return self.process.pid

    def is_running(self):
        return self.process.poll() is None

    def signal(self, number):
        """To the whole group; one that is gone is no mistake."""
        try:
            os.killpg(self.pid, number)
        except ProcessLookupError:
            pass

    def stop(self, timeout=60):
        """SIGTERM, and waits; SIGKILL after the timeout."""
        self.signal(signal.SIGCONT)
        self.signal(signal.SIGTERM)
        try:
            self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            pass
        self.kill()

    def kill(self):
        """SIGKILL to the group, and waits."""
        self.signal(signal.SIGKILL)
        self.process.wait(30)

    def log_tail(self, lines=40):
        return "\n".join(self.log_file.read_text(errors="replace").splitlines()[-lines:])

    def resident_bytes(self):
        """Of all processes of the group together."""
        return sum(_resident(int(folder.name)) for folder in pathlib.Path("/proc").glob("[0-9]*")
                   if _group(int(folder.name)) == self.pid)


def _group(pid):
    try:
        return os.getpgid(pid)
    except ProcessLookupError:
        return None


def _resident(pid):
    try:
        pages = int(pathlib.Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return pages * os.sysconf("SC_PAGESIZE")


@atexit.register
def _end_all():
    for child in _children:
        if child.is_running():
            child.kill()
