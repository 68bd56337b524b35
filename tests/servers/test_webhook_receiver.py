"""That the receiver remembers every request and misbehaves as told."""

import gzip
import http.client
import socket
import time
import unittest

import webhook_receiver as behaviours
from servers import Authority, Client, WebhookReceiver, new_folder


class WebhookReceiverTest(unittest.TestCase):
    def setUp(self):
        self.receiver = self.enterContext(WebhookReceiver())
        self.client = Client(self.receiver.url, timeout=2)

    def post(self, behaviour):
        self.receiver.behave = lambda number, request: behaviour
        return self.client.request("POST", "/hook", b'{"n":1}\n')

    def test_remembers(self):
        self.assertEqual(self.post(behaviours.accept).status, 200)
        self.client.request("PUT", "/other", gzip.compress(b'[{"n":2}]'), {"Content-Encoding": "gzip", "X-Key": "k"})
        first, second = self.receiver.accepted()
        self.assertEqual((first.method, first.path, first.documents()), ("POST", "/hook", [{"n": 1}]))
        self.assertEqual((second.method, second.documents(), second.headers["X-Key"]), ("PUT", [{"n": 2}], "k"))

    def test_answers_with_errors(self):
        self.assertEqual(self.post(behaviours.fail).status, 500)
        reply = self.post(behaviours.too_many(retry_after=7))
        self.assertEqual((reply.status, reply.headers["Retry-After"]), (429, "7"))
        self.assertIn(b"<html>", self.post(behaviours.html()).body)
        self.assertEqual((len(self.receiver.received()), len(self.receiver.accepted())), (3, 0))

    def test_closes(self):
        with self.assertRaises((OSError, http.client.RemoteDisconnected)):
            self.post(behaviours.close_at_once)
        with self.assertRaises(http.client.IncompleteRead):
            self.post(behaviours.close_in_mid_answer)

    def test_stalls_and_drips(self):
        with self.assertRaises(socket.timeout):
            self.post(behaviours.stall)
        begin = time.monotonic()
        self.assertEqual(len(self.post(behaviours.drip(pause=0.02, length=20)).body), 20)
        self.assertGreater(time.monotonic() - begin, 0.3)

    def test_answers_at_length(self):
        self.assertEqual(len(self.post(behaviours.huge(1 << 26)).body), 1 << 26)

    def test_speaks_tls(self):
        authority = Authority(new_folder("authority"))
        with WebhookReceiver(authority=authority) as receiver:
            reply = Client(receiver.url, ca=authority.ca).request("POST", "/hook", b"x")
        self.assertEqual(reply.status, 200)


if __name__ == "__main__":
    unittest.main(verbosity=2)
