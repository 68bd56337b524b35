"""A certificate authority of a test's own, by openssl."""

import subprocess

DAYS = "30"


def _openssl(folder, *arguments):
    result = subprocess.run(["openssl", *map(str, arguments)], cwd=folder, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        raise AssertionError(f"openssl {arguments[0]}: {result.stderr}")


class Authority:
    """ca.pem, and for each name NAME.pem with NAME-key.pem (PKCS#8), all signed by it."""

    def __init__(self, folder, name="tests"):
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._new_key("ca")
        _openssl(folder, "req", "-x509", "-new", "-key", "ca-key.pem", "-out", "ca.pem", "-days", DAYS,
                 "-subj", f"/CN={name} CA", "-addext", "keyUsage=critical,keyCertSign,cRLSign")

    @property
    def ca(self):
        return self.folder / "ca.pem"

    def certificate(self, name):
        return self.folder / f"{name}.pem"

    def key(self, name):
        return self.folder / f"{name}-key.pem"

    def issue(self, name, alternatives="DNS:localhost,IP:127.0.0.1"):
        """A certificate for a server or a client; made anew when called again."""
        self._new_key(name)
        _openssl(self.folder, "req", "-new", "-key", self.key(name), "-subj", f"/CN={name}", "-out", f"{name}.csr")
        extensions = self.folder / f"{name}.ext"
        extensions.write_text(f"subjectAltName={alternatives}\nextendedKeyUsage=serverAuth,clientAuth\n")
        _openssl(self.folder, "x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca-key.pem",
                 "-CAcreateserial", "-days", DAYS, "-out", f"{name}.pem", "-extfile", extensions)
        return self.certificate(name), self.key(name)

    def _new_key(self, name):
        _openssl(self.folder, "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out",
                 self.key(name))
        self.key(name).chmod(0o644)
