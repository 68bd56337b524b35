"""Instructions a line needs at each step of its way, by callgrind: a change of more than 5 % fails, in either direction,
so that the file beside this one always says what is true. `--write` writes it anew."""

import json
import os
import pathlib
import re
import subprocess
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
FILE = HERE / "instructions.json"
BENCH = os.environ.get("TAILRACE_INSTRUCTION_BENCH", "")
LINES = 40_000
TOLERANCE = 0.05
STEPS = {
    "intake": "tailrace::StreamWriter::Move*",
    "feed and encode": "tailrace::Feeder::FillNew*",
    "gzip": "tailrace::GzipCompressor::Compress*",
    "docker logs": "tailrace::LogReader::Next*",
}


def instructions(function, line_bytes):
    """User-space instructions of that function and of what it calls, a line."""
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", f"--toggle-collect={function}",
               BENCH, f"lines={LINES}", f"bytes={line_bytes}"]
    run = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False, timeout=600)
    found = re.search(r"Collected : (\d+)", run.stderr)
    if run.returncode != 0 or not found:
        raise RuntimeError(f"callgrind failed: {run.stderr[-2000:]}")
    return int(found.group(1)) / LINES


def measure():
    return {f"{step}, {size} B": round(instructions(function, size), 1)
            for size in (120, 1024) for step, function in STEPS.items()}


class InstructionsTest(unittest.TestCase):
    def test_a_line_costs_what_the_file_says(self):
        want = json.loads(FILE.read_text())
        got = measure()
        self.assertEqual(set(got), set(want))
        for step, count in got.items():
            print(f"{step:24} {count:8.1f} instructions a line, {want[step]} in {FILE.name}")
        wrong = {step: count for step, count in got.items() if abs(count - want[step]) > TOLERANCE * want[step]}
        self.assertFalse(wrong, f"more than 5 % from {FILE.name}; if that is meant, write it anew with --write")


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        FILE.write_text(json.dumps(measure(), indent=2) + "\n")
    else:
        unittest.main(verbosity=2)
