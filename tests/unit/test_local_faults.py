"""Each fault of the machine under the stack is one sentence with the command that mends it."""

import socket
import stat
from pathlib import Path

import pytest

from bellboard import app
from deploy.local import jars, java, ports
from deploy.local.faults import StackFault
from deploy.local.processes import identify
from deploy.local.runfolder import RunFolder


def _is_one_sentence(said: str) -> bool:
    return "\n" not in said and said.endswith(".") and "Traceback" not in said


def test_java_says_what_to_install_when_it_is_missing_and_may_not_be_installed(tmp_path: Path) -> None:
    with pytest.raises(StackFault, match=r"Java 17 .*`apt-get install -y .*maven`") as fault:
        java.java({"PATH": str(tmp_path)})
    assert _is_one_sentence(fault.value.sentence)


def test_java_is_refused_when_it_is_older_than_17(tmp_path: Path) -> None:
    _script(tmp_path / "java", "echo 'openjdk version \"11.0.2\"' >&2")
    with pytest.raises(StackFault, match="Java 17"):
        java.java({"PATH": str(tmp_path)})


def test_java_is_installed_when_apt_may_be_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 0)
    _script(tmp_path / "packaged", "echo 'openjdk version \"17.0.1\"' >&2")
    _script(tmp_path / "apt-get", f'[ "$1" = update ] || /bin/cp {tmp_path}/packaged {tmp_path}/java')
    assert java.java({"PATH": str(tmp_path)}) == str(tmp_path / "java")


def test_maven_says_what_to_install_when_it_is_missing(tmp_path: Path) -> None:
    with pytest.raises(StackFault, match=r"Maven .*`apt-get install -y .*maven`"):
        java.maven({"PATH": str(tmp_path)})


def test_jars_are_refused_when_one_differs_from_the_committed_checksum(tmp_path: Path) -> None:
    (tmp_path / "a.jar").write_bytes(b"")
    (tmp_path / "b.jar").write_bytes(b"tampered")
    (tmp_path / "foreign.jar").write_bytes(b"")
    of_nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    expected = {"a.jar": of_nothing, "b.jar": of_nothing, "missing.jar": of_nothing}
    assert jars.wrong_jars(tmp_path, expected) == ["b.jar", "foreign.jar", "missing.jar"]


def test_jars_say_how_to_fetch_again_when_the_cache_is_damaged(tmp_path: Path) -> None:
    folder = jars.cache_folder(tmp_path)
    folder.mkdir()
    with pytest.raises(StackFault, match=r"jars are not the ones .* `rm -r ") as fault:
        jars.kafka_jars(tmp_path, {"PATH": ""}, print)
    assert _is_one_sentence(fault.value.sentence)


def test_jars_say_why_when_maven_fails(tmp_path: Path) -> None:
    _script(tmp_path / "mvn", "echo '[ERROR] the network is down'; exit 1")
    with pytest.raises(StackFault, match=r"Maven could not fetch Kafka .*the network is down"):
        jars.kafka_jars(tmp_path / "cache", {"PATH": str(tmp_path)}, print)


def test_port_is_refused_when_given_and_taken() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        number = taken.getsockname()[1]
        with pytest.raises(StackFault, match=rf"Port {number}, given for kafka, .*ss -ltnp"):
            ports.choose(["kafka"], given={"kafka": number}, remembered={})


def test_port_is_refused_when_given_twice() -> None:
    chosen = ports.choose(["a"], given={}, remembered={})
    with pytest.raises(StackFault, match="given for b"):
        ports.choose(["a", "b"], given={"a": chosen["a"], "b": chosen["a"]}, remembered={})


def test_ports_are_those_of_the_last_run_when_still_free() -> None:
    first = ports.choose(["a", "b"], given={}, remembered={})
    assert ports.choose(["a", "b"], given={}, remembered=first) == first
    assert len(set(first.values())) == 2


def test_folder_is_refused_when_the_disk_is_nearly_full(tmp_path: Path) -> None:
    with pytest.raises(StackFault, match=r"GB are free .*`make demo-reset`") as fault:
        RunFolder(tmp_path).take(needed_bytes=10**18)
    assert _is_one_sentence(fault.value.sentence)


def test_folder_is_refused_when_it_cannot_be_written() -> None:
    with pytest.raises(StackFault, match=r"cannot be written .* --folder"):
        RunFolder(Path("/proc/nowhere")).take()


def test_folder_names_what_an_earlier_run_left_when_it_still_runs(tmp_path: Path) -> None:
    pid = identify(1)
    assert pid is not None
    folder = RunFolder(tmp_path)
    folder.write("children", {"mongod": {"pid": pid.pid, "started": pid.started, "boot": pid.boot}})
    with pytest.raises(StackFault, match=r"left mongod running .* `kill 1`"):
        folder.take()


def test_folder_takes_over_when_the_pid_file_is_stale_and_the_pid_was_reused(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    folder.write("pid", {"pid": 1})
    folder.write("children", {"mongod": {"pid": 1, "started": -1, "boot": "another boot"}})
    folder.take()
    assert folder.left_over is not None
    assert _is_one_sentence(folder.left_over)
    folder.release()


def test_folder_is_not_wiped_while_a_run_holds_it(tmp_path: Path) -> None:
    with RunFolder(tmp_path), pytest.raises(StackFault, match="already runs"):
        RunFolder(tmp_path).wipe()
    assert tmp_path.exists()


def test_folder_is_not_wiped_when_it_is_no_folder_of_a_run(tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("data")
    with pytest.raises(StackFault, match="no folder of a run"):
        RunFolder(tmp_path).wipe()
    assert (tmp_path / "precious").exists()


def test_folder_is_gone_when_wiped(tmp_path: Path) -> None:
    with RunFolder(tmp_path / "run") as folder:
        folder.data("mongod")
    folder.wipe()
    assert not folder.path.exists()


def test_command_line_prints_one_sentence_when_a_fault_stops_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["bellboard", "stack", "up", "--folder", "/proc/nowhere"])
    with pytest.raises(SystemExit) as ended:
        app.main()
    assert ended.value.code == 2
    assert _is_one_sentence(capsys.readouterr().err.strip())


def _script(path: Path, body: str) -> None:
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
