"""Keeps an archive of the classes that a broker loads, made once, so that each later start takes a third of the work.

Source: JEP 350, dynamic class data sharing archives. A JVM that cannot use one says so and goes on without.
"""

import contextlib
import hashlib
import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from deploy.local import ports, tether
from deploy.local.faults import StackFault
from deploy.local.jars import one_at_a_time
from deploy.local.java import Say
from deploy.local.kafka import Installed, Listening, broker_words, new_cluster_id, prepare

_UP_S, _WRITTEN_S = 60.0, 60.0


def archived(installed: Installed, say: Say) -> Installed:
    """The same Java and jars with their archive; as they were when none can be made, which is only slower."""
    path = installed.jars.with_name(f"{installed.jars.name}-{_build_of(installed.java)}.jsa")
    with one_at_a_time(path.parent):
        if not path.exists():
            say("Preparing Kafka for quick starts (once)")
            with contextlib.suppress(StackFault, OSError, subprocess.TimeoutExpired):
                _make(installed, path)
            path.touch()  # empty: not tried again
    return Installed(installed.java, installed.jars, path) if path.stat().st_size else installed


def _build_of(java: str) -> str:
    """Names one installation of Java: an archive serves only the one that made it."""
    binary = Path(java).resolve()
    return hashlib.sha256(f"{binary}|{binary.stat().st_mtime_ns}".encode()).hexdigest()[:8]


def _make(installed: Installed, path: Path) -> None:
    """Start a broker of its own, and end it once it listens; it writes the archive as it goes."""
    with tempfile.TemporaryDirectory(dir=path.parent) as scratch:
        data, fresh = Path(scratch), Path(scratch, "classes.jsa")
        port, controller_port = ports.choose(("broker", "controller"), {}, {}).values()
        listening = Listening(port, controller_port, port)
        properties = prepare(listening, data=data, cluster_id=new_cluster_id(), installed=installed)
        words = broker_words(properties, data, installed, f"-XX:ArchiveClassesAtExit={fresh}")
        process = subprocess.Popen(
            (sys.executable, tether.__file__, str(os.getpid()), *words),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            _wait_for(port)
            process.terminate()
            process.wait(_WRITTEN_S)
        finally:
            process.kill()
            process.wait()
        if fresh.exists():
            fresh.replace(path)


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + _UP_S
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
