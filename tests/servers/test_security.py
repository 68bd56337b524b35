"""That OpenSearch's TLS, users and roles work as the tests of delivery need them."""

import ssl
import unittest

from case import ServerCase
from servers import Authority, OpenSearch, creates, new_folder

SHIPPER_CLUSTER = ["indices:data/write/bulk"]
SHIPPER_INDEX = ["indices:data/write/index", "indices:data/write/bulk*", "indices:admin/create",
                 "indices:admin/mapping/put"]
PASSWORD = "a-Long-1-Secret-that-nobody-guesses"


class SecureOpenSearchTest(ServerCase):
    @classmethod
    def make_server(cls):
        return OpenSearch(authority=Authority(new_folder("authority")))

    def test_says_401_in_plain_text(self):
        reply = self.server.client_as("admin", "wrong").bulk(creates({"a": {"n": 1}}, "any"))
        self.assertEqual((reply.status, reply.body), (401, b"Unauthorized"))
        self.assertTrue(reply.headers["Content-Type"].startswith("text/plain"))
        self.assertTrue(reply.headers["WWW-Authenticate"].startswith("Basic"))

    def test_lets_a_role_write_to_its_own_indices_only(self):
        self.client.put_role("shipper", SHIPPER_CLUSTER, {"logs-*": SHIPPER_INDEX})
        self.client.put_user("shipper", PASSWORD, "shipper")
        shipper = self.server.client_as("shipper", PASSWORD)
        body = creates({"a": {"n": 1}}, "logs-own") + creates({"a": {"n": 1}}, "else")
        reply = shipper.bulk(body)
        self.assertEqual(reply.status, 200)
        own, other = (item["create"] for item in reply.json()["items"])
        self.assertEqual(own["status"], 201)
        self.assertEqual((other["status"], other["error"]["type"]), (403, "security_exception"))
        self.assertEqual(shipper.request("GET", "/").status, 403)
        self.assertEqual(self.client.count("logs-own"), 1)

    def test_shows_a_certificate_of_its_authority(self):
        stranger = Authority(new_folder("stranger"), "stranger")
        with self.assertRaises(ssl.SSLCertVerificationError):
            type(self.client)(self.server.url, ca=stranger.ca).request("GET", "/")


if __name__ == "__main__":
    unittest.main(verbosity=2)
