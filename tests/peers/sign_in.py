"""Sign-in without a client secret, seen from both sides.

Microsoft's azure-identity signs in to the emulator with a certificate and with an assertion, unchanged; and PyJWT with
cryptography, which share no code with this project, verify what the component signs.
"""

import json
import subprocess
import tempfile
import threading
import time
import urllib.parse
import uuid
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import jwt
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import CertificateCredential, ClientAssertionCredential
from checks import Tests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from jwt.utils import base64url_decode, base64url_encode

SCOPE = "https://graph.microsoft.com/.default"
JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
TENANT, CLIENT = str(uuid.uuid4()), str(uuid.uuid4())
test = Tests()


def pair_of(peer):
    """The certificate of the emulator's default app, and its key."""
    pair = peer.control("POST", "certificate")
    return pair["certificate"], pair["private_key"]


def signs_in(peer, kind, **proof):
    """Gets a token as azure-identity does by default, instance discovery aside, and the claims of that token."""
    ids = {name: peer.config[name] for name in ("tenant_id", "client_id")}
    endpoint = {"authority": peer.url, "connection_verify": peer.ca_file, "disable_instance_discovery": True}
    with kind(**ids, **endpoint, **proof) as credential:
        token = credential.get_token(SCOPE).token
    return jwt.decode(token, options={"verify_signature": False})


def refused(peer, number, kind, **proof):
    try:
        signs_in(peer, kind, **proof)
    except ClientAuthenticationError as error:
        assert f"AADSTS{number}" in error.message, error.message
    else:
        raise AssertionError(f"signed in, where AADSTS{number} was expected")


@test
async def certificate_credential_signs_in(peer):
    certificate, key = pair_of(peer)
    for text in (certificate + key, key + certificate):
        claims = signs_in(peer, CertificateCredential, certificate_data=text.encode())
        assert claims["appidacr"] == "2" and "ThreatHunting.Read.All" in claims["roles"], claims


@test
async def certificate_credential_is_refused_with_an_unknown_certificate(peer):
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name, now = x509.Name([]), datetime.now(timezone.utc)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(now).not_valid_after(now + timedelta(days=1))
    certificate = builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    refused(peer, 700027, CertificateCredential, certificate_data=certificate + key.private_bytes(*form))


@test
async def client_assertion_credential_signs_in(peer):
    def assertion():
        return peer.control("POST", "assertion", {})["assertion"]

    claims = signs_in(peer, ClientAssertionCredential, func=assertion)
    assert claims["appidacr"] == "2", claims


@test
async def client_assertion_credential_is_refused_with_a_foreign_assertion(peer):
    for change, number in (
        ({"issuer": "https://oidc.elsewhere.example"}, 700211),
        ({"audience": "api://elsewhere"}, 700212),
        ({"subject": "system:serviceaccount:soc:elsewhere"}, 700213),
    ):
        refused(peer, number, ClientAssertionCredential, func=lambda: peer.control("POST", "assertion", change)["assertion"])


class Login(BaseHTTPRequestHandler):
    """A token endpoint that keeps the forms and refuses them."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        self.server.forms.append(dict(urllib.parse.parse_qsl(body)))
        answer = json.dumps({"error": "invalid_client", "error_description": "AADSTS700027: No.", "error_codes": [700027]})
        self.send_response(401)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer.encode())

    def log_message(self, *_):
        pass


def signed_by_the_component(program, certificate, key):
    """The form of a token request of the component, with this certificate."""
    with HTTPServer(("127.0.0.1", 0), Login) as login, tempfile.TemporaryDirectory() as directory:
        login.forms = []
        threading.Thread(target=login.serve_forever, daemon=True).start()
        endpoint = f"http://127.0.0.1:{login.server_port}"
        config = {
            "tenant_id": TENANT,
            "client_id": CLIENT,
            "certificate": certificate,
            "private_key": key,
            "endpoints": {"login": endpoint, "graph": endpoint},
        }
        file = Path(directory) / "config.json"
        file.write_text(json.dumps(config))
        command = [program, "invoke", "get_incident_details", "--input", '{"incident_id": "1"}', "--config", file, "--json"]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=60)
        login.shutdown()
    assert ended.returncode == 1 and "AADSTS700027" in ended.stdout + ended.stderr, (ended.stdout, ended.stderr)
    [form] = login.forms
    assert form["client_assertion"] not in ended.stdout + ended.stderr, "an assertion is shown"
    return form


@test
async def what_the_component_signs_is_verified_independently(peer):
    certificate, key = pair_of(peer)
    now = time.time()
    first, second = (signed_by_the_component(peer.program, certificate, key) for _ in range(2))
    parsed = x509.load_pem_x509_certificate(certificate.encode())
    audience = f"https://login.microsoftonline.com/{TENANT}/oauth2/v2.0/token"
    for form in (first, second):
        assert form["client_assertion_type"] == JWT_BEARER and form["client_id"] == CLIENT, form
        assert form["grant_type"] == "client_credentials" and form["scope"] == SCOPE and "client_secret" not in form, form
        assertion = form["client_assertion"]
        header = jwt.get_unverified_header(assertion)
        thumbprint = base64url_encode(parsed.fingerprint(hashes.SHA256())).decode()
        assert header == {"typ": "JWT", "alg": "PS256", "x5t#S256": thumbprint}, header
        claims = jwt.decode(assertion, parsed.public_key(), algorithms=["PS256"], audience=audience)
        assert set(claims) == {"aud", "iss", "sub", "jti", "nbf", "iat", "exp"}, claims
        assert claims["iss"] == claims["sub"] == CLIENT, claims
        assert uuid.UUID(claims["jti"]).version == 4, claims
        assert claims["exp"] - claims["nbf"] == 600 and claims["nbf"] == claims["iat"], claims
        assert now - 2 <= claims["iat"] <= time.time() + 2, claims
        # The salt is as long as the hash, and nothing else.
        signed, signature = assertion.rsplit(".", 1)
        scheme = padding.PSS(padding.MGF1(hashes.SHA256()), hashes.SHA256.digest_size)
        parsed.public_key().verify(base64url_decode(signature), signed.encode(), scheme, hashes.SHA256())
    jtis = {jwt.decode(form["client_assertion"], options={"verify_signature": False})["jti"] for form in (first, second)}
    assert len(jtis) == 2, "an assertion has an id of its own"
