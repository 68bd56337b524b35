"""What a server refuses: sent smaller, sent later, held until somebody mends it, or put with the dead letters."""

import time
import unittest

from delivery_case import TEMPLATE, DeliveryCase
from servers import wait_until

MENDED_SECONDS = 180  # A held stream is tried again each 30 s, a destination that backs off each 60 s at most.


class OperatorTest(DeliveryCase):
    """Held, told, nobody else delayed; and there once it is mended, while the plugin runs."""

    def test_what_an_operator_can_mend(self):
        for name in ("well", "flooded", "blocked", "closed"):
            self.mapped_index(name)
        self.client.block_at_flood_stage("flooded")
        self.client.index_settings("blocked", index__blocks__write=True)
        self.client.must("POST", "/closed/_close")
        self.client.cluster_settings(action__auto_create_index="false")
        self.addCleanup(self.client.cluster_settings, action__auto_create_index=None)
        shipper = self.shipper()
        names = ("flooded", "blocked", "closed", "missing")
        troubled = {name: self.run_container(shipper, name, index=name) for name in names}
        for container in troubled.values():
            container.write_numbered(300)
        time.sleep(3)  # So that the others' trouble is there before.
        self.assert_nobody_waits(shipper)
        for container in troubled.values():
            container.write_numbered(200)
            container.stop()
        self.mend()
        for name, container in troubled.items():
            self.assert_indexed(self.client, name, container.written, timeout=MENDED_SECONDS)
        self.assertEqual(shipper.dead_letters(), [])
        self.assert_told_but_not_flooded(shipper, names)

    def assert_nobody_waits(self, shipper):
        well = self.run_container(shipper, "well", index="well")
        well.write_numbered(1000)
        begin = time.monotonic()
        self.assert_indexed(self.client, "well", well.written)
        print(f"beside four troubled containers: 1000 lines in {time.monotonic() - begin:.1f} s")
        self.assertEqual([self.client.count(name) for name in ("flooded", "blocked")], [0, 0])
        self.assertFalse(self.client.exists("missing"))
        well.stop()

    def mend(self):
        self.client.block_at_flood_stage("flooded", False)
        self.client.index_settings("blocked", index__blocks__write=None)
        self.client.must("POST", "/closed/_open")
        self.client.cluster_settings(action__auto_create_index=None)

    def assert_told_but_not_flooded(self, shipper, names):
        log = shipper.log()
        self.assertIn("index_not_found_exception", log)
        self.assertIn("cluster_block_exception", log)
        self.assertLess(len(log.splitlines()), 20 * len(names), "one line a retry is too many")


class DeadLetterTest(DeliveryCase):
    def test_exactly_the_documents_that_do_not_fit(self):
        """The server takes only messages that are numbers."""
        mappings = {**TEMPLATE, "properties": {**TEMPLATE["properties"], "message": {"type": "long"}}}
        self.client.create_index(self.index, mappings)
        shipper = self.shipper()
        container = self.run_container(shipper)
        lines = [f"bad {number}" if number % 97 == 0 else str(number) for number in range(10_000)]
        container.write(*lines)
        container.stop()
        bad = [line for line in lines if line.startswith("bad")]
        self.assert_indexed(self.client, self.index, [line for line in lines if not line.startswith("bad")])
        wait_until(lambda: len(shipper.dead_letters()) >= len(bad), 30, "all dead letters")
        letters = shipper.dead_letters()
        self.assert_same_lines([letter["text"] for letter in letters], bad)
        self.assertEqual({(letter["slot"], letter["status"], letter["type"]) for letter in letters},
                         {("es", 400, "mapper_parsing_exception")})

    def test_dead_letters_are_kept_over_kills(self):
        self.client.create_index(self.index, {"dynamic": "strict"})
        shipper = self.shipper()
        container = self.run_container(shipper)
        for _ in range(10):
            container.write_numbered(50)
            shipper.kill()
            shipper.start()
        container.stop()
        wait_until(lambda: len(shipper.dead_letters()) >= 500, 60, "all dead letters")
        self.assert_same_lines([letter["text"] for letter in shipper.dead_letters()], container.written)


class TightServerTest(DeliveryCase):
    """A server with little room for a request, and one worker for them all."""

    settings = {"http.max_content_length": "500kb", "indexing_pressure.memory.limit": "400kb",
                "thread_pool.write.size": "1", "thread_pool.write.queue_size": "2"}

    def test_smaller_requests_until_they_fit(self):
        self.mapped_index()
        shipper = self.shipper()
        container = self.run_container(shipper)
        container.write_numbered(10_000, tail="w" * 500)
        container.stop()
        self.assert_indexed(self.client, self.index, container.written)
        self.assertEqual(shipper.dead_letters(), [])

    def test_items_that_come_too_fast(self):
        self.mapped_index(index__number_of_shards=6)
        shipper = self.shipper()
        containers = [self.run_container(shipper, f"app{number}") for number in range(3)]
        for container in containers:
            container.write_numbered(5000)
            container.stop()
        lines = [line for container in containers for line in container.written]
        self.assert_indexed(self.client, self.index, lines)
        pools = self.client.must("GET", "/_nodes/stats/thread_pool")["nodes"].values()
        self.assertGreater(sum(node["thread_pool"]["write"]["rejected"] for node in pools), 0, "nothing was refused")

    def test_a_document_that_can_never_fit(self):
        self.mapped_index()
        shipper = self.shipper()
        container = self.run_container(shipper)
        large = "large " + "v" * 700_000
        container.write("before", large, "after")
        container.stop()
        wait_until(lambda: self.client.count(self.index) >= 2, 60, "its neighbours")
        messages = [source["message"] for source in self.client.sources(self.index, "message")]
        self.assertIn("before", messages)
        self.assertIn("after", messages)
        rest = [message for message in messages if message not in ("before", "after")]
        if rest:  # Sent cut to size.
            self.assertTrue(large.startswith(rest[0][:1000]))
        else:
            wait_until(shipper.dead_letters, 30, "the dead letter")
            self.assertEqual([letter["text"] for letter in shipper.dead_letters()], [large])


class LargeLineTest(DeliveryCase):
    def test_a_line_of_a_mebibyte(self):
        self.mapped_index()
        shipper = self.shipper()
        container = self.run_container(shipper)
        container.write("before", "u" * (64 * 16384 - 1), "after", "t" * 16384, "s" * 16383)
        container.stop()
        self.assert_indexed(self.client, self.index, container.written)


if __name__ == "__main__":
    unittest.main(verbosity=2)
