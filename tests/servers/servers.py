"""Real servers for tests, and what they are looked at with: one import for all of them."""

import os

from certificates import Authority
from client import FILTER, Client, creates, ndjson
from elasticsearch import Elasticsearch
from nginx import Nginx
from opensearch import OpenSearch, OpenSearchCluster
from processes import Child, free_port, new_folder, wait_until
from webhook_receiver import WebhookReceiver

LONG = os.environ.get("TAILRACE_LONG") == "1"

__all__ = ["Authority", "Child", "Client", "Elasticsearch", "FILTER", "LONG", "Nginx", "OpenSearch",
           "OpenSearchCluster", "WebhookReceiver", "creates", "free_port", "ndjson", "new_folder", "wait_until"]
