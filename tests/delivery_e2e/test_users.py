"""Servers with users: a role that may write and nothing else, and a password that is wrong until it is mended."""

import unittest

from delivery_case import ShippingTest, needs_delivery
from servers import Authority, OpenSearch, new_folder, wait_until

from case import ready

PASSWORD = "a-Long-1-Secret-that-nobody-guesses"
HELD_SECONDS = 120
ROLE_CLUSTER = ["indices:data/write/bulk"]
ROLE_INDEX = ["indices:data/write/index", "indices:data/write/bulk*", "indices:admin/create",
              "indices:admin/mapping/put"]


@needs_delivery
class UsersTest(ShippingTest):
    @classmethod
    def setUpClass(cls):
        cls.server = OpenSearch(authority=Authority(new_folder("authority")))
        cls.addClassCleanup(cls.server.kill)
        ready(cls.server)
        cls.client = cls.server.client
        cls.client.put_role("shipper", ROLE_CLUSTER, {"logs-*": ROLE_INDEX})
        cls.client.put_user("shipper", PASSWORD, "shipper")

    def run_container(self, shipper, index, **options):
        return shipper.dockerd.run("app", es_url=self.server.url, es_user="shipper", es_index=index,
                                   es_ca_file=str(self.server.authority.ca), **options)

    def test_the_right_to_write_is_enough(self):
        container = self.run_container(self.shipper(), "logs-written", es_password=PASSWORD)
        container.write_numbered(1000)
        container.stop()
        self.assert_indexed(self.client, "logs-written", container.written)

    def test_a_wrong_password_is_told_and_can_be_mended(self):
        file = new_folder("secret") / "password"
        file.write_text("wrong\n")
        shipper = self.shipper()
        container = self.run_container(shipper, "logs-mended", es_password_file=str(file))
        container.write_numbered(500)
        wait_until(lambda: "401" in shipper.log(), 30, "a word about 401")
        file.write_text(PASSWORD + "\n")
        container.write_numbered(500)
        container.stop()
        self.assert_indexed(self.client, "logs-mended", container.written, timeout=HELD_SECONDS)
        self.assertEqual(shipper.dead_letters(), [])
        self.assertNotIn(PASSWORD, shipper.log())

    def test_an_index_that_is_not_the_users_holds_only_its_container(self):
        shipper = self.shipper()
        other = self.run_container(shipper, "elsewhere", es_password=PASSWORD)
        own = self.run_container(shipper, "logs-allowed", es_password=PASSWORD)
        other.write_numbered(200)
        own.write_numbered(1000)
        self.assert_indexed(self.client, "logs-allowed", own.written)
        wait_until(lambda: "security_exception" in shipper.log(), 30, "a word about the refusal")
        self.client.put_role("shipper", ROLE_CLUSTER, {"logs-*": ROLE_INDEX, "elsewhere": ROLE_INDEX})
        self.assert_indexed(self.client, "elsewhere", other.written, timeout=HELD_SECONDS)
        self.assertEqual(shipper.dead_letters(), [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
