"""Webhooks: every line at least once, each with the same id whenever it comes; receivers that misbehave; and both kinds
of destination at once."""

import time
import unittest

from delivery_case import DELIVERY_SECONDS, DeliveryCase, ShippingTest, needs_delivery
from fake_dockerd import Talker

import webhook_receiver as behaviours
from servers import LONG, Authority, WebhookReceiver, free_port, new_folder, wait_until

MIB = 1 << 20
# Each is what the receiver does to its first requests; then it accepts.
TROUBLES = {
    "500": [behaviours.fail] * 3,
    "429": [behaviours.too_many(retry_after=1)] * 2 + [behaviours.too_many("soon"), behaviours.too_many(-5)],
    "closes": [behaviours.close_at_once, behaviours.close_in_mid_answer] * 2,
    "huge": [behaviours.huge()],
    "stalls": [behaviours.stall],
}
if LONG:
    TROUBLES["drips"] = [behaviours.drip()]
TROUBLE_SECONDS = 240


def misbehave(troubles):
    return lambda number, request: troubles[number] if number < len(troubles) else behaviours.accept


def messages(receiver):
    return [document["message"] for request in receiver.accepted() for document in request.documents()]


class WebhookCase(ShippingTest):
    def receiver(self, **options):
        receiver = WebhookReceiver(**options)
        self.addCleanup(receiver.stop)
        return receiver.start()

    def assert_received(self, receiver, lines, timeout=DELIVERY_SECONDS):
        """All of them, and nothing else; a line that comes again has the same id."""
        wait_until(lambda: set(messages(receiver)) >= set(lines), timeout, f"{len(lines)} lines at the receiver")
        ids = {}
        for request in receiver.received():
            for document in request.documents():
                self.assertEqual(ids.setdefault(document["id"], document["message"]), document["message"])
        self.assertEqual(sorted(ids.values()), sorted(lines))


@needs_delivery
class WebhookTest(WebhookCase):
    def test_formats(self):
        shipper = self.shipper()
        for name in ("ndjson", "json"):
            receiver = self.receiver()
            container = shipper.dockerd.run(name, http_url=receiver.url, http_format=name)
            container.write_numbered(500)
            container.stop()
            self.assert_received(receiver, container.written)

    def test_plain_text_with_headers_in_gzip(self):
        receiver = self.receiver()
        container = self.shipper().dockerd.run("app", http_url=receiver.url, http_format="text", http_method="PUT",
                                               http_header="X-Key: secret", http_compression="gzip")
        container.write_numbered(500)
        container.stop()
        wait_until(lambda: sum(r.body.count(b"\n") for r in receiver.received()) >= 500, 60, "all lines")
        requests = receiver.received()
        self.assertEqual(b"".join(request.body for request in requests).decode().split("\n")[:-1], container.written)
        self.assertEqual({(r.method, r.headers["X-Key"], r.headers["Content-Encoding"]) for r in requests},
                         {("PUT", "secret", "gzip")})

    def test_order_when_asked_for(self):
        receiver = self.receiver(behave=lambda number, _: behaviours.fail if number % 5 == 1 else behaviours.accept)
        container = self.shipper().dockerd.run("app", http_url=receiver.url, http_ordered="on")
        for _ in range(10):
            container.write_numbered(2000)
        container.stop()
        wait_until(lambda: len(messages(receiver)) >= 20_000, DELIVERY_SECONDS, "all lines")
        self.assertEqual(messages(receiver), container.written)

    def test_tls(self):
        authority = Authority(new_folder("authority"))
        receiver = self.receiver(authority=authority)
        container = self.shipper().dockerd.run("app", http_url=receiver.url, http_ca_file=str(authority.ca))
        container.write_numbered(500)
        container.stop()
        self.assert_received(receiver, container.written)

    def test_receivers_that_misbehave_beside_one_that_does_not(self):
        shipper = self.shipper()
        well = self.receiver()
        receivers = {name: self.receiver(behave=misbehave(troubles)) for name, troubles in TROUBLES.items()}
        containers = {name: shipper.dockerd.run(name, http_url=receiver.url) for name, receiver in receivers.items()}
        for container in containers.values():
            container.write_numbered(2000)
        calm = shipper.dockerd.run("well", http_url=well.url)
        calm.write_numbered(2000)
        self.assert_received(well, calm.written, timeout=20)
        peak = 0
        for name, receiver in receivers.items():
            begin = time.monotonic()
            with self.subTest(receiver=name):
                self.assert_received(receiver, containers[name].written, timeout=TROUBLE_SECONDS)
                print(f"{name}: {time.monotonic() - begin:.1f} s more, {len(receiver.received())} requests")
            peak = max(peak, shipper.resident_bytes())
        self.assertLess(peak, 96 * MIB)

    def test_a_page_of_html_is_told(self):
        receiver = self.receiver(behave=lambda number, _: behaviours.html(status=404 if number < 2 else 200))
        shipper = self.shipper()
        container = shipper.dockerd.run("app", http_url=receiver.url)
        container.write_numbered(100)
        wait_until(lambda: "404" in shipper.log(), 30, "a word about 404")
        self.assertEqual(len(shipper.dead_letters()), 0)

    def test_over_kills_of_the_plugin(self):
        receiver = self.receiver()
        shipper = self.shipper()
        talker = Talker(shipper.dockerd.run("app", http_url=receiver.url))
        for number in range(30):
            wait_until(lambda n=number: len(receiver.received()) > n, 30, "a request")
            shipper.kill()
            shipper.start()
        self.assert_received(receiver, talker.finish())


class BothTest(DeliveryCase, WebhookCase):
    def test_both_at_once(self):
        self.mapped_index()
        receiver = self.receiver()
        container = self.run_container(self.shipper(), http_url=receiver.url)
        container.write_numbered(5000)
        container.stop()
        self.assert_indexed(self.client, self.index, container.written)
        self.assert_received(receiver, container.written)

    def test_a_dead_webhook_delays_nobody_and_gets_all_later(self):
        self.mapped_index()
        port = free_port()
        container = self.run_container(self.shipper(), http_url=f"http://127.0.0.1:{port}/hook")
        container.write_numbered(5000)
        self.assert_indexed(self.client, self.index, container.written)
        container.stop()
        self.assert_received(self.receiver(port=port), container.written)

    def test_a_dead_server_delays_nobody_and_gets_all_later(self):
        self.mapped_index()
        receiver = self.receiver()
        shipper = self.shipper()
        container = self.run_container(shipper, http_url=receiver.url)
        self.server.kill()
        try:
            container.write_numbered(5000)
            self.assert_received(receiver, container.written)
            container.stop()
            shipper.kill()
            shipper.start()
        finally:
            self.server.start()
        self.assert_indexed(self.client, self.index, container.written)


if __name__ == "__main__":
    unittest.main(verbosity=2)
