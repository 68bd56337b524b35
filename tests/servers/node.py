"""What all servers of a test have in common: a child, a port that it keeps over restarts, ways to end it."""

import signal

from processes import free_port, wait_until


class Server:
    """Subclasses say how it is launched and when it is ready."""

    ready_seconds = 300  # Seconds on idle processors; other work may hold them.

    def __init__(self, port=0):
        self.port = port or free_port()
        self.child = None

    def _launch(self):
        raise NotImplementedError

    def _is_ready(self):
        raise NotImplementedError

    def start(self):
        self.launch()
        return self.wait_ready()

    def launch(self):
        assert self.child is None, "it runs already"
        self.child = self._launch()
        return self

    def wait_ready(self):
        wait_until(self._ready_or_ended, self.ready_seconds, f"{type(self).__name__} is ready", pause=0.1)
        if not self.child.is_running():
            raise AssertionError(f"{type(self).__name__} ended by itself:\n{self.child.log_tail()}")
        return self

    def _ready_or_ended(self):
        return not self.child.is_running() or self._is_ready()

    def stop(self):
        """As an administrator does."""
        if self.child:
            self.child.stop()
            self.child = None

    def kill(self):
        """SIGKILL."""
        if self.child:
            self.child.kill()
            self.child = None

    def pause(self):
        """SIGSTOP: connections stay open and nothing is answered."""
        self.child.signal(signal.SIGSTOP)

    def resume(self):
        self.child.signal(signal.SIGCONT)

    def resident_bytes(self):
        return self.child.resident_bytes()

    def __enter__(self):
        return self.start()

    def __exit__(self, *exception):
        self.kill()
