"""TLS with an authority of one's own, and proxies that are slow, too strict or out of order."""

import shutil
import unittest

from delivery_case import DeliveryCase
from fake_dockerd import Talker

from servers import Authority, Nginx, new_folder, wait_until

HELD_SECONDS = 180


class ProxyTest(DeliveryCase):
    def proxied(self, **behaviour):
        proxy = Nginx(self.server.port, **behaviour)
        self.addCleanup(proxy.kill)
        return proxy.start()

    def ship(self, proxy, count=5000, **options):
        self.mapped_index()
        container = self.run_container(self.shipper(), es_url=proxy.url, **options)
        container.write_numbered(count, tail="p" * 200)
        container.stop()
        return container.written

    def test_tls_with_an_authority_of_its_own(self):
        authority = Authority(new_folder("authority"))
        proxy = self.proxied(authority=authority)
        for option in ({"es_ca": authority.ca.read_text()}, {"es_ca_file": str(authority.ca)}):
            with self.subTest(option=list(option)):
                index = f"{self.index}-{list(option)[0].replace('_', '-')}"
                self.mapped_index(index)
                container = self.run_container(self.shipper(), index=index, es_url=proxy.url, **option)
                container.write_numbered(500)
                container.stop()
                self.assert_indexed(self.client, index, container.written)

    def test_a_wrong_authority_is_told_and_can_be_mended(self):
        right, wrong = Authority(new_folder("right")), Authority(new_folder("wrong"), "wrong")
        proxy = self.proxied(authority=right)
        file = new_folder("ca") / "ca.pem"
        shutil.copy(wrong.ca, file)
        self.mapped_index()
        shipper = self.shipper()
        container = self.run_container(shipper, es_url=proxy.url, es_ca_file=str(file))
        container.write_numbered(500)
        wait_until(lambda: "certificate" in shipper.log(), 30, "a word about the certificate")
        self.assertEqual(self.client.count(self.index), 0)
        shutil.copy(right.ca, file)
        container.write_numbered(500)
        container.stop()
        self.assert_indexed(self.client, self.index, container.written, timeout=HELD_SECONDS)

    def test_no_verification_when_told_so(self):
        proxy = self.proxied(authority=Authority(new_folder("unknown")))
        lines = self.ship(proxy, 500, es_tls_verify="off")
        self.assert_indexed(self.client, self.index, lines)

    def test_slow_answers(self):
        self.assert_indexed(self.client, self.index, self.ship(self.proxied(answer_rate="4k"), 2000))

    def test_a_limit_of_requests(self):
        for status in (429, 503):
            with self.subTest(status=status):
                self.index = f"{self.index_name()}-{status}"
                self.mapped_index()
                proxy = self.proxied(requests="1r/s", reject_status=status)
                talker = Talker(self.run_container(self.shipper(), es_url=proxy.url), pause=0.05)
                wait_until(lambda p=proxy, s=status: p.statuses().get(s, 0) > 0, 60, "a request is turned away")
                self.assert_indexed(self.client, self.index, talker.finish())

    def test_a_limit_of_size_told_in_html(self):
        proxy = self.proxied(body_max="20k")
        lines = self.ship(proxy, 20_000)
        self.assert_indexed(self.client, self.index, lines)
        self.assertGreater(proxy.statuses().get(413, 0), 0, "nothing was refused")

    def test_a_proxy_without_a_server_behind(self):
        proxy = self.proxied()
        self.mapped_index()
        shipper = self.shipper()
        container = self.run_container(shipper, es_url=proxy.url)
        self.server.kill()
        try:
            container.write_numbered(3000)
            wait_until(lambda: proxy.statuses().get(502, 0) > 0, 30, "a bad gateway")
        finally:
            self.server.start()
        container.stop()
        self.assert_indexed(self.client, self.index, container.written, timeout=HELD_SECONDS)


if __name__ == "__main__":
    unittest.main(verbosity=2)
