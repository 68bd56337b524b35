"""What checks need from Elasticsearch and OpenSearch over HTTP: requests, counting, reading back, setting up."""

import base64
import gzip
import http.client
import json
import ssl
import urllib.parse

# What a shipper asks for: with it each item of an answer takes 26 bytes instead of 183.
FILTER = "errors,items.*.status,items.*.error.type,items.*.error.reason"
SCROLL_DOCUMENTS = 5000


class Reply:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"<{self.status} {self.body[:300]!r}>"


def ndjson(*objects):
    return b"".join(json.dumps(item, ensure_ascii=False).encode() + b"\n" for item in objects)


def creates(documents, index=None):
    """A bulk body of {id: document}; the index may be left to the path."""
    body = []
    for identity, document in documents.items():
        target = {"_index": index} if index else {}
        body += [{"create": {**target, "_id": identity}}, document]
    return ndjson(*body)


class Client:
    """One connection a request: nothing here is worth a stale one."""

    def __init__(self, url, user=None, password="", ca=None, timeout=90):
        parts = urllib.parse.urlsplit(url)
        self.url = url
        self.timeout = timeout
        self._address = parts.hostname, parts.port
        self._tls = ssl.create_default_context(cafile=ca) if parts.scheme == "https" else None
        self._headers = {}
        if user is not None:
            token = base64.b64encode(f"{user}:{password}".encode()).decode()
            self._headers["Authorization"] = f"Basic {token}"

    def _connect(self):
        if self._tls:
            return http.client.HTTPSConnection(*self._address, timeout=self.timeout, context=self._tls)
        return http.client.HTTPConnection(*self._address, timeout=self.timeout)

    def request(self, method, path, body=None, headers=()):
        """Bytes are sent as they are, as NDJSON; anything else as JSON."""
        own = dict(self._headers, **dict(headers))
        if isinstance(body, bytes):
            own.setdefault("Content-Type", "application/x-ndjson")
        elif body is not None:
            own.setdefault("Content-Type", "application/json")
            body = json.dumps(body).encode()
        connection = self._connect()
        try:
            connection.request(method, path, body, own)
            answer = connection.getresponse()
            return Reply(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def try_request(self, method, path, body=None):
        """None when there is no answer."""
        try:
            return self.request(method, path, body)
        except (OSError, http.client.HTTPException):
            return None

    def must(self, method, path, body=None):
        """The answer's JSON; fails if the status is not 2xx."""
        reply = self.request(method, path, body)
        if reply.status // 100 != 2:
            raise AssertionError(f"{method} {path}: {reply}")
        return reply.json() if reply.body else None

    # --- Writing ---

    def bulk(self, body, index=None, gzipped=False, **parameters):
        path = f"/{index}/_bulk" if index else "/_bulk"
        if parameters:
            path += "?" + urllib.parse.urlencode(parameters, safe="*,.")
        if gzipped:
            return self.request("POST", path, gzip.compress(body, 1), {"Content-Encoding": "gzip"})
        return self.request("POST", path, body)

    def bulk_statuses(self, body, index=None, **parameters):
        reply = self.bulk(body, index, filter_path=FILTER, **parameters)
        if reply.status != 200:
            raise AssertionError(f"bulk: {reply}")
        return [next(iter(item.values()))["status"] for item in reply.json()["items"]]

    # --- Reading ---

    def refresh(self, index):
        return self.must("POST", f"/{index}/_refresh")

    def exists(self, index):
        return self.request("HEAD", f"/{index}").status == 200

    def count(self, index):
        """Of everything that was accepted; 0 while there is no such index."""
        if self.request("POST", f"/{index}/_refresh").status == 404:
            return 0
        return self.must("GET", f"/{index}/_count")["count"]

    def hits(self, index, *fields):
        """Yields every document as {_index, _id, _source}, in no order; _source has the fields, or all."""
        self.refresh(index)
        query = {"size": SCROLL_DOCUMENTS, "sort": ["_doc"], "_source": list(fields) or True}
        page = self.must("POST", f"/{index}/_search?scroll=2m", query)
        while page["hits"]["hits"]:
            yield from page["hits"]["hits"]
            page = self.must("POST", "/_search/scroll", {"scroll": "2m", "scroll_id": page["_scroll_id"]})
        self.request("DELETE", "/_search/scroll", {"scroll_id": [page["_scroll_id"]]})

    def sources(self, index, *fields):
        return [hit["_source"] for hit in self.hits(index, *fields)]

    def terms(self, index, field, size=1000):
        """{value: documents}, the most frequent ones."""
        query = {"size": 0, "aggs": {"n": {"terms": {"field": field, "size": size}}}}
        self.refresh(index)
        buckets = self.must("POST", f"/{index}/_search", query)["aggregations"]["n"]["buckets"]
        return {bucket["key"]: bucket["doc_count"] for bucket in buckets}

    # --- Setting up ---

    def create_index(self, index, mappings=None, **settings):
        return self.must("PUT", f"/{index}", {"settings": _dotted(settings), "mappings": mappings or {}})

    def index_settings(self, index, **settings):
        """Dots are written as two underscores: blocks__write=True."""
        return self.must("PUT", f"/{index}/_settings", _dotted(settings))

    def cluster_settings(self, **settings):
        return self.must("PUT", "/_cluster/settings", {"persistent": _dotted(settings)})

    def stream_template(self, name, pattern, mappings=None, priority=500, **settings):
        """A template that makes data streams."""
        template = {"settings": {"number_of_replicas": 0, **_dotted(settings)}, "mappings": mappings or {}}
        return self.must("PUT", f"/_index_template/{name}", {
            "index_patterns": [pattern], "data_stream": {}, "priority": priority, "template": template})

    def rollover(self, stream):
        return self.must("POST", f"/{stream}/_rollover")

    def block_at_flood_stage(self, index, blocked=True):
        """The very block that a node sets when its disk is nearly full."""
        return self.index_settings(index, index__blocks__read_only_allow_delete=True if blocked else None)

    # --- OpenSearch's users ---

    def put_role(self, name, cluster, indices):
        """indices: {pattern: [actions]}."""
        return self.must("PUT", f"/_plugins/_security/api/roles/{name}", {
            "cluster_permissions": cluster,
            "index_permissions": [{"index_patterns": [pattern], "allowed_actions": actions}
                                  for pattern, actions in indices.items()]})

    def put_user(self, name, password, *roles):
        return self.must("PUT", f"/_plugins/_security/api/internalusers/{name}", {
            "password": password, "opendistro_security_roles": list(roles)})


def _dotted(settings):
    return {name.replace("__", "."): value for name, value in settings.items()}
