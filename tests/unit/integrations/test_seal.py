"""What seals the secrets of partners: keys in a file, changed without a loss, drawn once when there are none."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from services.integrations.adapters.seal import NAME, KeysFileSeal
from shared.contracts.errors import AppError

SECRET = "whsec_" + "c2VjcmV0" * 4


def keyed(folder: Path, *keys: bytes) -> KeysFileSeal:
    """A seal by these keys, the newest first."""
    (folder / NAME).write_bytes(b"\n".join(keys))
    return KeysFileSeal(folder)


def test_sealed_text_shows_nothing_and_opens_for_its_own_only(tmp_path: Path) -> None:
    seal = KeysFileSeal(tmp_path)
    sealed, again = seal.close(SECRET, "sub-1"), seal.close(SECRET, "sub-1")

    assert SECRET not in sealed
    assert sealed != again
    assert seal.open(sealed, "sub-1") == SECRET
    with pytest.raises(AppError, match="something else"):
        seal.open(sealed, "sub-2")
    with pytest.raises(AppError, match="cannot be opened"):
        seal.open(sealed[:-4] + "AAA=", "sub-1")


def test_new_key_seals_and_the_old_one_still_opens_until_it_is_gone(tmp_path: Path) -> None:
    old, new = Fernet.generate_key(), Fernet.generate_key()
    before = keyed(tmp_path, old).close(SECRET, "sub-1")
    both, only = keyed(tmp_path, new, old), KeysFileSeal(tmp_path / "later")

    assert both.open(before, "sub-1") == SECRET
    assert [both.newest(before), both.newest(both.close(SECRET, "sub-1")), both.newest(SECRET)] == [False, True, False]
    (tmp_path / "later").mkdir()
    only = keyed(tmp_path / "later", new)
    with pytest.raises(AppError, match="cannot be opened"):
        only.open(before, "sub-1")


def test_processes_that_start_at_once_draw_one_key_that_only_the_owner_reads(tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as together:
        sealed = list(together.map(lambda place: KeysFileSeal(place).close(SECRET, "s"), [tmp_path / "secrets"] * 4))
    file = tmp_path / "secrets" / NAME

    assert file.stat().st_mode & 0o777 == 0o600
    assert [KeysFileSeal(tmp_path / "secrets").open(one, "s") for one in sealed] == [SECRET] * 4
    assert [each.name for each in (tmp_path / "secrets").iterdir()] == [NAME]


@pytest.mark.parametrize("held", [b"", b"not a key", b"\n\n"])
def test_file_without_a_key_is_an_error_that_names_it(tmp_path: Path, held: bytes) -> None:
    with pytest.raises(AppError, match=NAME):
        keyed(tmp_path, held).close(SECRET, "s")
