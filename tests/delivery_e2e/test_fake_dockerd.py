"""That the fake dockerd speaks as the real one: what it writes comes back by docker logs."""

import unittest

from delivery_case import ShippingTest
from fake_dockerd import CHUNK_BYTES, frames


class FakeDockerdTest(ShippingTest):
    def test_cuts_lines_as_dockerd_does(self):
        self.assertEqual(frames(b"stdout", 1, b"a"), [b"\0\0\0\x0d\x0a\x06stdout\x10\x01\x1a\x01a"])
        self.assertEqual(len(frames(b"stdout", 1, b"a" * (CHUNK_BYTES - 1))), 1)
        self.assertEqual(len(frames(b"stdout", 1, b"a" * CHUNK_BYTES)), 2)
        self.assertEqual(len(frames(b"stdout", 1, b"a" * (2 * CHUNK_BYTES + 1))), 3)

    def test_what_is_written_is_read_back(self):
        shipper = self.shipper()
        container = shipper.dockerd.run("app")
        container.write("one", "x" * (CHUNK_BYTES * 3 + 7), "x" * (CHUNK_BYTES * 2), "end")
        container.stop()
        answer = container.logs()
        self.assertEqual(answer.count(b"x"), CHUNK_BYTES * 5 + 7)
        self.assertIn(b"one\n", answer)
        self.assertIn(b"end\n", answer)


if __name__ == "__main__":
    unittest.main(verbosity=2)
