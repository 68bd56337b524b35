"""Containers that write lines whose every one is known, and what is to be said when they do not come back."""

import pathlib
import re

from engine import IMAGE, wait_until

# Writes numbered lines in bursts until /ctl/stop is there or SIGTERM comes. /ctl/at.RUN has the number of a line
# that was surely written, /ctl/count.RUN the number of all, written at the end of the run.
WRITER = r"""
run=1
while [ -e /ctl/at.$run ]; do run=$((run + 1)); done
i=0
echo 0 > /ctl/at.$run
# Never between counting a line and writing it.
over=
trap 'over=1' TERM
while [ ! -e /ctl/stop ] && [ -z "$over" ]; do
  n=0
  while [ $n -lt $1 ]; do
    i=$((i + 1))
    n=$((n + 1))
    echo "run $run line $i $2"
  done
  echo $i > /ctl/at.$run
  usleep $3
done
echo $i > /ctl/count.$run
"""


def split_lines(output):
    """The lines of docker logs, without their ends. The output must end with a whole line."""
    if not output:
        return []
    assert output.endswith(b"\n"), f"cut line at the end: {output[-80:]!r}"
    return output[:-1].split(b"\n")


def describe_difference(got, want):
    """Where two lists of lines part, short enough to read."""
    if got == want:
        return ""
    same = next((i for i, (a, b) in enumerate(zip(got, want)) if a != b), min(len(got), len(want)))
    got_set, want_set = set(got), set(want)
    lost = [line for line in want if line not in got_set]
    alien = [line for line in got if line not in want_set]
    return (f"{len(got)} lines, not {len(want)}; the first difference is at line {same + 1}: "
            f"{[line[:80] for line in got[same:same + 2]]} instead of {[line[:80] for line in want[same:same + 2]]}; "
            f"{len(lost)} lost {[line[:60] for line in lost[:3]]}, {len(got) - len(got_set)} twice, "
            f"{len(alien)} unknown {[line[:60] for line in alien[:3]]}")


class Writer:
    """A container that goes on writing numbered lines until it is told to stop."""

    def __init__(self, engine, name, driver, burst=20, pause_us=5000, text="", options=()):
        self.engine = engine
        self.name = name
        self.text = text
        self.control = engine.folder / f"ctl-{name}"
        self.control.mkdir()
        (self.control / "writer.sh").write_text(WRITER)
        engine.docker("run", "--detach", "--name", name, *driver, *options, "--volume", f"{self.control}:/ctl",
                      IMAGE, "sh", "/ctl/writer.sh", burst, text, pause_us)

    def _read(self, name):
        """The number in a file of the writer's; -1 where there is none yet. Waits while it is being rewritten."""
        path = self.control / name
        if not path.exists():
            return -1
        return int(wait_until(path.read_text, 20, f"a number in {path}"))

    def runs(self):
        return len(list(self.control.glob("at.*")))

    def at(self, run=None):
        """The number of a line that was surely written."""
        return self._read(f"at.{run or self.runs() or 1}")

    def wait_beyond(self, line, timeout=30, run=None):
        wait_until(lambda: self.at(run) > line, timeout, f"container {self.name} writes line {line}")

    def wait_progress(self, lines=200, timeout=30):
        self.wait_beyond(self.at() + lines, timeout)

    def count(self, run):
        return self._read(f"count.{run}")

    def finish(self, timeout=30):
        """Lets the container end by itself and returns the lines it wrote, of all runs."""
        (self.control / "stop").touch()
        self.engine.wait_exited(self.name, timeout)
        return self.expected()

    def expected(self):
        lines = []
        for run in range(1, self.runs() + 1):
            count = self.count(run)
            assert count >= 0, f"run {run} of {self.name} did not say how many lines it wrote"
            lines += [f"run {run} line {i} {self.text}".encode() for i in range(1, count + 1)]
        return lines


def numbers_of(lines, run):
    """The line numbers of one run, in the order in which they came."""
    pattern = re.compile(rb"run %d line (\d+)\b" % run)
    return [int(match[1]) for match in map(pattern.match, lines) if match]


def put_file(engine, name, content):
    """Writes a file for containers to read; returns docker's --volume argument for /in."""
    path = pathlib.Path(engine.folder) / name
    path.write_bytes(content)
    return f"{path}:/in:ro"
