"""The base of all tests here: the real binary between a fake dockerd and real servers."""

import collections
import sys
import unittest

from shipper import Shipper, knows_option

from case import ServerCase
from servers import LONG, OpenSearch, wait_until

needs_delivery = unittest.skipUnless(knows_option("es-url"), "the binary has no option es-url: it does not deliver yet")
DELIVERY_SECONDS = 120  # For what takes seconds when both processors are idle.
TEMPLATE = {"date_detection": False, "properties": {
    "@timestamp": {"type": "date_nanos"}, "message": {"type": "text", "index": False}, "log.offset": {"type": "long"},
    "stream": {"type": "keyword"}, "container": {"properties": {"name": {"type": "keyword"}}}}}


def describe_difference(got, want):
    """What is lost, there twice or from nowhere; empty if nothing is."""
    have, need = collections.Counter(got), collections.Counter(want)
    lost, more = need - have, have - need
    twice = {text: count for text, count in more.items() if text in need}
    alien = {text: count for text, count in more.items() if text not in need}
    if not lost and not more:
        return ""
    return (f"{len(got)} lines, not {len(want)}; {sum(lost.values())} lost {[text[:60] for text in list(lost)[:3]]}, "
            f"{sum(twice.values())} twice {[text[:60] for text in list(twice)[:3]]}, "
            f"{sum(alien.values())} unknown {[text[:60] for text in list(alien)[:3]]}")


class ShippingTest(unittest.TestCase):
    """Starts shippers, and shows the log of one that failed."""

    def shipper(self, **environment):
        shipper = Shipper(**environment)
        self.addCleanup(shipper.close)
        self.addCleanup(self._show_log, shipper)
        return shipper.start()

    def _show_log(self, shipper):
        outcome = self._outcome.result
        if any(test is self for test, _ in outcome.failures + outcome.errors):
            print(f"--- the plugin's log at the end of {self.id()}\n{shipper.log()[-4000:]}\n---", file=sys.stderr)

    def index_name(self):
        return self._testMethodName.replace("_", "-")[:80]

    def assert_same_lines(self, got, want):
        self.assertGreater(len(want), 0, "nothing was written, so nothing is tested")
        difference = describe_difference(got, want)
        self.assertFalse(difference, difference)

    def assert_indexed(self, client, index, lines, timeout=DELIVERY_SECONDS):
        """Each of these lines is in the index exactly once, and nothing else is."""

        def all_there():
            return client.count(index) >= len(lines)

        try:
            wait_until(all_there, timeout, f"{len(lines)} documents in {index}", pause=0.3)
        except AssertionError:
            pass  # The comparison below says what is missing.
        self.assert_same_lines([source["message"] for source in client.sources(index, "message")], lines)


@needs_delivery
class DeliveryCase(ShippingTest, ServerCase):
    """One OpenSearch a class, without users and TLS; an index for each test."""

    settings = {}

    @classmethod
    def make_server(cls):
        return OpenSearch(settings=cls.settings)

    def setUp(self):
        self.index = self.index_name()
        self.client = self.server.client

    def mapped_index(self, name=None, **settings):
        """Made beforehand, as an administrator who cares does."""
        self.client.create_index(name or self.index, TEMPLATE, index__number_of_replicas=0, **settings)

    def run_container(self, shipper, name="app", index=None, **options):
        return shipper.dockerd.run(name, **{"es_url": self.server.url, "es_index": index or self.index, **options})


__all__ = ["DELIVERY_SECONDS", "DeliveryCase", "LONG", "ShippingTest", "describe_difference", "needs_delivery"]
