"""dockerd as a logging driver sees it, outside of Docker: requests on the plugin's socket, one FIFO a container that
is held open for reading and writing, one write an entry."""

import http.client
import itertools
import json
import os
import secrets
import socket
import threading
import time

CHUNK_BYTES = 16 * 1024  # Where dockerd cuts a line.


def _varint(number):
    encoded = bytearray()
    while number > 0x7F:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    encoded.append(number)
    return bytes(encoded)


def _field(number, data):
    return bytes((number << 3 | 2,)) + _varint(len(data)) + data


def _frame(entry):
    return len(entry).to_bytes(4, "big") + entry


def frames(source, time_nano, line):
    """A line with its newline taken off, as the entries that dockerd makes of it."""
    head = _field(1, source) + b"\x10" + _varint(time_nano)
    if len(line) < CHUNK_BYTES:
        return [_frame(head + _field(3, line))]
    identity = secrets.token_hex(32).encode()
    pieces = []
    for ordinal, begin in enumerate(range(0, len(line) + 1, CHUNK_BYTES), start=1):
        is_last = b"\x08\x01" if begin + CHUNK_BYTES > len(line) else b""
        metadata = is_last + _field(2, identity) + b"\x18" + _varint(ordinal)
        piece = _field(3, line[begin:begin + CHUNK_BYTES]) if begin < len(line) else b""
        pieces.append(_frame(head + piece + b"\x20\x01" + _field(5, metadata)))
    return pieces


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path, timeout):
        super().__init__("plugin", timeout=timeout)
        self._path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


class FakeDockerd:
    def __init__(self, socket_path, folder):
        self.socket_path = socket_path
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.containers = []
        self._runs = itertools.count(1)

    def call(self, verb, request=None, timeout=15):
        """The answer's JSON; fails if it says Err."""
        answer = self.post(verb, request, timeout)
        reply = json.loads(answer) if answer else {}
        if reply.get("Err"):
            raise AssertionError(f"{verb}: {reply['Err']}")
        return reply

    def post(self, verb, request=None, timeout=15):
        return self._exchange("POST", f"/{verb}", json.dumps(request or {}), timeout)

    def get(self, path, timeout=15):
        return self._exchange("GET", path, None, timeout)

    def _exchange(self, method, path, body, timeout):
        connection = _UnixConnection(self.socket_path, timeout)
        try:
            connection.request(method, path, body, {"Content-Type": "application/vnd.docker.plugins.v1.1+json"})
            return connection.getresponse().read()
        finally:
            connection.close()

    def answers(self):
        """Whether a plugin listens; as dockerd's own probe does, it makes delivery begin."""
        try:
            return bool(self.call("Plugin.Activate", timeout=5))
        except (OSError, http.client.HTTPException):
            return False

    def run(self, name, **options):
        """Starts the logging of a new container; es_url="…" becomes the option es-url."""
        container = Container(self, name, {key.replace("_", "-"): value for key, value in options.items()})
        self.containers.append(container)
        return container

    def close(self):
        for container in self.containers:
            container.close()


class Container:
    """Every line that was written is kept in `written`, in order."""

    def __init__(self, dockerd, name, config):
        self.dockerd = dockerd
        self.name = name
        self.fifo = dockerd.folder / secrets.token_hex(32)
        os.mkfifo(self.fifo, 0o700)
        # As dockerd does: so a write waits for nobody to read, until the pipe is full.
        self.fd = os.open(self.fifo, os.O_RDWR)
        self.written = []
        self.info = {"Config": config, "ContainerID": secrets.token_hex(32), "ContainerName": f"/{name}",
                     "ContainerImageName": "app:1.2", "ContainerImageID": f"sha256:{secrets.token_hex(32)}",
                     "ContainerEntrypoint": "app", "ContainerArgs": [], "ContainerEnv": [], "ContainerLabels": {},
                     "ContainerCreated": "2026-01-02T03:04:05Z", "LogPath": "", "DaemonName": "docker"}
        dockerd.call("LogDriver.StartLogging", {"File": str(self.fifo), "Info": self.info})

    def write(self, *lines, source="stdout"):
        for line in lines:
            for frame in frames(source.encode(), time.time_ns(), line.encode()):
                os.write(self.fd, frame)
            self.written.append(line)

    def write_numbered(self, count, tail=""):
        begin = len(self.written)
        self.write(*(f"{self.name} {number} {tail}" for number in range(begin, begin + count)))

    def logs(self, timeout=15):
        """What docker logs would show: frames, undecoded."""
        request = {"Info": self.info, "Config": {"Tail": -1, "Follow": False}}
        return self.dockerd.post("LogDriver.ReadLogs", request, timeout)

    def stop(self, timeout=20):
        """As at the end of a container: dockerd closes once StopLogging is answered."""
        self.dockerd.call("LogDriver.StopLogging", {"File": str(self.fifo)}, timeout)
        self.close()

    def close(self):
        if self.fd is not None:
            os.close(self.fd)
            self.fd = None
            os.unlink(self.fifo)


class Talker:
    """A container that goes on writing numbered lines from a thread until it is told to stop."""

    def __init__(self, container, burst=20, pause=0.005, tail=""):
        self.container = container
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._talk, args=(burst, pause, tail), daemon=True)
        self._thread.start()

    def _talk(self, burst, pause, tail):
        while not self._stop.wait(pause):
            self.container.write_numbered(burst, tail)

    def finish(self):
        """The lines that were written; whoever reads the FIFO must be there."""
        self._stop.set()
        self._thread.join(60)
        assert not self._thread.is_alive(), "nobody reads the FIFO"
        return self.container.written
