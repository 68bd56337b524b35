"""debian:bookworm-slim where no image registry is reached: made by debootstrap from the machine's own package
sources, and kept for the next run."""

import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

NAME = "debian:bookworm-slim"
RELEASE = "bookworm"
CACHE = pathlib.Path(os.environ.get("TAILRACE_TEST_CACHE", "/var/cache/tailrace-tests"))
APT = pathlib.Path("/etc/apt")


def apt_sources():
    """The file that names the release's archive."""
    for path in (APT / "sources.list.d/debian.sources", APT / "sources.list"):
        if path.exists() and RELEASE in path.read_text():
            return path
    for path in sorted(APT.glob("sources.list.d/*")):
        if re.search(rf"\b{RELEASE}\b.*\bmain\b", path.read_text(), re.DOTALL):
            return path
    raise AssertionError(f"no package source for {RELEASE} in {APT}")


def mirror():
    match = re.search(r"^(?:URIs:|deb(?:\s+\[[^]]*\])?)\s+(\S+)", apt_sources().read_text(), re.MULTILINE)
    assert match, f"no address in {apt_sources()}"
    return match[1]


def acquire_settings():
    """Proxies and the like, which the container's apt needs as much as ours."""
    dump = subprocess.run(["apt-config", "dump"], capture_output=True, text=True, check=True).stdout
    return "".join(line + "\n" for line in dump.splitlines()
                   if re.match(r"Acquire::(https?|Check-|Retries|ForceIPv)", line) and not line.endswith('"";'))


def make(tar):
    with tempfile.TemporaryDirectory(dir=CACHE, prefix="making-") as folder:
        root = pathlib.Path(folder) / "root"
        log = pathlib.Path(folder) / "log"
        command = ["debootstrap", "--variant=minbase", "--include=ca-certificates", RELEASE, root, mirror()]
        with open(log, "wb") as output:
            status = subprocess.run(command, stdout=output, stderr=output, check=False).returncode
        assert status == 0, f"debootstrap: exit {status}\n{log.read_text(errors='replace')[-2000:]}"
        (root / "etc/apt/sources.list").unlink(missing_ok=True)
        source = apt_sources()
        shutil.copy(source, root / source.relative_to("/"))
        (root / "etc/apt/apt.conf.d/99machine").write_text(acquire_settings())
        shutil.rmtree(root / "var/cache/apt/archives", ignore_errors=True)
        made = pathlib.Path(folder) / "base.tar"
        subprocess.run(["tar", "-C", root, "-cf", made, "."], check=True)
        made.rename(tar)


def load_into(engine):
    """Imports the base under the name that the Dockerfile uses."""
    CACHE.mkdir(parents=True, exist_ok=True)
    recipe = apt_sources().read_text() + acquire_settings()
    tar = CACHE / f"{RELEASE}-{hashlib.sha256(recipe.encode()).hexdigest()[:12]}.tar"
    if not tar.exists():
        make(tar)
    with open(tar, "rb") as file:
        engine.docker("import", "-", NAME, stdin=file, timeout=300)
