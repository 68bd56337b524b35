#!/usr/bin/env python3
"""How many lines a second one container can write on a real Docker Engine, with tailrace and with json-file, in turn,
in one run; and that each of tailrace's lines is there. The plugin's folder is TAILRACE_PLUGIN_DIR (build/plugin).

usage: engine_rate.py [lines] [rounds]"""

import datetime
import os
import statistics
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "dockerd"))

from engine import Engine, IMAGE  # noqa: E402
from plugin import Plugin  # noqa: E402

LINE = "INFO request served method=GET path=/api/v1/orders/4711 status=200 bytes=5123 duration=12ms user=anna session=6f1c"
HISTORY = ("--log-opt", "max-size=1g", "--log-opt", "max-file=5")


def seconds(engine, name):
    started, finished = (
        datetime.datetime.fromisoformat(engine.text("inspect", "--format", "{{.State.%s}}" % field, name)[:26])
        for field in ("StartedAt", "FinishedAt")
    )
    return (finished - started).total_seconds()


def run(engine, driver, lines, number):
    name = f"rate-{driver}-{number}"
    command = f"yes '{LINE}' | head -n {lines}"
    engine.docker("run", "--detach", "--name", name, "--network", "none", "--log-driver", driver, *HISTORY, IMAGE,
                  "sh", "-c", command)
    engine.wait_exited(name, timeout=300)
    rate = lines / seconds(engine, name)
    if driver == "tailrace":
        output = engine.logs(name, timeout=300)[0]
        assert output.count(b"\n") == lines, f"{output.count(bytes([10]))} of {lines} lines came back"
    engine.docker("rm", name)
    return rate


def main():
    lines = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    engine = Engine()
    try:
        engine.start()
        engine.import_busybox()
        Plugin(engine).create().enable()
        rates = {"json-file": [], "tailrace": []}
        for number in range(rounds):
            for driver, measured in rates.items():
                measured.append(run(engine, driver, lines, number))
        ratios = [ours / theirs for ours, theirs in zip(rates["tailrace"], rates["json-file"])]
        for driver, measured in rates.items():
            print(f"{driver:10} {statistics.median(measured):10.0f} lines/s (median of {rounds})")
        print(f"tailrace / json-file, pair by pair: median {statistics.median(ratios):.2f}, "
              f"from {min(ratios):.2f} to {max(ratios):.2f}")
    finally:
        engine.close()


if __name__ == "__main__":
    main()
