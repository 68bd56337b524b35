#!/usr/bin/env python3
"""Text that nobody wrote for a test goes through a container and comes back byte for byte."""

import gzip
import pathlib
import subprocess
import unittest

from case import EngineCase, wrong_in

BYTES_MAX = 8 << 20  # A file; more would test the disk.
FILES_MAX = 40
PROGRAM = """
#include <map>
#include <string>
#include <vector>
int main() { std::map<std::string, std::vector<int>> m; m.emplace(1, "x").first->nothing(); return m < 3; }
"""


def readable(path):
    try:
        return path.is_file() and path.stat().st_size > 0 and path.read_bytes()[:BYTES_MAX]
    except OSError:
        return b""


def machine_logs():
    return {str(path): content for path in sorted(pathlib.Path("/var/log").rglob("*"))
            if (content := readable(path))}


def changelogs():
    """The largest ones: decades of text by many hands."""
    paths = sorted(pathlib.Path("/usr/share/doc").glob("*/changelog*.gz"), key=lambda path: -path.stat().st_size)
    return {str(path): gzip.decompress(path.read_bytes())[:BYTES_MAX] for path in paths[:FILES_MAX // 2]}


def programs():
    """No text at all."""
    return {path: pathlib.Path(path).read_bytes()[:1 << 20] for path in ("/bin/bash", "/usr/bin/env")}


class RealLogs(EngineCase):
    def assert_come_back(self, files):
        self.assertGreater(len(files), 0, "no files, so nothing is tested")
        for number, (path, content) in enumerate(list(files.items())[:FILES_MAX]):
            with self.subTest(file=path, bytes=len(content)):
                self.assertGreater(len(content), 0)
                name = self.cat(content, name=f"c-{self._testMethodName[5:].replace('_', '-')}-{number}")
                self.assert_bytes(self.engine.logs(name)[0], content)

    @wrong_in("json-file", "replaces bytes that are not UTF-8")
    def test_logs_of_this_machine(self):
        self.assert_come_back(machine_logs())

    @wrong_in("json-file", "replaces bytes that are not UTF-8")
    def test_changelogs(self):
        self.assert_come_back(changelogs())

    @wrong_in("json-file", "replaces bytes that are not UTF-8")
    def test_programs(self):
        self.assert_come_back(programs())

    def test_compiler_output(self):
        command = ["g++", "-std=c++20", "-fdiagnostics-color=always", "-x", "c++", "-", "-o", "/dev/null"]
        result = subprocess.run(command, input=PROGRAM.encode(), capture_output=True, check=False)
        self.assertNotEqual(result.returncode, 0)
        self.assertIn(b"\x1b[", result.stderr)
        self.assert_come_back({"g++": result.stderr})

    def test_output_of_a_running_process_table(self):
        output = subprocess.run(["ps", "auxww"], capture_output=True, check=True).stdout
        self.assert_come_back({"ps": output})


if __name__ == "__main__":
    unittest.main(verbosity=2)
