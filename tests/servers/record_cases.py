"""What can go wrong with a bulk request, as requests that make a real server say it.

INDEX in a body or path stands for the run's own index, so that no case sees another's documents.
"""

import dataclasses
import json
from typing import Callable

LONG_NAME = "f" * 50_001
IMMENSE = "x" * 40_000


@dataclasses.dataclass
class Case:
    name: str
    body: bytes
    items: int = 1
    before: Callable = lambda client, index: None
    after: Callable = lambda client, index: None
    parameters: dict = dataclasses.field(default_factory=dict)
    path: str = "/_bulk"
    method: str = "POST"
    headers: dict = dataclasses.field(default_factory=dict)
    only: str = ""  # The one server that knows it.


def item(source, index="INDEX", action="create", identity="a", **more):
    """An action line and a source line; the source may be bytes that are no JSON."""
    meta = {"_index": index, "_id": identity, **more}
    raw = source if isinstance(source, bytes) else json.dumps(source).encode()
    return json.dumps({action: meta}).encode() + b"\n" + raw + b"\n"


GOOD = {"message": "m"}


def put(mappings=None, **settings):
    return lambda client, index: client.create_index(index, mappings, **settings)


def cluster(value, **names):
    """Sets cluster settings before; None takes them back."""
    return lambda client, index: client.cluster_settings(**{name: value for name in names})


def stored(client, index):
    assert client.bulk_statuses(item(GOOD).replace(b"INDEX", index.encode())) == [201]


def blocked(name):
    def before(client, index):
        client.create_index(index)
        client.index_settings(index, **{f"index__blocks__{name}": True})
    return before


def closed(client, index):
    client.create_index(index)
    client.must("POST", f"/{index}/_close")


def stream(client, index):
    client.stream_template(index, f"{index}*")


def cluster_case(name, body, setting, value, **more):
    return Case(name, body, before=lambda client, index: client.cluster_settings(**{setting: value}),
                after=lambda client, index: client.cluster_settings(**{setting: None}), **more)


def nested(depth):
    return b'{"a":' * depth + b"1" + b"}" * depth


LONG_FIELD = {"properties": {"n": {"type": "long"}}}

SUCCESSES = [
    Case("created", item(GOOD) + item(GOOD, identity="b"), items=2),
    Case("overwritten", item(GOOD, action="index"), before=stored),
    Case("duplicate", item(GOOD) + item(GOOD, identity="b"), items=2, before=stored),
    Case("duplicate-in-request", item(GOOD) + item(GOOD), items=2),
    Case("stream-created", item({"@timestamp": "2026-01-02T03:04:05Z"}), before=stream),
]

REJECTED_DOCUMENTS = [
    Case("mixed", item({"n": 1}) + item({"n": "x"}, identity="b") + item({"n": 2}, identity="c"), items=3,
         before=put(LONG_FIELD)),
    Case("bad-number", item({"n": "x"}), before=put(LONG_FIELD)),
    Case("number-out-of-range", item(b'{"n":99999999999999999999}'), before=put(LONG_FIELD)),
    Case("bad-date", item({"at": "yesterday"}), before=put({"properties": {"at": {"type": "date"}}})),
    Case("strict-mapping", item({"unknown": 1}), before=put({"dynamic": "strict"})),
    Case("value-for-object", item({"app": "a"}), before=put({"properties": {"app": {"properties": {}}}})),
    Case("object-for-value", item({"app": {"x": 1}}), before=put({"properties": {"app": {"type": "keyword"}}})),
    Case("too-many-fields", item({f"f{n}": n for n in range(10)}), before=put(index__mapping__total_fields__limit=5)),
    Case("nested-too-deep", item(nested(25))),
    Case("immense-term", item({"k": IMMENSE}), before=put({"properties": {"k": {"type": "keyword"}}})),
    Case("document-is-array", item([1, 2])),
    Case("document-is-scalar", item(b"7")),
    Case("long-field-name", item({LONG_NAME: 1})),
    Case("invalid-utf8", item(b'{"message":"\xff\xfe"}')),
    Case("control-character", item(b'{"message":"a\x01b"}')),
    Case("duplicate-key", item(b'{"a":1,"a":2}')),
    Case("not-a-number", item(b'{"a":NaN}')),
    Case("text-after-object", item(b'{"a":1} x')),
    Case("empty-field-name", item({"": 1})),
    Case("stream-without-timestamp", item(GOOD), before=stream),
    Case("stream-index-action", item({"@timestamp": "2026-01-02T03:04:05Z"}, action="index"), before=stream),
    Case("unknown-pipeline", item(GOOD), parameters={"pipeline": "no-such"}),
    Case("bad-index-name", item(GOOD, index="Upper")),
    Case("empty-id", item(GOOD, identity="")),
]

OPERATOR = [
    Case("index-closed", item(GOOD), before=closed),
    Case("block-write", item(GOOD), before=blocked("write")),
    Case("block-read-only", item(GOOD), before=blocked("read_only")),
    Case("flood-stage", item(GOOD), before=blocked("read_only_allow_delete")),
    Case("primary-not-active", item(GOOD), parameters={"timeout": "2s"},
         before=put(index__routing__allocation__require__x="y", index__number_of_replicas=0)),
    cluster_case("too-many-shards", item(GOOD), "cluster__max_shards_per_node", 1),
    cluster_case("index-missing", item(GOOD), "action__auto_create_index", "false"),
    cluster_case("cluster-read-only", item(GOOD), "cluster__blocks__read_only", True),
    cluster_case("circuit-breaker", item({"message": "x" * 500_000}), "network__breaker__inflight_requests__limit",
                 "400kb"),
    Case("require-data-stream", item(GOOD), parameters={"require_data_stream": "true"}),
    Case("indexing-pressure", item({"message": "x" * 700_000})),
    Case("too-large", item({"message": "x" * 2_000_000})),
    Case("too-large-gzip", item({"message": "x" * 2_000_000}), headers={"Content-Encoding": "gzip"}),
]

BROKEN_REQUESTS = [
    Case("no-final-newline", item(GOOD)[:-1]),
    Case("malformed-action", item(GOOD) + b"{oops\n{}\n", items=2),
    Case("unknown-action", b'{"creat":{"_index":"INDEX","_id":"a"}}\n{}\n'),
    Case("unknown-meta-key", item(GOOD, shade="red")),
    Case("type-in-meta", item(GOOD, _type="_doc")),
    Case("missing-index", b'{"create":{"_id":"a"}}\n{}\n'),
    Case("long-id", item(GOOD, identity="i" * 600)),
    Case("empty-body", b"", items=0),
    Case("blank-body", b"\n\n", items=0),
    Case("unknown-parameter", item(GOOD), parameters={"no_such": "1"}),
    Case("unknown-path", item(GOOD), path="/_bulky/INDEX/x/y"),
    Case("wrong-method", b"", items=0, method="GET", path="/INDEX/_bulk"),
    Case("wrong-content-type", item(GOOD), headers={"Content-Type": "text/plain"}),
    Case("vendor-content-type", item(GOOD), headers={
        "Content-Type": "application/vnd.elasticsearch+x-ndjson;compatible-with=8"}),
    Case("not-gzip", item(GOOD), headers={"Content-Encoding": "gzip", "X-Raw": "1"}),
]

PLAIN = SUCCESSES + REJECTED_DOCUMENTS + OPERATOR + BROKEN_REQUESTS
