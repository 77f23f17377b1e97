"""Secrets of the channels to guests: in files that the service alone reads, in the settings only for tests."""

import json
from pathlib import Path

import pytest
from pydantic import SecretStr

from services.integrations.adapters.secrets import kept_secret
from services.integrations.composition.messages import Outside
from services.integrations.settings import Settings
from shared.contracts.errors import AppError

ACCOUNT = {"property_id": "city", "chain": "grand", "account": f"AC{'1' * 32}", "sms_from": "+351210000000"}
BOX = {"property_id": "city", "chain": "grand", "host": "imap.example", "user": "desk"}
MAIL = {"host": "smtp.example", "user": "desk", "sender": "desk@hotel.example"}
FILES = {"twilio-city": {"token": "tok-1"}, "inbox-city": {"password": "pass-2"}, "mail": {"password": "pass-3"}}


def told(folder: Path) -> Settings:
    """The service with every channel, and no secret in its settings."""
    given = {"secrets_dir": folder, "twilio": [ACCOUNT], "inboxes": [BOX], "mail": MAIL}
    return Settings.model_validate(given)


def test_secrets_are_read_from_their_files_and_stand_in_no_setting(tmp_path: Path) -> None:
    for name, said in FILES.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(said))
    settings = told(tmp_path)
    found = Outside.of(settings)
    assert found.mail
    secrets = (found.twilio["city"].token, found.inboxes[0].password, found.mail.password)
    assert [one.get_secret_value() if one else None for one in secrets] == ["tok-1", "pass-2", "pass-3"]
    shown = f"{settings!r}{found!r}"
    assert [secret for secret in ("tok-1", "pass-2", "pass-3") if secret in shown] == []


@pytest.mark.parametrize("missing", FILES)
def test_start_without_a_secret_names_its_file(tmp_path: Path, missing: str) -> None:
    for name in FILES.keys() - {missing}:
        (tmp_path / f"{name}.json").write_text(json.dumps(FILES[name]))
    with pytest.raises(AppError, match=f"{missing}.json"):
        Outside.of(told(tmp_path))


def test_secret_of_the_setting_stands_before_that_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "mail.json").write_text(json.dumps({"password": "of-the-file"}))
    given = kept_secret(tmp_path, "mail", "password", SecretStr("given"))
    kept = kept_secret(tmp_path, "mail", "password", None)
    assert (given.get_secret_value(), kept.get_secret_value()) == ("given", "of-the-file")
