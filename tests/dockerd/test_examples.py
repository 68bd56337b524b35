#!/usr/bin/env python3
"""The examples: every file is taken by the program it is for, and what can be had here runs as it is written. Images
are made by example_images.py; only Kibana and OpenSearch Dashboards cannot be."""

import json
import re
import subprocess
import unittest

import example_images
from case import EngineCase, needs_plugin
from engine import wait_until
from networked_engine import NetworkedEngine
from plugin import SOURCE_DIR, Plugin

EXAMPLES = SOURCE_DIR / "examples"
COMPOSE_FILES = sorted(EXAMPLES.glob("*/compose.yaml"))
STACK = EXAMPLES / "swarm/stack.yaml"
WEB = "http://127.0.0.1:8080"
STORE = "http://127.0.0.1:9200"
START_SECONDS = 240  # For a server that needs 25 s when both processors are idle.


def compose(file, *arguments, environment=None, check=True):
    result = subprocess.run(["/usr/bin/docker-compose", "--file", file, *arguments], env=environment, timeout=300,
                            capture_output=True, text=True, check=False)
    if check and result.returncode != 0:
        raise AssertionError(f"docker-compose {' '.join(arguments)}: {result.stderr}")
    return result.stdout


class Files(unittest.TestCase):
    def test_each_begins_with_what_it_shows_and_how_it_is_run(self):
        self.assertEqual(len(COMPOSE_FILES), 3)
        for file in (*COMPOSE_FILES, STACK):
            lines = file.read_text().splitlines()
            self.assertRegex(lines[0], r"^# Shows .*\.$", file)
            self.assertRegex(lines[1], r"^# Run", file)
            self.assertFalse(lines[2].startswith("#"), file)

    def test_docker_compose_takes_them(self):
        for file in (*COMPOSE_FILES, STACK):
            with self.subTest(file=file.parent.name):
                self.assertIn("driver: tailrace", compose(file, "config"))

    def test_whatever_has_no_password_is_for_this_machine_only(self):
        for file in COMPOSE_FILES:
            for ports in re.findall(r"^ *ports: (.*)$", file.read_text(), re.MULTILINE):
                self.assertRegex(ports, r'^\["127\.0\.0\.1:\d+:\d+"\]$', file)

    def test_versions_are_those_that_the_tests_run_and_the_readme_says(self):
        for server, example in (("opensearch", "opensearch-dashboards"), ("elasticsearch", "elasticsearch-kibana")):
            compose_text = (EXAMPLES / example / "compose.yaml").read_text()
            versions = set(re.findall(r"image: \S+:([\d.]+)$", compose_text, re.MULTILINE))
            self.assertEqual(len(versions), 1, example)
            version = versions.pop()
            self.assertIn(f">{version}<", (SOURCE_DIR / "tests/servers" / server / "pom.xml").read_text())
            self.assertIn(f"| {version}", (SOURCE_DIR / "README.md").read_text())

    def test_daemon_json_is_json(self):
        self.assertEqual(set(json.loads((EXAMPLES / "daemon.json").read_text())), {"log-driver", "log-opts"})


@needs_plugin
class Running(EngineCase):
    @classmethod
    def setUpClass(cls):
        cls.engine = NetworkedEngine()
        cls.addClassCleanup(cls.engine.close)
        cls.engine.start()
        cls.engine.import_busybox(example_images.BUSYBOX)
        example_images.make_nginx(cls.engine)
        example_images.make_servers(cls.engine)
        cls.plugin = Plugin(cls.engine).create().enable()

    def up(self, example, *services):
        file = EXAMPLES / example / "compose.yaml"
        environment = self.engine.environment()
        self.addCleanup(compose, file, "down", "--volumes", environment=environment)
        compose(file, "up", "--detach", *services, environment=environment)
        return lambda *arguments: compose(file, *arguments, environment=environment)

    def visit(self, *pages):
        for page in pages:
            wait_until(lambda p=page: self.engine.fetch(f"{WEB}/{p}"), 30, f"the web server's answer to {page}")

    def documents(self, index):
        """All of them; None while the server does not answer or has no such index."""
        answer = self.engine.fetch(f"{STORE}/{index}/_search?size=1000")
        return answer and [hit["_source"] for hit in json.loads(answer)["hits"]["hits"]]

    def of_pages(self, index, pages):
        """The documents of these requests, once there is one for each."""
        def found():
            documents = [d for d in self.documents(index) or () if re.search(r"GET /page-\d ", d["message"])]
            return len(documents) >= len(pages) and documents

        documents = wait_until(found, START_SECONDS, f"the requests in {index}")
        self.assertEqual(sorted(re.search(r"GET /(\S+)", d["message"])[1] for d in documents), sorted(pages))
        return documents

    def assert_compose_example(self, example, store, index):
        self.up(example, "web", store)
        pages = [f"page-{number}" for number in range(5)]
        self.visit(*pages)
        for document in self.of_pages(index, pages):
            self.assertEqual(document["container"]["labels"], {
                "com_docker_compose_project": example, "com_docker_compose_service": "web"})
            self.assertIn("web", document["tags"][0])

    def test_elasticsearch(self):
        self.assert_compose_example("elasticsearch-kibana", "elasticsearch", "logs-docker-default")

    def test_opensearch(self):
        self.assert_compose_example("opensearch-dashboards", "opensearch", "docker-*")

    def test_webhook(self):
        run = self.up("webhook")
        pages = [f"page-{number}" for number in range(5)]
        self.visit(*pages)

        def all_received():
            text = run("logs", "--no-color", "receiver")
            return all(f"GET /{page} " in text for page in pages) and text

        text = wait_until(all_received, 60, "all requests at the receiver")
        documents = [json.loads(line) for line in re.findall(r"\{.*\}", text)]
        ids = {document["id"]: document["message"] for document in documents}
        self.assertEqual(sum("GET /page-" in message for message in ids.values()), len(pages))
        self.assertIn("GET /page-4 ", run("logs", "--no-color", "web"))

    def start_store(self):
        self.engine.docker("run", "--detach", "--name", "store", "--log-driver", "json-file",
                           "--publish", "127.0.0.1:9200:9200", "--env", "discovery.type=single-node",
                           "--env", "OPENSEARCH_JAVA_OPTS=-Xmx512m", example_images.OPENSEARCH)
        self.addCleanup(self.engine.docker, "rm", "--force", "store")
        wait_until(lambda: self.engine.fetch(STORE), START_SECONDS, "the store's first answer")

    def restart_engine(self, config):
        self.engine.stop()
        self.engine.config = config
        self.engine.start()

    def test_daemon_json(self):
        self.restart_engine(json.loads((EXAMPLES / "daemon.json").read_text()))
        self.addCleanup(self.restart_engine, {})
        self.start_store()
        self.engine.docker("run", "--name", "plain", example_images.BUSYBOX, "echo", "by default")
        self.addCleanup(self.engine.docker, "rm", "plain")
        documents = wait_until(lambda: self.documents("logs-docker-default"), START_SECONDS, "the line")
        self.assertEqual([(d["message"], d["tags"]) for d in documents], [("by default", ["plain"])])
        self.assertEqual(self.engine.logs("plain")[0], b"by default\n")

    def test_swarm_stack(self):
        self.start_store()
        self.engine.docker("swarm", "init", "--advertise-addr", "127.0.0.1", "--listen-addr", "127.0.0.1:2377")
        self.addCleanup(self.engine.docker, "swarm", "leave", "--force")
        environment = dict(self.engine.environment(), ES_URL=STORE)
        subprocess.run(["docker", "stack", "deploy", "--resolve-image", "never", "--compose-file", STACK, "shop"],
                       env=environment, check=True, capture_output=True, timeout=60)
        self.addCleanup(self.engine.docker, "stack", "rm", "shop")

        def tasks():
            found = {d["container"]["id"]: d for d in self.documents("logs-docker-default") or ()
                     if "shop_web" in d["container"]["name"]}
            return len(found) == 2 and found

        for document in wait_until(tasks, START_SECONDS, "lines of both replicas").values():
            self.assertEqual(document["container"]["labels"]["com_docker_swarm_service_name"], "shop_web")
        self.assertIn("2/2", self.engine.text("service", "ls"))
        # nginx says it on stderr.
        self.assertIn(b"start worker", self.engine.docker("service", "logs", "shop_web").stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
