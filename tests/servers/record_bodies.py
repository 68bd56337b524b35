"""Records what real servers answer to bulk requests, for the tests that judge answers.

    python3 record_bodies.py [opensearch|elasticsearch]...    writes <server>-<version>-<case>[-filtered].json

Each file holds {server, case, request_items, status, content_type, headers, body}; the status is 0 where the server
closed the connection without an answer. -filtered: as asked for with a filter_path, as a shipper does.
"""

import gzip
import http.client
import json
import pathlib
import sys
import urllib.parse

from client import Client, ndjson
from processes import new_folder, wait_until
from record_cases import GOOD, PLAIN, item
from servers import Authority, Elasticsearch, OpenSearch, OpenSearchCluster

INTO = pathlib.Path(__file__).resolve().parents[1] / "sinks/elasticsearch/bodies/recorded"
FILTER = "errors,items.*.status,items.*.error.type,items.*.error.reason,items.*.failure_store"
NAMES = {OpenSearch: "opensearch-2.19.4", Elasticsearch: "elasticsearch-8.19.21"}
HEADERS = ("Connection", "Retry-After", "Transfer-Encoding", "Warning", "WWW-Authenticate", "X-Elastic-Product")
LIMITS = {"http.max_content_length": "1mb", "indexing_pressure.memory.limit": "600kb"}
ROLE_CLUSTER = ["indices:data/write/bulk"]
ROLE_INDEX = ["indices:data/write/index", "indices:data/write/bulk*", "indices:admin/create",
              "indices:admin/mapping/put"]
PASSWORD = "a-Long-1-Secret-that-nobody-guesses"


def write(server, case, items, reply, filtered):
    record = {"server": NAMES[server], "case": case, "request_items": items, "status": 0, "content_type": None,
              "headers": {}, "body": ""}
    if reply is not None:
        record.update(status=reply.status, content_type=reply.headers["Content-Type"],
                      headers={name: reply.headers.get_all(name) for name in HEADERS if name in reply.headers},
                      body=reply.body.decode(errors="replace"))
    INTO.mkdir(parents=True, exist_ok=True)
    file = INTO / f"{NAMES[server]}-{case}{'-filtered' if filtered else ''}.json"
    file.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n")
    print(f"{file.stem}: {record['status']} {record['body'][:160]!r}")


def ask(client, method, path, body, headers, parameters):
    query = urllib.parse.urlencode(parameters, safe="*,.")
    try:
        return client.request(method, path + (f"?{query}" if query else ""), body, headers)
    except (OSError, http.client.HTTPException):
        return None


def record(server, client, case, filtered):
    index = f"{case.name}-{'f' if filtered else 'u'}"
    body = case.body.replace(b"INDEX", index.encode())
    headers = dict(case.headers)
    if headers.get("Content-Encoding") == "gzip" and not headers.pop("X-Raw", None):
        body = gzip.compress(body)
    parameters = dict(case.parameters, **({"filter_path": FILTER} if filtered else {}))
    case.before(client, index)
    try:
        reply = ask(client, case.method, case.path.replace("INDEX", index), body, headers, parameters)
    finally:
        case.after(client, index)
    write(server, case.name, case.items, reply, filtered)


def record_both(server, client, name, items, body, **parameters):
    """For what one client is told without preparation."""
    write(server, name, items, ask(client, "POST", "/_bulk", body, {}, parameters), False)
    others = body.replace(b'"_id": "', b'"_id": "f')
    more = {**parameters, "filter_path": FILTER}
    write(server, name, items, ask(client, "POST", "/_bulk", others, {}, more), True)


def record_plain(kind):
    with kind(settings=LIMITS) as server:
        for case in PLAIN:
            if case.only in ("", kind.__name__):
                record(kind, server.client, case, False)
                record(kind, server.client, case, True)


# --- Users ---


def record_opensearch_users():
    server = OpenSearch(authority=Authority(new_folder("authority"))).launch()
    try:
        reply = wait_until(lambda: server.client.try_request("POST", "/_bulk", item(GOOD)), 120, "a first answer")
        if reply.status == 503:
            write(OpenSearch, "security-not-ready", 1, reply, False)
        server.wait_ready()
        record_refusals(OpenSearch, server.client_as("admin", "wrong"), "wrong-password")
        record_refusals(OpenSearch, Client(server.url, ca=server.authority.ca), "no-credentials")
        server.client.put_role("shipper", ROLE_CLUSTER, {"logs-*": ROLE_INDEX})
        server.client.put_user("shipper", PASSWORD, "shipper")
        server.client.put_user("reader", PASSWORD)
        both = item(GOOD, index="logs-own") + item(GOOD, index="else")
        record_both(OpenSearch, server.client_as("shipper", PASSWORD), "forbidden-item", 2, both)
        record_both(OpenSearch, server.client_as("reader", PASSWORD), "forbidden", 2, both)
    finally:
        server.kill()


def record_elasticsearch_users():
    with Elasticsearch(authority=Authority(new_folder("authority"))) as server:
        record_refusals(Elasticsearch, Client(server.url, "admin", "wrong", ca=server.authority.ca), "wrong-password")
        record_refusals(Elasticsearch, Client(server.url, ca=server.authority.ca), "no-credentials")


def record_refusals(server, client, name):
    record_both(server, client, name, 1, item(GOOD, index="any"))


# --- Nodes that are lost or overworked ---


def record_without_manager(kind, manager):
    """A node that waits for others, which never come."""
    settings = {"discovery.type": "" if kind is OpenSearch else "multi-node", "node.name": "n1",
                "discovery.seed_hosts": "127.0.0.1:1", manager: "n1,n2,n3"}
    server = kind(settings=settings).launch()
    try:
        wait_until(lambda: server.client.try_request("GET", "/_nodes/_local/name?timeout=1s"), 120, "a first answer")
        record_both(kind, server.client, "no-manager", 1, item(GOOD, index="any"), timeout="2s")
    finally:
        server.kill()


def record_overworked(kind):
    """One worker with a queue of one, and a request for six shards at once."""
    with kind(settings={"thread_pool.write.size": "1", "thread_pool.write.queue_size": "1"}) as server:
        server.client.create_index("wide", number_of_shards=6, number_of_replicas=0)
        for filtered in (False, True):
            body = b"".join(item(GOOD, index="wide", identity=f"{filtered}-{n}") for n in range(12))
            reply = ask(server.client, "POST", "/_bulk", body, {}, {"filter_path": FILTER} if filtered else {})
            write(kind, "queue-full", 12, reply, filtered)


def record_majority_lost():
    with OpenSearchCluster() as cluster:
        client = cluster.first_running().client
        client.stream_template("logs", "logs-*", number_of_shards=3, number_of_replicas=0)
        body = b"".join(ndjson({"create": {"_index": "logs-a-b", "_id": f"{n}"}},
                               {"@timestamp": "2026-01-02T03:04:05Z"}) for n in range(12))
        assert set(client.bulk_statuses(body)) == {201}
        for node in cluster.nodes[1:]:
            node.kill()
        record_both(OpenSearch, client, "majority-lost", 12, body.replace(b'"_id": "', b'"_id": "x'), timeout="10s")


def record_opensearch():
    record_plain(OpenSearch)
    record_opensearch_users()
    record_without_manager(OpenSearch, "cluster.initial_cluster_manager_nodes")
    record_overworked(OpenSearch)
    record_majority_lost()


def record_elasticsearch():
    record_plain(Elasticsearch)
    record_elasticsearch_users()
    record_without_manager(Elasticsearch, "cluster.initial_master_nodes")
    record_overworked(Elasticsearch)


def main():
    for name in sys.argv[1:] or ("opensearch", "elasticsearch"):
        {"opensearch": record_opensearch, "elasticsearch": record_elasticsearch}[name]()


if __name__ == "__main__":
    main()
