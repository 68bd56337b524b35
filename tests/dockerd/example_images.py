"""Images under the names that the examples use, made of this machine's own programs, since no image registry is
reached: nginx, busybox, OpenSearch and Elasticsearch. Nobody serves Kibana or OpenSearch Dashboards otherwise."""

import os
import shutil
import sys

import base_image
from plugin import SOURCE_DIR

sys.path.append(str(SOURCE_DIR / "tests/servers"))

import artifacts  # noqa: E402

BUSYBOX = "busybox:stable"
NGINX = "nginx:stable"
OPENSEARCH = "opensearchproject/opensearch:2.19.4"
ELASTICSEARCH = "docker.elastic.co/elasticsearch/elasticsearch:8.19.21"
JAVA = "java:test"

NGINX_CONFIG = """
error_log /dev/stderr notice;
events {}
http {
  access_log /dev/stdout;
  server {
    listen 80;
    location / { return 200 "hello\\n"; }
  }
}
"""

# As the official images do: a variable whose name has a dot is a setting of the server. Not every shell keeps such.
SETTINGS = r"""#!/bin/sh
settings=$(tr '\0' '\n' </proc/$$/environ | sed -n 's/^\([a-z_]*\.[a-z_.]*=.*\)/PREFIX\1/p')
"""
OPENSEARCH_START = SETTINGS.replace("PREFIX", "") + r"""
exec java $OPENSEARCH_JAVA_OPTS JVM_OPTIONS -cp '/usr/share/opensearch/lib/*' NodeMain $settings \
  path.home=/usr/share/opensearch network.host=0.0.0.0 http.port=9200
"""
ELASTICSEARCH_START = SETTINGS.replace("PREFIX", "-E") + r"""
exec /usr/share/elasticsearch/bin/elasticsearch $settings -Enetwork.host=0.0.0.0
"""


def _build(engine, name, recipe, fill):
    """fill(folder) lays out what the recipe's COPY root/ / puts into the image."""
    context = engine.folder / "context"
    root = context / "root"
    root.mkdir(parents=True)
    fill(root)
    (context / "Dockerfile").write_text(recipe)
    engine.docker("build", "--tag", name, context, timeout=300)
    shutil.rmtree(context)


def _program(file, text):
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    file.chmod(0o755)


def _nginx(root):
    (root / "usr/sbin").mkdir(parents=True)
    shutil.copy(shutil.which("nginx"), root / "usr/sbin/nginx")
    for folder in ("etc/nginx", "var/log/nginx", "var/lib/nginx"):
        (root / folder).mkdir(parents=True)
    (root / "etc/nginx/nginx.conf").write_text(NGINX_CONFIG)


def _java(root):
    home = os.path.dirname(os.path.dirname(os.path.realpath(shutil.which("java"))))
    unused = shutil.ignore_patterns("jmods", "legal", "man", "include", "docs")
    # What looks like a file there is often a link to /etc; here it becomes one.
    shutil.copytree(home, root / "usr/lib/jvm/java", ignore=unused, ignore_dangling_symlinks=True)


def _opensearch(root):
    home = root / "usr/share/opensearch"
    shutil.copytree(artifacts.opensearch() / "jars", home / "lib")
    shutil.copy(artifacts.opensearch() / "node.jar", home / "lib")
    (home / "config").mkdir()
    _program(root / "start", OPENSEARCH_START.replace("JVM_OPTIONS", " ".join(artifacts.JVM_OPTIONS)))


def _elasticsearch(root):
    home = root / "usr/share/elasticsearch"
    shutil.copytree(artifacts.elasticsearch(), home, symlinks=True)
    (home / "data").mkdir()
    _program(root / "start", ELASTICSEARCH_START)


def make_nginx(engine):
    base_image.load_into(engine)
    _build(engine, NGINX, f"FROM {base_image.NAME}\nCOPY root/ /\nCMD [\"nginx\", \"-g\", \"daemon off;\"]\n", _nginx)


def make_servers(engine):
    """After make_nginx, which loads the base."""
    _build(engine, JAVA, f"FROM {base_image.NAME}\nCOPY root/ /\nENV PATH=/usr/lib/jvm/java/bin:/usr/bin:/bin\n", _java)
    _build(engine, OPENSEARCH, f"FROM {JAVA}\nCOPY root/ /\nCMD [\"/start\"]\n", _opensearch)
    _build(engine, ELASTICSEARCH, f"FROM {JAVA}\nCOPY --chown=1000:1000 root/ /\nENV ES_JAVA_HOME=/usr/lib/jvm/java\n"
           "USER 1000\nCMD [\"/start\"]\n", _elasticsearch)
