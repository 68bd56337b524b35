"""The same with a real Elasticsearch: every line once, kills of the plugin included."""

import unittest

from delivery_case import TEMPLATE, ShippingTest, needs_delivery
from fake_dockerd import Talker
from servers import Elasticsearch, wait_until

from case import ready

KILLS = 30


@needs_delivery
class ElasticsearchTest(ShippingTest):
    @classmethod
    def setUpClass(cls):
        cls.server = Elasticsearch()
        cls.addClassCleanup(cls.server.kill)
        ready(cls.server)
        cls.client = cls.server.client

    def test_a_stream_over_kills_of_the_plugin(self):
        self.client.stream_template("logs-docker", "logs-docker-*", {"date_detection": False})
        shipper = self.shipper()
        talker = Talker(shipper.dockerd.run("app", es_url=self.server.url))
        for number in range(KILLS):
            wait_until(lambda n=number: len(talker.container.written) > 200 * (n + 1), 60, "more lines")
            shipper.kill()
            shipper.start()
        self.assert_indexed(self.client, "logs-docker-default", talker.finish())

    def test_documents_that_do_not_fit(self):
        self.client.create_index("typed", {**TEMPLATE, "properties": {"message": {"type": "long"}}})
        shipper = self.shipper()
        container = shipper.dockerd.run("app", es_url=self.server.url, es_index="typed")
        container.write("1", "two", "3")
        container.stop()
        self.assert_indexed(self.client, "typed", ["1", "3"])
        wait_until(shipper.dead_letters, 30, "the dead letter")
        self.assertEqual([(letter["text"], letter["type"]) for letter in shipper.dead_letters()],
                         [("two", "document_parsing_exception")])


if __name__ == "__main__":
    unittest.main(verbosity=2)
