"""That nginx stands in front of a server as a proxy that ends TLS, is slow or turns requests away."""

import time
import unittest

from servers import Authority, Client, Nginx, WebhookReceiver, new_folder, wait_until
from webhook_receiver import answer


class NginxTest(unittest.TestCase):
    def setUp(self):
        self.receiver = self.enterContext(WebhookReceiver())

    def test_ends_tls(self):
        authority = Authority(new_folder("authority"))
        with Nginx(self.receiver.port, authority=authority) as proxy:
            reply = Client(proxy.url, ca=authority.ca).request("POST", "/hook", b"{}\n")
        self.assertEqual(reply.status, 200)
        self.assertEqual(self.receiver.received()[0].body, b"{}\n")

    def test_turns_away_what_comes_too_fast(self):
        for status in (429, 503):
            with Nginx(self.receiver.port, requests="1r/s", reject_status=status) as proxy:
                client = Client(proxy.url)
                statuses = [client.request("POST", "/", b"{}\n").status for _ in range(5)]
                self.assertEqual(statuses[0], 200)
                self.assertIn(status, statuses)
                wait_until(lambda: proxy.statuses().get(status) == statuses.count(status), 5, "all are in its log")

    def test_answers_slowly(self):
        self.receiver.behave = lambda number, request: answer(200, b"x" * 3000)
        with Nginx(self.receiver.port, answer_rate="1000") as proxy:
            begin = time.monotonic()
            reply = Client(proxy.url).request("POST", "/", b"{}\n")
        self.assertEqual(len(reply.body), 3000)
        self.assertGreater(time.monotonic() - begin, 1)

    def test_refuses_large_bodies_in_html(self):
        with Nginx(self.receiver.port, body_max="1k") as proxy:
            reply = Client(proxy.url).request("POST", "/", b"x" * 2000)
        self.assertEqual(reply.status, 413)
        self.assertIn(b"<html>", reply.body)
        self.assertEqual(self.receiver.received(), [])

    def test_says_bad_gateway_without_a_server_behind(self):
        with Nginx(self.receiver.port) as proxy:
            self.receiver.stop()
            self.assertEqual(Client(proxy.url).request("POST", "/", b"{}\n").status, 502)


if __name__ == "__main__":
    unittest.main(verbosity=2)
