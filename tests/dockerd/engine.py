"""A private Docker Engine for one test class: its own folder, socket and process group, nothing of the machine's.

The machine's network stays as it is (no bridge, no iptables), the containers have loopback only. Everything that
an engine leaves behind after SIGKILL or with live-restore (shims, containers, mounts) is ended by its folder's
name, which no other process has on its command line.
"""

import itertools
import json
import os
import pathlib
import shutil
import signal
import subprocess
import time

# dockerd appends up to 40 characters to this for its sockets, and a socket's path has room for 107.
FOLDERS = pathlib.Path(os.environ.get("TAILRACE_TEST_DIR", "/var/tmp/tailrace-e2e"))
IMAGE = "bb:latest"
ENGINE_PROGRAMS = ("containerd", "docker", "runc")  # Nobody else's process, should it name the folder.
_numbers = itertools.count(1)


def wait_until(condition, timeout, what):
    """Returns the first true value of condition(); fails after the timeout, saying what did not happen."""
    deadline = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {timeout} s: {what}")
        time.sleep(0.02)


def is_alive(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def _processes():
    """Yields (pid, parent, command line) of every process."""
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            parent = (folder / "stat").read_text().rpartition(")")[2].split()[1]
            yield int(folder.name), int(parent), (folder / "cmdline").read_bytes().decode(errors="replace")
        except (FileNotFoundError, ProcessLookupError):
            continue


def _processes_of(folder):
    """The processes that name the folder, and all their descendants: shims and what runs in their containers."""
    table = list(_processes())
    found = {pid for pid, _, command in table
             if f"{folder}/" in command and os.path.basename(command.partition("\0")[0]).startswith(ENGINE_PROGRAMS)}
    while True:
        more = {pid for pid, parent, _ in table if parent in found} - found
        if not more:
            return found
        found |= more


def _unmount_below(folder):
    mounts = [line.split()[4] for line in pathlib.Path("/proc/self/mountinfo").read_text().splitlines()]
    for mount in sorted((m for m in mounts if m.startswith(f"{folder}/")), reverse=True):
        subprocess.run(["umount", "-l", mount], check=False, stderr=subprocess.DEVNULL)


def _remove_sockets(folder):
    # Every engine of a machine shares this place; the folders there bear the plugins' ids.
    for plugin in (folder / "data/plugins").glob("*"):
        shutil.rmtree(pathlib.Path("/run/docker/plugins") / plugin.name, ignore_errors=True)


def remove_traces(folder):
    """Ends what still runs for an engine and removes its folder."""

    def all_ended():
        pids = [pid for pid in _processes_of(folder) if is_alive(pid)]
        for pid in pids:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        return not pids

    wait_until(all_ended, 20, f"the end of all processes of {folder}")
    _unmount_below(folder)
    _remove_sockets(folder)
    shutil.rmtree(folder, ignore_errors=True)


def remove_abandoned():
    """A test that was killed cannot clean up; the next one does."""
    for folder in FOLDERS.glob("*-*"):
        if not is_alive(int(folder.name.partition("-")[0])):
            remove_traces(folder)


class Engine:
    command = ("dockerd",)
    network = ("--bridge=none", "--iptables=false", "--ip6tables=false")

    def __init__(self, config=None):
        remove_abandoned()
        self.folder = FOLDERS / f"{os.getpid()}-{next(_numbers)}"
        self.folder.mkdir(parents=True)
        self.config = dict(config or {})
        self.process = None
        self.host = f"unix://{self.folder}/docker.sock"
        self.log_file = self.folder / "dockerd.log"

    # --- Daemon ---

    def start(self, timeout=30):
        # dockerd takes a containerd for alive whose process is gone but not yet reaped, and then gives up.
        (self.folder / "exec/containerd/containerd.pid").unlink(missing_ok=True)
        (self.folder / "pid").unlink(missing_ok=True)
        (self.folder / "daemon.json").write_text(json.dumps(self.config))
        command = [*self.command, "--data-root", f"{self.folder}/data", "--exec-root", f"{self.folder}/exec",
                   "--pidfile", f"{self.folder}/pid", "--host", self.host,
                   "--config-file", f"{self.folder}/daemon.json", *self.network]
        with open(self.log_file, "ab") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            start_new_session=True)
        wait_until(self._answers_or_ended, timeout, "the engine's first answer")
        if self.process.poll() is not None:
            raise AssertionError(f"dockerd ended with {self.process.returncode}:\n{self.log_tail()}")

    def _answers_or_ended(self):
        if self.process.poll() is not None:
            return True
        return self.docker("version", check=False, timeout=10).returncode == 0

    def stop(self, timeout=60):
        self.process.terminate()
        self.process.wait(timeout)
        self.process = None

    def kill(self):
        """SIGKILL to dockerd alone: containers and plugins are not its children and run on."""
        self.process.kill()
        self.process.wait(20)
        self.process = None

    def close(self):
        """Ends everything at once: what is tested has been tested, and a hanging plugin must not hang us."""
        if self.process is not None and self.process.poll() is None:
            self.kill()
        remove_traces(self.folder)

    def log(self):
        return self.log_file.read_text(errors="replace")

    def log_tail(self, lines=40):
        return "\n".join(self.log().splitlines()[-lines:])

    # --- Client ---

    def environment(self):
        environment = dict(os.environ, DOCKER_HOST=self.host, DOCKER_CONFIG=f"{self.folder}/cli", DOCKER_BUILDKIT="0")
        for name in ("DOCKER_CONTEXT", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH"):
            environment.pop(name, None)
        return environment

    def docker(self, *arguments, check=True, timeout=60, **options):
        """Runs the docker client; bytes in, bytes out."""
        command = ["docker", *map(str, arguments)]
        result = subprocess.run(command, env=self.environment(), capture_output=True, timeout=timeout, check=False,
                                **options)
        if check and result.returncode != 0:
            raise AssertionError(f"{' '.join(command)}: exit {result.returncode}\n"
                                 f"{result.stderr.decode(errors='replace')}")
        return result

    def text(self, *arguments, **options):
        return self.docker(*arguments, **options).stdout.decode().strip()

    def spawn(self, *arguments, **options):
        """Starts the docker client and returns the process; its pipes are unbuffered, so that one may read a line
        and leave the rest to communicate()."""
        return subprocess.Popen(["docker", *map(str, arguments)], env=self.environment(), bufsize=0, **options)

    def import_busybox(self, name=IMAGE):
        rootfs = self.folder / "image"
        (rootfs / "bin").mkdir(parents=True)
        (rootfs / "tmp").mkdir()
        shutil.copy(shutil.which("busybox"), rootfs / "bin/busybox")
        for applet in ("awk", "cat", "date", "echo", "false", "head", "httpd", "mv", "printf", "rm", "seq", "sh",
                       "sleep", "tail", "touch", "true", "usleep", "yes"):
            (rootfs / "bin" / applet).symlink_to("busybox")
        tar = subprocess.run(["tar", "-C", rootfs, "-c", "."], capture_output=True, check=True).stdout
        self.docker("import", "-", name, input=tar)

    # --- Containers ---

    def state(self, container, field="Status"):
        return self.text("inspect", "--format", f"{{{{.State.{field}}}}}", container)

    def wait_exited(self, container, timeout=60):
        wait_until(lambda: self.state(container) == "exited", timeout, f"the end of container {container}")

    def logs(self, container, *flags, timeout=60):
        """(stdout, stderr) of docker logs."""
        result = self.docker("logs", *flags, container, timeout=timeout)
        return result.stdout, result.stderr
