"""Every line is in the index exactly once: in peace, while the plugin is killed, while the server is."""

import random
import time
import unittest

from delivery_case import LONG, DeliveryCase
from fake_dockerd import Talker

LINES = 1_000_000 if LONG else 100_000
KILLS = 2_000 if LONG else 200
SERVER_TROUBLES = 12 if LONG else 4


class OnceTest(DeliveryCase):
    def test_all_lines_of_several_containers(self):
        self.mapped_index()
        shipper = self.shipper()
        containers = [self.run_container(shipper, f"app{number}") for number in range(4)]
        begin = time.monotonic()
        for container in containers:
            container.write_numbered(LINES // len(containers), tail="x" * 100)
            container.stop()
        lines = [line for container in containers for line in container.written]
        self.assert_indexed(self.client, self.index, lines, timeout=LINES / 500)
        print(f"{LINES} lines in the index after {time.monotonic() - begin:.1f} s, "
              f"plugin {shipper.resident_bytes() >> 20} MiB resident")

    def test_documents_tell_where_they_come_from(self):
        self.mapped_index()
        shipper = self.shipper()
        container = self.run_container(shipper, "web", tag="{{.Name}}")
        container.write('a "quoted" line with ü and \x01')
        container.write("of stderr", source="stderr")
        container.stop()
        self.assert_indexed(self.client, self.index, container.written)
        documents = sorted(self.client.sources(self.index), key=lambda source: source["log"]["offset"])
        self.assertEqual([document["stream"] for document in documents], ["stdout", "stderr"])
        for document in documents:
            self.assertEqual(document["container"]["name"], "web")
            self.assertEqual(document["container"]["id"], container.info["ContainerID"])
            self.assertEqual(document["container"]["image"]["name"], "app")
            self.assertRegex(document["@timestamp"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$")

    def test_a_stream_by_default(self):
        self.client.stream_template("logs-docker", "logs-docker-*", {"date_detection": False})
        shipper = self.shipper()
        container = shipper.dockerd.run("app", es_url=self.server.url)
        container.write_numbered(500)
        container.stop()
        self.assert_indexed(self.client, "logs-docker-default", container.written)
        self.assertEqual(self.client.must("GET", "/_data_stream/logs-docker-default")["data_streams"][0]["generation"],
                         1)

    def test_over_a_rollover_in_peace(self):
        self.client.stream_template("rolled", "logs-rolled-*")
        stream = "logs-rolled-default"
        shipper = self.shipper()
        container = self.run_container(shipper, index=stream)
        for _ in range(3):
            container.write_numbered(1000)
            self.assert_indexed(self.client, stream, container.written)
            self.client.rollover(stream)
        container.write_numbered(1000)
        container.stop()
        self.assert_indexed(self.client, stream, container.written)

    def test_over_kills_of_the_plugin(self):
        self.mapped_index()
        shipper = self.shipper()
        talkers = [Talker(self.run_container(shipper, f"app{number}"), burst=15, tail="y" * 80)
                   for number in range(3)]
        for _ in range(KILLS):
            time.sleep(random.uniform(0.01, 0.4))  # The moment is what is tested, not what follows.
            shipper.kill()
            shipper.start()
        lines = [line for talker in talkers for line in talker.finish()]
        self.assert_indexed(self.client, self.index, lines)
        self.assert_nothing_comes_later(shipper, lines)
        again = self.refused_as_duplicates()
        print(f"{KILLS} kills, {len(lines)} lines, {again} documents sent again after they had been stored")
        self.assertGreater(again, KILLS // 10, "no kill came between a request and its answer")

    def assert_nothing_comes_later(self, shipper, lines):
        """What was in flight is answered before the plugin ends, and the next one has nothing to send."""
        self.assertEqual(shipper.terminate(), 0)
        shipper.start()
        self.assertEqual(shipper.terminate(), 0)
        self.assert_indexed(self.server.client, self.index, lines)

    def refused_as_duplicates(self):
        stats = self.client.must("GET", f"/{self.index}/_stats/indexing")
        return stats["_all"]["primaries"]["indexing"]["index_failed"]

    def test_over_a_server_that_stands_still_and_is_killed(self):
        self.mapped_index()
        shipper = self.shipper()
        talker = Talker(self.run_container(shipper), burst=20, pause=0.01, tail="z" * 80)
        for number in range(SERVER_TROUBLES):
            time.sleep(random.uniform(0.5, 1.5))  # Somewhere in a request.
            if number % 2 == 0:
                self.server.pause()
                time.sleep(random.uniform(1, 3))
                self.server.resume()
            else:
                self.server.kill()
                self.server.start()
        lines = talker.finish()
        self.assert_indexed(self.server.client, self.index, lines, timeout=240)
        self.assert_nothing_comes_later(shipper, lines)

    def test_stopping_does_not_wait_for_a_server_that_is_away(self):
        self.mapped_index()
        shipper = self.shipper()
        container = self.run_container(shipper)
        self.server.pause()
        try:
            container.write_numbered(20_000)
            begin = time.monotonic()
            container.stop()
            self.assertLess(time.monotonic() - begin, 2)
        finally:
            self.server.resume()
        self.assert_indexed(self.client, self.index, container.written)


if __name__ == "__main__":
    unittest.main(verbosity=2)
