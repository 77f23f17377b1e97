"""The archive of Kafka's classes makes starts quicker where it can be made, and is done without where it cannot."""

from pathlib import Path

from deploy.local.archive import archived
from deploy.local.kafka import Installed

NO_JAVA = "/bin/false"


def test_broker_starts_without_an_archive_where_none_can_be_made(tmp_path: Path) -> None:
    jars = tmp_path / "kafka-0"
    jars.mkdir()
    told: list[str] = []
    found = archived(Installed(NO_JAVA, jars), told.append)
    assert found.archive is None
    assert archived(Installed(NO_JAVA, jars), told.append) == found
    assert len(told) == 1, "it is tried once"


def test_archive_is_used_where_there_is_one(tmp_path: Path) -> None:
    jars = tmp_path / "kafka-0"
    jars.mkdir()
    archived(Installed(NO_JAVA, jars), lambda _: None)
    (made,) = tmp_path.glob("*.jsa")
    made.write_bytes(b"classes")
    assert f"-XX:SharedArchiveFile={made}" in archived(Installed(NO_JAVA, jars), lambda _: None).command("kafka.Kafka")
