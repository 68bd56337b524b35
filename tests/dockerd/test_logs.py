#!/usr/bin/env python3
"""docker logs against what containers wrote. With DRIVER=json-file Docker's own driver passes, too."""

import datetime
import os
import random
import threading
import time
import unittest

from case import EngineCase, seconds_of, wrong_in
from engine import wait_until
from lines import Writer, split_lines

FIVE = [b"line 1", b"line 2", b"line 3", b"line 4", b"line 5"]
# Ten lines that lie far enough apart for their times to differ.
SPACED = "for i in 1 2 3 4 5 6 7 8 9 10; do echo line $i; usleep 30000; done"


def parse_time(stamp):
    """RFC 3339 with nanoseconds, to seconds."""
    head, _, fraction = stamp.decode().rstrip("Z").partition(".")
    moment = datetime.datetime.fromisoformat(head).replace(tzinfo=datetime.timezone.utc)
    return moment.timestamp() + float(f"0.{fraction or 0}")


def in_seconds(seconds):
    moment = datetime.datetime.fromtimestamp(time.time() + seconds, datetime.timezone.utc)
    return moment.isoformat().replace("+00:00", "Z")


class Content(EngineCase):
    """Every byte comes back, whatever the lines look like."""

    def test_both_streams_come_back_apart(self):
        name = self.container("sh", "-c", "for i in 1 2 3; do echo out $i; echo err $i >&2; done", detach=False)
        out, err = self.engine.logs(name)
        self.assert_lines(out, [b"out 1", b"out 2", b"out 3"])
        self.assert_lines(err, [b"err 1", b"err 2", b"err 3"])

    def test_order_across_streams_is_that_of_arrival(self):
        # dockerd reads the two streams apart and takes the time when it reads; a busy one may be late.
        script = "for i in 1 2 3 4 5 6; do echo out $i; usleep 100000; echo err $i >&2; usleep 100000; done"
        name = self.container("sh", "-c", script, detach=False)
        merged = self.engine.text("logs", "--timestamps", name).splitlines()
        merged += self.engine.docker("logs", "--timestamps", name).stderr.decode().splitlines()
        words = [line.split(" ", 1)[1] for line in sorted(merged)]
        self.assertEqual(words, [f"{s} {i}" for i in range(1, 7) for s in ("out", "err")])

    def test_tty_lines_end_in_carriage_return(self):
        name = self.container("sh", "-c", "echo one; echo two >&2; echo three", options=("--tty",))
        self.engine.wait_exited(name)
        out, err = self.engine.logs(name)
        self.assertEqual((out, err), (b"one\r\ntwo\r\nthree\r\n", b""))

    @wrong_in("json-file", "replaces bytes that are not UTF-8")
    def test_binary_bytes(self):
        content = bytes(range(256)) * 40 + random.Random(1).randbytes(300_000)
        name = self.cat(content + b"\n")
        self.assert_bytes(self.engine.logs(name)[0], content + b"\n")

    @wrong_in("local", "forgets the newline behind a line of several pieces")
    def test_long_lines(self):
        sizes = (1, 16382, 16383, 16384, 16385, 32767, 32768, 32769, 40000, 100_000, 1 << 20, 3_000_000)
        content = b"".join(b"%07d" % size + b"x" * (size - 7) + b"\n" for size in sizes)
        name = self.cat(content)
        self.assert_bytes(self.engine.logs(name)[0], content)
        self.assertEqual(max(map(len, content.split(b"\n"))), 3_000_000)

    @wrong_in("local", "forgets the newline behind a line of several pieces")
    def test_long_lines_of_both_streams_at_once_stay_whole(self):
        script = ("a=$(printf %040000d 1); b=$(printf %040000d 2); "
                  "(for i in $(seq 8); do echo $a; done) & (for i in $(seq 8); do echo $b; done >&2); wait")
        name = self.container("sh", "-c", script, detach=False)
        out, err = self.engine.logs(name)
        self.assert_lines(out, [b"%040000d" % 1] * 8)
        self.assert_lines(err, [b"%040000d" % 2] * 8)

    def test_empty_lines(self):
        content = b"\n\na\n\n\nb\n\n"
        self.assert_bytes(self.engine.logs(self.cat(content))[0], content)

    def test_last_line_without_newline(self):
        for number, tail in enumerate((b"tail", b"x" * 16384, b"x" * 32768, b"x" * 20000)):
            with self.subTest(bytes=len(tail)):
                name = self.cat(b"whole\n" + tail, name=f"cut-{number}")
                self.assert_bytes(self.engine.logs(name)[0], b"whole\n" + tail)

    def test_nothing_written(self):
        name = self.container("true", detach=False)
        self.assertEqual(self.engine.logs(name), (b"", b""))

    def test_created_but_never_started(self):
        self.engine.docker("create", "--name", "never", *self.driver, "bb:latest", "true")
        self.assertEqual(self.engine.logs("never"), (b"", b""))

    def test_many_lines(self):
        name = self.container("seq", "1", "300000", detach=False)
        self.assert_lines(self.engine.logs(name)[0], [b"%d" % i for i in range(1, 300_001)])


class Selection(EngineCase):
    """--tail, --since, --until, --timestamps."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.engine.docker("run", "--name", "spaced", *cls.driver, "bb:latest", "sh", "-c", SPACED)
        stamped = split_lines(cls.engine.logs("spaced", "--timestamps")[0])
        cls.stamps = [line.split(b" ", 1)[0].decode() for line in stamped]
        cls.lines = [b"line %d" % i for i in range(1, 11)]

    def select(self, *flags):
        return split_lines(self.engine.logs("spaced", *flags)[0])

    def test_timestamps_are_those_of_writing(self):
        self.assertEqual([line.split(b" ", 1)[1] for line in self.select("--timestamps")], self.lines)
        times = [parse_time(stamp.encode()) for stamp in self.stamps]
        self.assertEqual(times, sorted(set(times)))
        self.assertLess(abs(times[-1] - time.time()), 120)
        self.assertGreater(times[-1] - times[0], 0.25)

    def test_tail(self):
        for tail, want in (("0", []), ("1", self.lines[-1:]), ("4", self.lines[-4:]), ("10", self.lines),
                           ("11", self.lines), ("1000", self.lines), ("all", self.lines)):
            with self.subTest(tail=tail):
                self.assertEqual(self.select("--tail", tail), want)

    def test_since_is_inclusive(self):
        for k in (0, 4, 9):
            with self.subTest(line=k + 1):
                self.assertEqual(self.select("--since", self.stamps[k]), self.lines[k:])

    def test_until_is_inclusive(self):
        for k in (0, 4, 9):
            with self.subTest(line=k + 1):
                self.assertEqual(self.select("--until", self.stamps[k]), self.lines[:k + 1])

    def test_since_and_until(self):
        self.assertEqual(self.select("--since", self.stamps[2], "--until", self.stamps[6]), self.lines[2:7])
        self.assertEqual(self.select("--since", self.stamps[6], "--until", self.stamps[2]), [])

    def test_since_in_the_future_and_until_in_the_past(self):
        self.assertEqual(self.select("--since", in_seconds(3600)), [])
        self.assertEqual(self.select("--until", "2001-01-01T00:00:00Z"), [])

    def test_times_with_an_offset(self):
        moment = datetime.datetime.fromisoformat(self.stamps[4][:26]).replace(tzinfo=datetime.timezone.utc)
        there = moment.astimezone(datetime.timezone(datetime.timedelta(hours=5, minutes=30)))
        self.assertEqual(self.select("--since", there.isoformat()), self.lines[4:])

    def test_relative_since(self):
        self.assertEqual(self.select("--since", "1h"), self.lines)

    def test_tail_first_then_since_and_until(self):
        self.assertEqual(self.select("--tail", "5", "--since", self.stamps[2]), self.lines[5:])
        self.assertEqual(self.select("--tail", "5", "--since", self.stamps[7]), self.lines[7:])
        self.assertEqual(self.select("--tail", "5", "--until", self.stamps[6]), self.lines[5:7])
        self.assertEqual(self.select("--tail", "2", "--until", self.stamps[3]), [])

    def test_tail_counts_both_streams(self):
        name = self.container("sh", "-c", "echo a; usleep 100000; echo b >&2; usleep 100000; echo c", detach=False)
        self.assertEqual(self.engine.logs(name, "--tail", "2"), (b"c\n", b"b\n"))


class Life(EngineCase):
    """Running, stopped, restarted, removed containers, and many at once."""

    def test_running_container_shows_what_it_has_written(self):
        name = self.container("sh", "-c", "echo first; echo second; exec sleep 60")
        wait_until(lambda: self.engine.logs(name)[0].count(b"\n") == 2, 10, "two lines")
        self.assert_lines(self.engine.logs(name)[0], [b"first", b"second"])
        self.assertEqual(self.engine.state(name), "running")

    def test_line_is_there_as_soon_as_it_is_written(self):
        writer = Writer(self.engine, "fresh", self.driver, burst=50, pause_us=1000)
        for _ in range(10):
            writer.wait_progress(50)
            written = writer.at()
            lines = split_lines(self.engine.logs("fresh")[0])
            self.assertGreaterEqual(len(lines), written)
        want = writer.finish()
        self.assert_lines(self.engine.logs("fresh")[0], want)

    def test_open_line_of_a_running_container(self):
        name = self.container("sh", "-c", "echo whole; printf open; sleep 1; echo ' and closed'; exec sleep 60")
        wait_until(lambda: b"closed" in self.engine.logs(name)[0], 10, "the end of the line")
        self.assert_lines(self.engine.logs(name)[0], [b"whole", b"open and closed"])

    def test_restarted_container_shows_all_runs_in_order(self):
        name = self.container("sh", "-c", "echo a; echo b", detach=False)
        for _ in range(2):
            self.engine.docker("start", "--attach", name)
        self.assert_lines(self.engine.logs(name)[0], [b"a", b"b"] * 3)
        self.assert_lines(self.engine.logs(name, "--tail", "3")[0], [b"b", b"a", b"b"])

    def test_open_line_at_the_end_of_a_run(self):
        name = self.container("sh", "-c", "printf cut", detach=False)
        self.engine.docker("start", "--attach", name)
        out = self.engine.logs(name)[0]
        self.assertEqual(out.replace(b"\n", b""), b"cutcut")

    def test_restart_policy_shows_each_run(self):
        name = self.container("sh", "-c", "echo up; exit 3", options=("--restart", "on-failure:2"))
        wait_until(lambda: self.engine.text("inspect", "--format", "{{.RestartCount}}", name) == "2", 30,
                   "two restarts")
        self.engine.wait_exited(name)
        self.assert_lines(self.engine.logs(name)[0], [b"up"] * 3)

    def test_docker_restart_of_a_writer(self):
        writer = Writer(self.engine, "again", self.driver)
        writer.wait_beyond(100)
        self.engine.docker("restart", "again")
        wait_until(lambda: writer.runs() == 2, 20, "the second run")
        writer.wait_beyond(100, run=2)
        want = writer.finish()
        self.assertGreater(writer.count(1), 100)
        self.assertGreater(writer.count(2), 100)
        self.assert_lines(self.engine.logs("again")[0], want)

    def test_rm_of_a_stopped_container(self):
        name = self.container("echo", "hello", detach=False)
        self.assert_lines(self.engine.logs(name)[0], [b"hello"])
        self.engine.docker("rm", name, timeout=10)
        self.assertNotEqual(self.engine.docker("logs", name, check=False).returncode, 0)

    def test_rm_of_a_running_writer_ends_its_followers(self):
        def measure(number):
            name = f"gone-{number}"
            writer = Writer(self.engine, name, self.driver)
            follower = self.engine.spawn("logs", "--follow", name, stdout=-1, stderr=-3)
            self.addCleanup(follower.kill)
            writer.wait_beyond(200)
            self.assertEqual(follower.stdout.readline(), b"run 1 line 1 \n")
            seconds = seconds_of(lambda: self.engine.docker("rm", "--force", name, timeout=20))
            out, _ = follower.communicate(timeout=20)
            self.assertGreater(out.count(b"\n"), 100)
            return {"rm": seconds}

        self.assert_quick(measure, 2)

    def test_auto_removed_container(self):
        result = self.engine.docker("run", "--rm", *self.driver, "bb:latest", "echo", "short")
        self.assertEqual(result.stdout, b"short\n")

    def test_twenty_containers_at_once(self):
        problems = []

        def one(number):
            try:
                name = f"crowd-{number}"
                self.container("sh", "-c", f"for i in $(seq 1 500); do echo {number} line $i; done", name=name,
                               detach=False, timeout=120)
                self.assert_lines(self.engine.logs(name)[0], [b"%d line %d" % (number, i) for i in range(1, 501)])
            except Exception as problem:  # pylint: disable=broad-except
                problems.append(problem)

        threads = [threading.Thread(target=one, args=(number,)) for number in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(problems, [])


class Follow(EngineCase):
    """docker logs --follow: nothing lost or twice between history and what comes, and an end."""

    def follow(self, name, *flags):
        process = self.engine.spawn("logs", "--follow", *flags, name, stdout=-1, stderr=-3)
        self.addCleanup(process.kill)
        return process

    def test_follows_from_the_middle_to_the_stop(self):
        writer = Writer(self.engine, "middle", self.driver, burst=100, pause_us=2000)
        writer.wait_beyond(500)
        followers = [self.follow("middle") for _ in range(3)]
        writer.wait_progress(2000)
        want = writer.finish()
        for follower in followers:
            out, _ = follower.communicate(timeout=10)
            self.assert_lines(out, want)

    def test_tail_0_shows_only_what_comes(self):
        writer = Writer(self.engine, "tail0", self.driver)
        writer.wait_beyond(200)
        follower = self.follow("tail0", "--tail", "0")
        first = follower.stdout.readline().rstrip(b"\n")
        writer.wait_progress(200)
        want = writer.finish()
        out, _ = follower.communicate(timeout=10)
        self.assertGreater(want.index(first), 100)
        self.assert_lines(first + b"\n" + out, want[want.index(first):])

    def test_follows_from_an_empty_start(self):
        name = self.container("sh", "-c", "while [ ! -e /tmp/go ]; do usleep 10000; done; echo one; echo two")
        follower = self.follow(name)
        self.assertEqual(self.engine.logs(name)[0], b"")
        self.engine.docker("exec", name, "touch", "/tmp/go")
        out, _ = follower.communicate(timeout=20)
        self.assert_lines(out, [b"one", b"two"])

    def test_line_reaches_a_follower_at_once(self):
        # The container holds both ends of the pipe. Opened for each line, it would have ends of its own: one that is
        # opened again before the writer here has closed reads an empty line.
        name = self.container("sh", "-c", "exec 3<>/tmp/p; while read line <&3; do echo $line; done",
                              options=("--volume", f"{self.make_pipe()}:/tmp/p"))
        follower = self.follow(name)

        def measure(number):
            started = time.monotonic()
            self.pipe.write_text(f"word {number}\n")
            self.assertEqual(follower.stdout.readline(), b"word %d\n" % number)
            return {"line": time.monotonic() - started}

        measure(0)  # This one waits for the client to start.
        # It is 0.3 ms on an idle machine. Who polls, as each 500 ms a reader looks whether its client has gone, is never
        # this quick, for the next word comes when he has just looked.
        self.assert_quick(lambda number: measure(number + 1), 0.1, tries=20)
        self.engine.docker("kill", name)
        follower.communicate(timeout=20)

    def make_pipe(self):
        self.pipe = self.engine.folder / "pipe"
        os.mkfifo(self.pipe)
        return self.pipe

    def test_ends_when_until_passes(self):
        writer = Writer(self.engine, "until", self.driver)
        writer.wait_beyond(20)
        started = time.monotonic()
        out, _ = self.follow("until", "--until", in_seconds(2)).communicate(timeout=30)
        self.assertLess(time.monotonic() - started, 10)
        self.assertEqual(self.engine.state("until"), "running")
        want = writer.finish()
        got = split_lines(out)
        self.assertGreater(len(got), 20)
        self.assertEqual(got, want[:len(got)])

    def test_of_a_stopped_container_ends_by_itself(self):
        name = self.container("sh", "-c", "echo a; echo b", detach=False)
        out, _ = self.follow(name).communicate(timeout=10)
        self.assert_lines(out, [b"a", b"b"])

    def test_docker_stop_with_followers_is_quick(self):
        def measure(number):
            name = self.container("sh", "-c", "trap exit TERM; echo up; while :; do usleep 10000; done",
                                  name=f"stop-{number}")
            followers = [self.follow(name) for _ in range(5)]
            for follower in followers:
                self.assertEqual(follower.stdout.readline(), b"up\n")
            seconds = seconds_of(lambda: self.engine.docker("stop", name))
            for follower in followers:
                follower.communicate(timeout=20)
            return {"stop": seconds}

        self.assert_quick(measure, 2)

    @wrong_in("json-file", "drops what a slow follower has not read when the container ends")
    def test_slow_reader_gets_everything(self):
        name = self.container("sh", "-c", "seq 1 200000; exec sleep 60")
        follower = self.follow(name)
        wait_until(lambda: self.engine.logs(name, "--tail", "1")[0] == b"200000\n", 30, "the last line")
        time.sleep(1)  # Nobody reads: every buffer between spool and terminal is full by now.
        self.engine.docker("kill", name)
        out, _ = follower.communicate(timeout=30)
        self.assert_lines(out, [b"%d" % i for i in range(1, 200_001)])


if __name__ == "__main__":
    unittest.main(verbosity=2)
