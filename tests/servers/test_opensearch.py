"""That a real OpenSearch can be started, broken and asked as the tests of delivery need it."""

import unittest

from case import ServerCase
from servers import OpenSearch, creates, ndjson

NUMBERS = 12_000  # More than two pages when read back.


class OpenSearchTest(ServerCase):
    @classmethod
    def make_server(cls):
        return OpenSearch(settings={"http.max_content_length": "2mb"})

    def test_creates_once(self):
        body = creates({"a": {"n": 1}, "b": {"n": 2}}, "once")
        self.assertEqual(self.client.bulk_statuses(body), [201, 201])
        self.assertEqual(self.client.bulk_statuses(body), [409, 409])
        self.assertEqual(self.client.count("once"), 2)

    def test_counts_and_reads_back_every_document(self):
        for begin in range(0, NUMBERS, 4000):
            body = creates({f"{n:08x}": {"n": n, "parity": "even" if n % 2 == 0 else "odd"}
                            for n in range(begin, begin + 4000)})
            reply = self.client.bulk(body, "numbers", gzipped=True, filter_path="errors")
            self.assertEqual(reply.json(), {"errors": False})
        self.assertEqual(self.client.count("numbers"), NUMBERS)
        self.assertEqual(sorted(source["n"] for source in self.client.sources("numbers", "n")), list(range(NUMBERS)))
        self.assertEqual(self.client.terms("numbers", "parity.keyword"), {"even": NUMBERS // 2, "odd": NUMBERS // 2})
        self.assertEqual(self.client.count("nothing-here"), 0)

    def test_blocks_at_flood_stage(self):
        self.client.create_index("flooded")
        self.client.block_at_flood_stage("flooded")
        body = creates({"a": {"n": 1}}, "flooded")
        item = self.item(body)
        self.assertEqual((item["status"], item["error"]["type"]), (429, "cluster_block_exception"))
        self.client.block_at_flood_stage("flooded", False)
        self.assertEqual(self.client.bulk_statuses(body), [201])

    def test_refuses_large_bodies(self):
        large = creates({"a": {"text": "x" * 3_000_000}}, "large")
        for gzipped in (False, True):
            reply = self.client.bulk(large, gzipped=gzipped)
            self.assertEqual((reply.status, reply.body), (413, b""))

    def test_creates_no_index_when_told_so(self):
        self.client.cluster_settings(action__auto_create_index="false")
        self.addCleanup(self.client.cluster_settings, action__auto_create_index=None)
        item = self.item(creates({"a": {"n": 1}}, "missing"))
        self.assertEqual((item["status"], item["error"]["type"]), (404, "index_not_found_exception"))
        self.assertFalse(self.client.exists("missing"))

    def test_refuses_what_does_not_fit_the_mapping(self):
        self.client.create_index("typed", {"properties": {"n": {"type": "long"}}})
        self.assertEqual(self.client.bulk_statuses(creates({"a": {"n": 1}, "b": {"n": "x"}}, "typed")), [201, 400])

    def test_rolls_a_stream_over(self):
        self.client.stream_template("logs", "logs-*", {"properties": {"message": {"type": "text"}}})
        body = ndjson({"create": {"_id": "a"}}, {"@timestamp": "2026-01-02T03:04:05Z", "message": "m"})
        self.assertEqual(self.client.bulk_statuses(body, "logs-a-b"), [201])
        self.assertEqual(self.client.bulk_statuses(body, "logs-a-b"), [409])
        self.client.rollover("logs-a-b")
        self.assertEqual(self.client.bulk_statuses(body, "logs-a-b"), [201])  # Ids are unique in one index only.
        self.assertEqual(self.client.count("logs-a-b"), 2)

    def test_stands_still_and_goes_on(self):
        body = creates({"a": {"n": 1}}, "still")
        impatient = type(self.client)(self.server.url, timeout=1)
        self.server.pause()
        try:
            self.assertIsNone(impatient.try_request("POST", "/_bulk", body))
        finally:
            self.server.resume()
        self.server.wait_ready()
        # What it was sent while it stood still may be there or not; a second time it does no harm.
        self.assertIn(self.client.bulk_statuses(body)[0], (201, 409))
        self.assertEqual(self.client.count("still"), 1)

    def test_keeps_its_documents_over_a_kill(self):
        statuses = self.client.bulk_statuses(creates({str(n): {"n": n} for n in range(1000)}, "kept"))
        self.assertEqual(set(statuses), {201})
        port = self.server.port
        self.server.kill()
        self.assertIsNone(self.client.try_request("GET", "/"))
        self.server.start()
        self.assertEqual(self.server.port, port)
        self.assertEqual(self.client.count("kept"), 1000)


if __name__ == "__main__":
    unittest.main(verbosity=2)
