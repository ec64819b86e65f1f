"""Recipe B: for another process, by nothing but its environment, over TLS and through yfinance's own session.

A CONNECT proxy on 127.0.0.1 answers for the hosts of yahoo.com itself, with a certificate of an authority
made for the test; any other host is refused.
"""

from __future__ import annotations

import os
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any, Literal

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.loopback.server import QuietServer, Service, handler_of, running

HOSTS = [f"{name}.yahoo.com" for name in ("query1.finance", "query2.finance", "finance", "fc", "guce", "consent")]


@contextmanager
def yahoo_over_proxy(
    service: Service, folder: Path, *, backend: Literal["curl", "requests"] = "curl"
) -> Iterator[dict[str, str]]:
    """The whole environment for a subprocess that takes `service` for Yahoo.

    `folder` holds certificates, the home and the caches of the subprocess. `backend` is what yfinance
    speaks through.
    """
    authority, leaf = _certificates(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(leaf)
    with running(QuietServer(("127.0.0.1", 0), _proxy_of(service, context)), service) as port:
        proxy, home = f"http://127.0.0.1:{port}", folder / "home"
        home.mkdir(exist_ok=True)
        own = {k: v for k, v in os.environ.items() if k.lower() not in ("no_proxy", "all_proxy")}
        own |= dict.fromkeys(("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"), proxy)
        own |= dict.fromkeys(("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"), str(authority))
        own |= {"HOME": str(home), "XDG_CACHE_HOME": str(home / ".cache"), "LOCALAPPDATA": str(home)}
        own |= {"YF_DISABLE_CURL_CFFI": "1" if backend == "requests" else "0"}
        yield own


def _proxy_of(service: Service, context: ssl.SSLContext) -> type[BaseHTTPRequestHandler]:
    plain: Any = handler_of(service)

    class Proxy(plain):  # type: ignore[misc]
        request: Any

        def do_CONNECT(self) -> None:
            host = self.path.rpartition(":")[0]
            if host not in HOSTS:
                self.send_error(502, "only yahoo.com is here")
                return
            self.send_response(200, "Connection established")
            self.end_headers()
            inside = context.wrap_socket(self.request, server_side=True)
            self.request, self.rfile, self.wfile = inside, inside.makefile("rb"), inside.makefile("wb", 0)
            self.close_connection = False

        def finish(self) -> None:
            try:
                super().finish()
            finally:
                self.request.close()

    return Proxy


def _certificates(folder: Path) -> tuple[Path, Path]:
    """Paths of the authority's certificate, and of a leaf for `HOSTS` with its key."""
    root_key, leaf_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root = _signed("eventstudy test authority", None, root_key, root_key, [x509.BasicConstraints(True, None)])
    names = x509.SubjectAlternativeName([x509.DNSName(host) for host in HOSTS])
    leaf = _signed(HOSTS[0], root, leaf_key, root_key, [x509.BasicConstraints(False, None), names])
    authority, chain = folder / "authority.pem", folder / "leaf.pem"
    authority.write_bytes(root.public_bytes(serialization.Encoding.PEM))
    key = leaf_key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    chain.write_bytes(key + leaf.public_bytes(serialization.Encoding.PEM))
    return authority, chain


def _signed(
    name: str,
    issuer: x509.Certificate | None,
    key: ec.EllipticCurvePrivateKey,
    signer: ec.EllipticCurvePrivateKey,
    extensions: list[x509.ExtensionType],
) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(
        issuer.subject if issuer else subject,
        subject,
        key.public_key(),
        x509.random_serial_number(),
        now - timedelta(days=1),
        now + timedelta(days=1),
    )
    for extension in extensions:
        builder = builder.add_extension(extension, critical=isinstance(extension, x509.BasicConstraints))
    subject_key = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    authority_key = x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key())
    builder = builder.add_extension(subject_key, critical=False).add_extension(authority_key, critical=False)
    return builder.sign(signer, hashes.SHA256())
