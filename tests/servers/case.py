"""The base of tests that share one server a class."""

import time
import unittest

from servers import LONG

long_only = unittest.skipUnless(LONG, "one of the long tests: TAILRACE_LONG=1")


def ready(server):
    """Starts it and says how long that took."""
    begin = time.monotonic()
    server.start()
    print(f"{type(server).__name__} on port {server.port}: ready after {time.monotonic() - begin:.1f} s, "
          f"{server.resident_bytes() >> 20} MiB resident")
    return server


class ServerCase(unittest.TestCase):
    """make_server() is started for the class; `self.client` talks to it as an administrator."""

    @classmethod
    def make_server(cls):
        raise NotImplementedError

    @classmethod
    def setUpClass(cls):
        cls.server = cls.make_server()
        cls.addClassCleanup(cls.server.kill)
        ready(cls.server)
        cls.client = cls.server.client

    def item(self, body, index=None, **parameters):
        """The answer to the one item of a bulk body."""
        reply = self.client.bulk(body, index, **parameters)
        self.assertEqual(reply.status, 200, reply)
        items = reply.json()["items"]
        self.assertEqual(len(items), 1)
        return next(iter(items[0].values()))
