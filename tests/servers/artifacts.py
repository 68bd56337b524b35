"""The servers' programs: fetched by Maven once, and kept outside of the source tree for the next run.

    python3 artifacts.py           fetches what is missing
"""

import contextlib
import fcntl
import hashlib
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
CACHE = pathlib.Path(os.environ.get("TAILRACE_TEST_CACHE", "/var/cache/tailrace-tests")) / "servers"
MAVEN_TRIES = 3
# Quick to start, small, and fast enough: the servers of a test live for minutes.
JVM_OPTIONS = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto", "-Xlog:disable", "-Xlog:all=error")


@contextlib.contextmanager
def _locked():
    CACHE.mkdir(parents=True, exist_ok=True)
    with open(CACHE / "lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _run(command, what, **options):
    result = subprocess.run(list(map(str, command)), stdin=subprocess.DEVNULL, capture_output=True, text=True,
                            check=False, **options)
    if result.returncode != 0:
        raise RuntimeError(f"{what}: exit {result.returncode}\n{(result.stdout + result.stderr)[-3000:]}")
    return result.stdout


def _maven(pom, into):
    # Maven writes beside the pom, so it gets a copy. A registry that does not answer once usually does a moment later.
    into.mkdir(parents=True)
    own_pom = shutil.copy(pom, into.parent / "pom.xml")
    for attempt in range(1, MAVEN_TRIES + 1):
        try:
            _run(["mvn", "--batch-mode", "--quiet", f"-Dmaven.repo.local={CACHE}/maven", "-f", own_pom,
                  "process-resources", f"-Dinto={into}"], f"mvn -f {pom}", timeout=900)
            return
        except (RuntimeError, subprocess.TimeoutExpired):
            if attempt == MAVEN_TRIES:
                raise
            time.sleep(5 * attempt)


def _made_of(*sources):
    digest = hashlib.sha256()
    for source in sources:
        digest.update(source.read_bytes())
    return digest.hexdigest()[:12]


def _cached(name, sources, make):
    """The folder that make(folder) fills; it is made anew when one of its sources has changed."""
    folder = CACHE / f"{name}-{_made_of(*sources)}"
    with _locked():
        if not folder.exists():
            print(f"fetching {name}", file=sys.stderr)
            with tempfile.TemporaryDirectory(dir=CACHE, prefix="making-") as scratch:
                os.chmod(scratch, 0o755)
                make(pathlib.Path(scratch) / "made")
                os.rename(pathlib.Path(scratch) / "made", folder)
    return folder


# --- OpenSearch ---


def class_path(folder, *more):
    """Sorted, because a class archive is for one very class path; the server's own jars win over a plugin's."""
    jars = [folder / "node.jar", *sorted((folder / "jars").glob("*.jar"))]
    for other in more:
        jars += sorted(other.glob("*.jar"))
    return ":".join(map(str, jars))


def _compile_node(folder):
    classes = folder / "classes"
    _run(["javac", "-cp", f"{folder}/jars/*", "-d", classes, HERE / "opensearch/NodeMain.java"], "javac NodeMain")
    shutil.copy(HERE / "opensearch/log4j2.properties", classes)
    _run(["jar", "cf", folder / "node.jar", "-C", classes, "."], "jar")


def _make_opensearch(folder):
    _maven(HERE / "opensearch/pom.xml", folder / "jars")
    _compile_node(folder)


def opensearch():
    source = HERE / "opensearch"
    return _cached("opensearch", (source / "pom.xml", source / "NodeMain.java", source / "log4j2.properties"),
                   _make_opensearch)


def opensearch_security():
    pom = HERE / "opensearch_security/pom.xml"
    return _cached("opensearch-security", (pom,), lambda folder: _maven(pom, folder))


def class_archive():
    """Classes as the JVM has them in memory: a node starts in half the time. None if this JVM makes none."""
    folder = opensearch()
    archive = folder / "classes.jsa"
    with _locked():
        if not archive.exists():
            _make_archive(folder, archive)
    return archive if archive.stat().st_size else None


def _make_archive(folder, archive):
    with tempfile.TemporaryDirectory(dir=CACHE, prefix="making-") as scratch:
        (pathlib.Path(scratch) / "config").mkdir()
        command = ["java", "-Xmx512m", *JVM_OPTIONS, f"-XX:ArchiveClassesAtExit={scratch}/classes.jsa",
                   "-cp", class_path(folder), "NodeMain", f"path.home={scratch}", "network.host=127.0.0.1",
                   "http.port=0", "transport.port=0", "discovery.type=single-node"]
        node = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        node.stdout.readline()
        node.send_signal(signal.SIGTERM)
        node.communicate(timeout=120)
        made = pathlib.Path(scratch) / "classes.jsa"
        made.touch()  # An empty archive says that there will be none.
        os.rename(made, archive)


# --- Elasticsearch ---


def _make_elasticsearch(folder):
    _maven(HERE / "elasticsearch/pom.xml", folder / "unpacked")
    distribution = next((folder / "unpacked").glob("elasticsearch-*"))
    for program in (distribution / "bin").iterdir():
        program.chmod(0o755)
    (distribution / "plugins").mkdir(exist_ok=True)
    os.rename(distribution, folder / "home")


def elasticsearch():
    """The distribution's folder; everybody may read it, nobody writes there."""
    return _cached("elasticsearch", (HERE / "elasticsearch/pom.xml",), _make_elasticsearch) / "home"


def main():
    for tool in ("java", "javac", "mvn"):
        if not shutil.which(tool):
            sys.exit(f"artifacts: no {tool}: install default-jdk-headless and maven")
    opensearch()
    class_archive()
    opensearch_security()
    elasticsearch()


if __name__ == "__main__":
    main()
