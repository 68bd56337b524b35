#!/usr/bin/env python3
"""The tools on the host: `tailrace status` and `tailrace dead` find a managed plugin by themselves, wherever its engine
keeps it."""

import json
import os
import subprocess
import unittest

from case import EngineCase, needs_plugin
from delivery_case import log_opts, messages, wait_until
from plugin import PLUGIN_DIR

from servers import WebhookReceiver
from webhook_receiver import answer

TOOL = PLUGIN_DIR.parent / "tailrace"
FINE, NO_PLUGIN = 0, 3


def refuse_each(_number, request):
    """A server of bulk requests to which no document ever fits."""
    items = [{"create": {"status": 400, "error": {"type": "mapper_parsing_exception", "reason": "no number"}}}
             for _ in request.documents()[::2]]
    return answer(200, json.dumps({"took": 1, "errors": True, "items": items}).encode())


@needs_plugin
class Status(EngineCase):
    def receiver(self, **options):
        receiver = WebhookReceiver(**options)
        self.addCleanup(receiver.stop)
        return receiver.start()

    def tool(self, *arguments, code=FINE):
        """What it prints. Nothing tells it where the plugin is."""
        environment = {name: value for name, value in os.environ.items()
                       if not name.startswith(("TAILRACE_", "DOCKER_"))}
        result = subprocess.run([TOOL, *arguments], env=environment, capture_output=True, text=True, timeout=60,
                                check=False)
        self.assertEqual(result.returncode, code, result.stdout + result.stderr)
        return result.stdout + result.stderr

    def container_with(self, **options):
        """A container that has written ten lines and runs on."""
        name = self.container("sh", "-c", "seq 1 10; exec sleep 600", options=log_opts(**options))
        self.addCleanup(self.engine.docker, "rm", "--force", name)
        return name

    def test_status_shows_a_container_and_its_destination(self):
        receiver = self.receiver()
        name = self.container_with(http_url=receiver.url)
        wait_until(lambda: len(messages(receiver)) == 10, 60, "the lines at the receiver")
        wait_until(lambda: self.delivered(receiver) == 10, 20, "the status that tells of them")
        shown = self.tool("status")
        self.assertIn(f"/plugins/{self.plugin.id}/tailrace.sock, up ", shown.splitlines()[0])
        destination = next(line.split() for line in shown.splitlines() if receiver.url in line)
        self.assertEqual(destination[destination.index("ok"):], ["ok", "1", "10", "0", "0", "-", "0", "0"])
        container_id = self.engine.text("inspect", "--format", "{{.Id}}", name)
        row = next(line.split() for line in shown.splitlines() if line.startswith(name))
        self.assertEqual(row, [name, container_id[:12], "http", "0", "-"])

    def delivered(self, receiver):
        status = json.loads(self.tool("status", "--json"))
        return sum(destination["delivered"] for destination in status["destinations"]
                   if receiver.url in destination["urls"])

    def test_dead_list_before_and_after_a_refusal(self):
        self.assertIn(f"no dead letters in {self.seen_spool()}/dead", self.tool("dead", "list"))
        self.container_with(es_url=self.receiver(behave=refuse_each).url)
        wait_until(lambda: " 10 " in self.tool("dead", "list"), 60, "the dead letters")
        listed = self.tool("dead", "list").splitlines()
        self.assertEqual(listed[1].split()[:2] + listed[1].split()[4:], [
            "es", "10", "400", "mapper_parsing_exception", "no", "number"])
        self.assertEqual(listed[-1], f"10 letters in {self.seen_spool()}/dead")

    def seen_spool(self):
        """Of a plugin that runs: by its process."""
        return f"/proc/{self.plugin.pid()}/root/run/docker/logging/spool"

    def test_plugin_that_is_disabled_is_not_found_but_its_dead_letters_are(self):
        self.addCleanup(self.plugin.enable)
        self.plugin.disable("--force")
        self.assertIn("docker plugin ls", self.tool("status", code=NO_PLUGIN))
        self.assertIn(f"{self.plugin.spool()}/dead", self.tool("dead", "list"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
