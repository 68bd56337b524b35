#!/usr/bin/env python3
"""From containers of a real engine to a real OpenSearch and to webhooks: each line arrives once, whatever happens to
the plugin meanwhile, and no docker command waits for a destination."""

import statistics
import time
import unittest

from case import LONG, needs_plugin, seconds_of
from delivery_case import DeliveryCase, log_opts, messages, wait_until
from engine import IMAGE
from registry import Registry

from servers import Authority, free_port, new_folder

KILLS = 30 if LONG else 6
STOPS = 10
QUICK_SECONDS = 2.0  # A command that waits for the server takes longer, each time.
WATCH_SECONDS = 35  # A little more than it takes until the plugin says the same thing again.
# Enough to be read back by docker logs, whatever a busy writer writes meanwhile.
HISTORY = log_opts(max_size="50m", max_file=20)


@needs_plugin
class Shipping(DeliveryCase):
    def test_documents_bring_the_container_s_facts(self):
        name = self.container(
            "sh", "-c", "echo hello; echo there >&2", name="facts", detach=False,
            options=("--label", "com.example.team=blue", "--label", "other=x", "--env", "STAGE=test",
                     *self.to_opensearch(tag="{{.Name}}/{{.ImageName}}", labels="com.example.team", env="STAGE")))
        self.assert_indexed([b"hello", b"there"])
        for source in self.client.sources(self.index):
            self.assertEqual(source["stream"], {"hello": "stdout", "there": "stderr"}[source["message"]])
            self.assertEqual(source["container"], {
                "id": self.engine.text("inspect", "--format", "{{.Id}}", name), "name": name, "runtime": "docker",
                "image": {"name": "bb", "tag": ["latest"]}, "labels": {"com_example_team": "blue"}})
            self.assertEqual(source["labels"], {"STAGE": "test"})
            self.assertEqual(source["tags"], [f"{name}/{IMAGE}"])

    def test_lines_are_searchable_within_two_seconds(self):
        writer = self.writer("soon", self.to_opensearch(), burst=1, pause_us=100_000)
        wait_until(lambda: self.client.count(self.index) > 0, 60, "the index")
        seen = []
        for _ in range(7):
            at, started = writer.at() + 1, time.monotonic()
            wait_until(lambda n=at: self.found() >= n, 20, f"line {at} is found")
            seen.append(time.monotonic() - started)
        self.assert_indexed(writer.finish())
        print(f"searchable after {statistics.median(seen):.2f} s (median), {max(seen):.2f} s at most")
        self.assertLess(statistics.median(seen), 2)

    def found(self):
        """By a search as it comes, which the server refreshes once a second."""
        return self.client.must("GET", f"/{self.index}/_count")["count"]

    def test_both_kinds_of_destination_at_once_and_a_second_of_a_kind(self):
        receiver, audit = self.receiver(), self.receiver()
        lines = [b"line %d of a good many" % i for i in range(30_000)] + [b"long " + b"x" * 50_000]
        name = self.cat(b"\n".join(lines) + b"\n", options=(
            *HISTORY, *self.to_opensearch(http_url=receiver.url, **{"http.audit_url": audit.url})))
        self.assert_indexed(lines)
        self.assert_received(receiver, lines)
        self.assert_received(audit, lines)
        self.assert_lines(self.engine.logs(name)[0], lines)

    def test_default_for_all_containers_by_plugin_set(self):
        self.plugin.disable("--force")
        self.plugin.set(f"TAILRACE_ES_URL={self.server.url}", f"TAILRACE_ES_INDEX={self.index}")
        self.plugin.enable()
        self.addCleanup(self.reset, "TAILRACE_ES_URL=", "TAILRACE_ES_INDEX=")
        self.container("echo", "by default", name="plain", detach=False)
        self.container("echo", "elsewhere", name="own", detach=False, options=log_opts(es_index="own-index"))
        self.assert_indexed([b"by default"])
        self.assert_indexed([b"elsewhere"], "own-index")

    def reset(self, *settings):
        self.plugin.disable("--force")
        self.plugin.set(*settings)
        self.plugin.enable()

    def test_certificate_and_secret_from_the_files_mount(self):
        folder = new_folder("files")
        authority = Authority(folder / "authority")
        (folder / "token").write_text("open sesame\n")
        receiver = self.receiver(authority=authority)
        self.reset(f"files.source={folder}")
        self.addCleanup(self.reset, "files.source=/etc/ssl/certs")
        self.container("echo", "behind TLS", detach=False, options=log_opts(
            http_url=receiver.url, http_bearer_file="/files/token", http_ca_file="/files/authority/ca.pem"))
        self.assert_received(receiver, [b"behind TLS"])
        self.assertEqual({request.headers["Authorization"] for request in receiver.received()}, {"Bearer open sesame"})
        self.assertNotIn("open sesame", self.engine.log())


class UnderLoad(DeliveryCase):
    """A busy container for OpenSearch and one for both kinds of destination."""

    def setUp(self):
        super().setUp()
        self.hook = self.receiver()

    def start_writers(self):
        self.busy = self.writer(f"busy-{self.index}", [*HISTORY, *self.to_opensearch()], burst=100, pause_us=3000)
        self.both = self.writer(f"both-{self.index}", [*HISTORY, *self.to_opensearch(http_url=self.hook.url)])
        wait_until(lambda: self.client.count(self.index) > 1000, 60, "the first documents")

    def assert_all_arrive(self):
        busy, both = self.busy.finish(), self.both.finish()
        self.assert_indexed(busy + both)
        self.assert_received(self.hook, both)
        print(f"{len(busy + both)} lines, each once; {self.sent_again()} documents were sent again, "
              f"{self.came_again()} lines came to the webhook again")
        self.assert_lines(self.engine.logs(self.busy.name)[0], busy)

    def sent_again(self):
        stats = self.client.must("GET", f"/{self.index}/_stats/indexing")
        return stats["_all"]["primaries"]["indexing"]["index_failed"]

    def came_again(self):
        return sum(len(r.documents()) for r in self.hook.received()) - len(messages(self.hook))


@needs_plugin
class PluginDies(UnderLoad):
    def test_killed_again_and_again(self):
        self.start_writers()
        for _ in range(KILLS):
            self.plugin.kill()
            self.busy.wait_progress(300)
        self.assert_all_arrive()

    def test_disabled_by_force_and_enabled(self):
        self.start_writers()
        for _ in range(2):
            self.plugin.disable("--force")
            self.busy.wait_progress(300)  # Written while no plugin is there.
            self.plugin.enable()
            self.busy.wait_progress(300)
        self.assert_all_arrive()


@needs_plugin
class Upgraded(UnderLoad):
    @classmethod
    def make_plugin(cls):
        cls.registry = Registry(cls.engine.folder / "registry")
        cls.addClassCleanup(cls.registry.close)
        for version in (1, 2):
            cls.registry.push(cls.engine, version)
        return cls.registry.install(cls.engine, 1)

    def test_upgraded(self):
        self.start_writers()
        before = self.busy.at()
        self.registry.upgrade(self.plugin, 2)
        self.assertGreater(self.busy.at(), before, "nothing was written during the upgrade")
        self.busy.wait_progress(300)
        self.assert_all_arrive()


@needs_plugin
class NoDestination(DeliveryCase):
    def seconds_to_stop(self, name, *options):
        writer = self.writer(name, options)
        writer.wait_beyond(300)
        return seconds_of(lambda: self.engine.docker("stop", name)), writer

    def test_docker_stop_when_the_server_is_down_for_a_container_s_whole_life(self):
        self.driver = ()
        self.server.kill()
        try:
            own, ours, lines = [], [], []
            for number in range(STOPS):
                own.append(self.seconds_to_stop(f"own-{number}", "--log-driver", "json-file")[0])
                seconds, writer = self.seconds_to_stop(f"ours-{number}", "--log-driver", "tailrace",
                                                       *self.to_opensearch())
                ours.append(seconds)
                lines += writer.expected()
        finally:
            self.server.start()
        self.assert_indexed(lines)
        ratio = statistics.median(ours) / statistics.median(own)
        print(f"docker stop: {statistics.median(ours):.3f} s, json-file's {statistics.median(own):.3f} s (medians of "
              f"{STOPS}): {ratio:.2f} times; then {len(lines)} lines arrived")
        self.assertLessEqual(ratio, 1.5, (own, ours))

    def test_docker_commands_when_the_server_stands_still(self):
        lines = []

        def measure(number):
            name = f"asked-{number}"
            writer = self.writer(name, self.to_opensearch())
            writer.wait_beyond(300)
            self.server.pause()
            try:
                writer.wait_progress(300)
                commands = (("inspect", name), ("logs", "--tail", "10", name), ("stop", name), ("logs", name), ("rm", name))
                seconds = {command[0]: seconds_of(lambda c=command: self.engine.docker(*c)) for command in commands}
            finally:
                self.server.resume()
            lines.extend(writer.expected())
            return seconds

        self.assert_quick(measure, QUICK_SECONDS)
        self.assert_indexed(lines)  # The containers themselves are gone.


@needs_plugin
class Refused(DeliveryCase):
    """A destination that cannot work fails docker run, with a sentence that says what to write."""

    def assert_refused(self, words, **options):
        result = self.engine.docker("run", *self.driver, *log_opts(**options), IMAGE, "true", check=False)
        message = result.stderr.decode(errors="replace")
        self.assertNotEqual(result.returncode, 0, f"{options} was taken")
        for word in words:
            self.assertIn(word, message)
        self.assertNotIn("s3cret", message)

    def test_url_that_is_none(self):
        for url in ("nonsense", "ftp://host/", "http://", "https://u:s3cret@:9200"):
            with self.subTest(url=url):
                self.assert_refused(["es-url"], es_url=url)
                self.assert_refused(["http-url"], http_url=url)

    def test_file_that_is_not_there(self):
        self.assert_refused(["es-ca-file", "/files/nowhere.pem", "No such file"],
                            es_url="https://127.0.0.1:1", es_ca_file="/files/nowhere.pem")

    def test_index_name_that_no_server_takes(self):
        for name in ("Upper", "a*b", "_begins", "a,b", ".."):
            with self.subTest(name=name):
                self.assert_refused(["es-index"], es_url="http://127.0.0.1:1", es_index=name)

    def test_header_with_a_line_break(self):
        for break_ in ("\r\n", "\n", "\r"):
            self.assert_refused(["http-header", "line break"], http_url="http://127.0.0.1:1",
                                http_header=f"X-A: s3cret{break_}X-B: 2")

    def test_password_without_a_user(self):
        self.assert_refused(["es-password", "es-user"], es_url="http://127.0.0.1:1", es_password="s3cret")


@needs_plugin
class Feedback(DeliveryCase):
    """The engine's own log, in which the plugin complains, is itself shipped by the plugin."""

    def start_shipping_the_log(self, *options):
        log = self.engine.log_file
        name = self.container("tail", "-n", "+1", "-F", "/log/dockerd.log", name=self.index[:40],
                              options=("--volume", f"{log.parent}:/log:ro", *options))
        self.addCleanup(self.engine.docker, "rm", "--force", name)
        return name

    def assert_complaints_do_not_multiply(self, name):
        wait_until(lambda: self.complaints() > 0, 60, "the plugin's first complaint")
        first = self.complaints()
        time.sleep(WATCH_SECONDS)
        grown = self.complaints() - first
        print(f"{first} complaints at first, {grown} more within {WATCH_SECONDS} s")
        self.assertLess(grown, 10)
        wait_until(lambda: b"event=" in self.engine.logs(name)[0], 20, "a complaint has gone through the plugin")

    def complaints(self):
        """Lines of the plugin's own in the engine's log, news about starts and ends aside."""
        return sum("event=" in line and "level=info event" not in line for line in self.engine.log().splitlines())

    def test_destination_that_is_down(self):
        url = f"http://127.0.0.1:{free_port()}"
        self.assert_complaints_do_not_multiply(self.start_shipping_the_log(*log_opts(es_url=url)))

    def test_destination_that_refuses_every_line(self):
        self.client.create_index(self.index, {"properties": {"message": {"type": "long"}}})
        self.assert_complaints_do_not_multiply(self.start_shipping_the_log(*self.to_opensearch()))
        letters = b"".join(file.read_bytes() for file in (self.plugin.spool() / "dead").glob("*.ndjson"))
        self.assertIn(b"event=", letters)


if __name__ == "__main__":
    unittest.main(verbosity=2)
