"""That a real Elasticsearch can be started and used, and where it differs from OpenSearch."""

import unittest

from case import ServerCase, long_only
from servers import Authority, Elasticsearch, creates, ndjson, new_folder

AT = {"@timestamp": "2026-01-02T03:04:05Z"}


class ElasticsearchTest(ServerCase):
    @classmethod
    def make_server(cls):
        return Elasticsearch(settings={"http.max_content_length": "2mb"})

    def test_creates_once(self):
        body = creates({"a": {"n": 1}, "b": {"n": 2}}, "once")
        self.assertEqual(self.client.bulk_statuses(body), [201, 201])
        self.assertEqual(self.client.bulk_statuses(body), [409, 409])
        self.assertEqual(self.client.count("once"), 2)
        self.assertEqual(sorted(source["n"] for source in self.client.sources("once")), [1, 2])

    def test_says_its_name(self):
        self.assertEqual(self.client.request("GET", "/_cluster/health").headers["X-Elastic-Product"], "Elasticsearch")

    def test_names_what_it_cannot_parse(self):
        self.client.create_index("typed", {"properties": {"n": {"type": "long"}}})
        item = self.item(creates({"a": {"n": "x"}}, "typed"))
        self.assertEqual((item["status"], item["error"]["type"]), (400, "document_parsing_exception"))

    def test_blocks_at_flood_stage(self):
        self.client.create_index("flooded")
        self.client.block_at_flood_stage("flooded")
        body = creates({"a": {"n": 1}}, "flooded")
        item = self.item(body)
        self.assertEqual((item["status"], item["error"]["type"]), (429, "cluster_block_exception"))
        self.client.block_at_flood_stage("flooded", False)
        self.assertEqual(self.client.bulk_statuses(body), [201])

    def test_refuses_large_bodies(self):
        self.assertEqual(self.client.bulk(creates({"a": {"text": "x" * 3_000_000}}, "large")).status, 413)

    def test_makes_and_rolls_over_a_stream(self):
        self.client.stream_template("logs", "logs-*")
        body = ndjson({"create": {"_id": "a"}}, AT)
        self.assertEqual(self.client.bulk_statuses(body, "logs-a-b"), [201])
        self.client.rollover("logs-a-b")
        self.assertEqual(self.client.bulk_statuses(body, "logs-a-b"), [201])
        self.assertEqual(self.client.count("logs-a-b"), 2)

    @long_only
    def test_keeps_its_documents_over_a_kill(self):
        self.assertEqual(self.client.bulk_statuses(creates({"a": {"n": 1}}, "kept")), [201])
        self.server.kill()
        self.server.start()
        self.assertEqual(self.client.count("kept"), 1)


@long_only
class SecureElasticsearchTest(ServerCase):
    @classmethod
    def make_server(cls):
        return Elasticsearch(authority=Authority(new_folder("authority")))

    def test_wants_credentials(self):
        body = creates({"a": {"n": 1}}, "private")
        nobody = type(self.client)(self.server.url, ca=self.server.authority.ca)
        reply = nobody.bulk(body)
        self.assertEqual((reply.status, reply.json()["error"]["type"]), (401, "security_exception"))
        self.assertEqual(self.client.bulk_statuses(body), [201])


if __name__ == "__main__":
    unittest.main(verbosity=2)
