"""That three nodes form a cluster which outlives one of them."""

import unittest

from case import long_only
from servers import OpenSearchCluster, creates, wait_until


@long_only
class ClusterTest(unittest.TestCase):
    def test_outlives_its_manager(self):
        with OpenSearchCluster() as cluster:
            client = cluster.first_running().client
            client.create_index("kept", number_of_replicas=1, number_of_shards=3)
            wait_until(lambda: cluster.health()["status"] == "green", 60, "all copies are there")
            statuses = client.bulk_statuses(creates({str(n): {"n": n} for n in range(300)}, "kept"))
            self.assertEqual(set(statuses), {201})
            cluster.manager().kill()
            client = cluster.first_running().client
            statuses = client.bulk_statuses(creates({str(n): {"n": n} for n in range(200, 400)}, "kept"))
            self.assertEqual([statuses.count(409), statuses.count(201)], [100, 100])
            self.assertEqual(client.count("kept"), 400)


if __name__ == "__main__":
    unittest.main(verbosity=2)
