"""Three nodes, one killed: the others get the lines, once each."""

import unittest

from delivery_case import TEMPLATE, ShippingTest, needs_delivery
from fake_dockerd import Talker
from servers import OpenSearchCluster, wait_until


@needs_delivery
class ClusterTest(ShippingTest):
    def test_the_manager_is_killed(self):
        with OpenSearchCluster() as cluster:
            client = cluster.first_running().client
            client.create_index("app", TEMPLATE, index__number_of_shards=3, index__number_of_replicas=1)
            wait_until(lambda: cluster.health()["status"] == "green", 60, "all copies are there")
            urls = ",".join(node.url for node in cluster.nodes)
            talker = Talker(self.shipper().dockerd.run("app", es_url=urls, es_index="app"))
            wait_until(lambda: client.count("app") > 500, 60, "the first lines")
            cluster.manager().kill()
            client = cluster.first_running().client
            at = len(talker.container.written)
            wait_until(lambda: (client.try_request("GET", "/app/_count") is not None and client.count("app") > at), 90,
                       "lines that were written after the kill")
            self.assert_indexed(client, "app", talker.finish())


if __name__ == "__main__":
    unittest.main(verbosity=2)
