"""A broker that asks who one is: TLS, SCRAM users and rights; what is not allowed is denied."""

import asyncio
import datetime as dt
import ipaddress
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from aiokafka.errors import KafkaError
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from deploy.local import jars, java
from deploy.local.kafka import Installed, Listening, broker_settings, broker_words, new_cluster_id
from deploy.local.ports import choose
from deploy.local.stack import CACHE
from deploy.local.topics import administered
from shared.chassis.access import Access

ADMIN, PASSWORD = "admin", "admin-password"


@contextmanager
def guarded_broker(folder: Path) -> Iterator[Access]:
    """The broker, and how its administrator reaches it; it ends with the block."""
    port, controller = choose(("broker", "controller"), {}, {}).values()
    installed = Installed(java.java(os.environ, lambda _: None), jars.kafka_jars(CACHE, os.environ, lambda _: None))
    authority, keys = _certificates(folder)
    settings = broker_settings(Listening(port, controller, port), folder) | {
        "listeners": f"SASL_SSL://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}",
        "advertised.listeners": f"SASL_SSL://127.0.0.1:{port}",
        "listener.security.protocol.map": "SASL_SSL:SASL_SSL,CONTROLLER:PLAINTEXT",
        "inter.broker.listener.name": "SASL_SSL",
        "sasl.enabled.mechanisms": "SCRAM-SHA-512",
        "sasl.mechanism.inter.broker.protocol": "SCRAM-SHA-512",
        "listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config": (
            "org.apache.kafka.common.security.scram.ScramLoginModule required "
            f'username="{ADMIN}" password="{PASSWORD}";'
        ),
        "ssl.keystore.type": "PEM",
        "ssl.keystore.location": str(keys),
        "ssl.truststore.type": "PEM",
        "ssl.truststore.location": str(authority),
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users": f"User:{ADMIN};User:ANONYMOUS",
    }
    properties, logs = folder / "server.properties", folder / "logs"
    logs.mkdir()
    properties.write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
    user = f"SCRAM-SHA-512=[name={ADMIN},password={PASSWORD}]"
    words = ("kafka.tools.StorageTool", "format", "-t", new_cluster_id(), "-c", str(properties), "--add-scram", user)
    subprocess.run(installed.command(*words), check=True, capture_output=True, timeout=120)
    broker = subprocess.Popen(broker_words(properties, logs, installed), stdout=subprocess.DEVNULL)
    access = Access(f"127.0.0.1:{port}", ADMIN, PASSWORD, tls=True, authority=authority)
    try:
        asyncio.run(_until_up(access))
        yield access
    finally:
        broker.kill()
        broker.wait()


async def _until_up(access: Access) -> None:
    for _ in range(120):
        try:
            async with administered(access) as admin:
                await admin.find_coordinator("bellboard-wake")
        except (KafkaError, OSError):
            await asyncio.sleep(0.5)
        else:
            return
    raise AssertionError("the broker does not come up")


def _certificates(folder: Path) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 that vouches for itself, and the same with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    authority, keys = folder / "authority.pem", folder / "broker.pem"
    authority.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    keys.write_bytes(private + authority.read_bytes())
    return authority, keys
