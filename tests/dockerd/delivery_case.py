"""What tests of delivery from a real engine share: one real OpenSearch a file, webhook receivers, and a count of every
line at either."""

import sys

from case import EngineCase
from lines import Writer, describe_difference
from plugin import SOURCE_DIR

sys.path.append(str(SOURCE_DIR / "tests/servers"))  # Last: both folders have a case.py.

from servers import OpenSearch, WebhookReceiver, wait_until  # noqa: E402

ARRIVAL_SECONDS = 120  # For what takes seconds when both processors are idle.
_server = None


def open_search():
    """Started when the first test asks for it; it ends with the process."""
    global _server
    if _server is None:
        _server = OpenSearch().start()
    return _server


def log_opts(**options):
    """es_url="…" → --log-opt es-url=…"""
    return [part for name, value in options.items() for part in ("--log-opt", f"{name.replace('_', '-')}={value}")]


def messages(receiver):
    """{id: message} of all that was accepted; a line that comes again brings its id again."""
    return {document["id"]: document["message"] for request in receiver.accepted()
            for document in request.documents()}


class DeliveryCase(EngineCase):
    @classmethod
    def setUpClass(cls):
        cls.server = open_search()
        cls.client = cls.server.client
        super().setUpClass()

    def setUp(self):
        self.index = self._testMethodName.replace("_", "-")[:80]

    def receiver(self, **options):
        receiver = WebhookReceiver(**options)
        self.addCleanup(receiver.stop)
        return receiver.start()

    def to_opensearch(self, **more):
        return log_opts(es_url=self.server.url, es_index=self.index, **more)

    def writer(self, name, options, **more):
        return Writer(self.engine, name, (*self.driver, *options), text=f"of {name}", **more)

    def assert_same(self, got, want):
        self.assertGreater(len(want), 0, "nothing was written, so nothing is tested")
        difference = describe_difference(sorted(got), sorted(want))
        self.assertFalse(difference, difference)

    def assert_indexed(self, lines, index=None, timeout=ARRIVAL_SECONDS):
        """Each of these lines is in the index exactly once, and nothing else is."""
        index = index or self.index
        try:
            wait_until(lambda: self.client.count(index) >= len(lines), timeout, "all documents", pause=0.3)
        except AssertionError:
            pass  # The comparison below says what is missing.
        self.assert_same([source["message"].encode() for source in self.client.sources(index, "message")], lines)

    def assert_received(self, receiver, lines, timeout=ARRIVAL_SECONDS):
        """Each of these lines has come under one id, and nothing else has."""
        try:
            wait_until(lambda: len(messages(receiver)) >= len(lines), timeout, "all lines", pause=0.3)
        except AssertionError:
            pass
        self.assert_same([message.encode() for message in messages(receiver).values()], lines)


__all__ = ["ARRIVAL_SECONDS", "DeliveryCase", "log_opts", "messages", "open_search", "wait_until"]
