"""The archive for a person: data, a page that runs nothing, the files, and what could not be had."""

import io
import json
import zipfile
from typing import Any

import httpx

from bellboard.commands.guests import gathered
from bellboard.commands.operations import Operator
from bellboard.subject_archive import Subject, archive, file_name, page

SUBJECT = Subject(
    "guest-1",
    "2026-05-03T12:00:00+00:00",
    {"integrations": {"profile": {"name": "<script>alert(1)</script>"}, "stays": [{"id": "stay-1", "nights": 2}]}},
    {"attachments/r1/f1.pdf": b"%PDF"},
    ["reads (You may not read the audit log.)"],
)


class FakeOperator(Operator):
    """Answers from a table; whatever is not in it is refused."""

    def __init__(self, answers: dict[str, Any]) -> None:
        self._answers = answers

    def sent(self, method: str, service: str, path: str, **options: Any) -> httpx.Response:
        found = self._answers.get(f"{service}{path.partition('?')[0]}")
        refused = httpx.Response(403, json={"detail": "Not yours."})
        return found if isinstance(found, httpx.Response) else httpx.Response(200, json=found) if found else refused


def test_archive_holds_data_page_and_files_and_is_the_same_twice() -> None:
    packed = archive(SUBJECT)
    with zipfile.ZipFile(io.BytesIO(packed)) as opened:
        assert sorted(opened.namelist()) == ["attachments/r1/f1.pdf", "data.json", "index.html"]
        data = json.loads(opened.read("data.json"))
    assert data["integrations"]["stays"] == [{"id": "stay-1", "nights": 2}]
    assert data["missing"] == SUBJECT.missing
    assert archive(SUBJECT) == packed


def test_page_shows_what_was_written_and_runs_none_of_it() -> None:
    shown = page(SUBJECT)
    assert "<script>" not in shown
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown
    assert "Not in here:" in shown
    assert 'href="attachments/r1/f1.pdf"' in shown


def test_gathering_asks_every_service_and_names_what_is_refused() -> None:
    files = [{"id": "f1", "type": "image/png"}, {"id": "f2", "type": "application/pdf"}]
    operator = FakeOperator(
        {
            "integrations/v1/guests/g1/file": {"profile": {"name": "Ana"}, "elsewhere": True},
            "records/v1/guests/g1/file": {"records": [{"id": "r1", "files": files}]},
            "records/v1/records/r1/attachments/f1": httpx.Response(200, content=b"png"),
        }
    )
    subject = gathered(operator, "g1", "now")
    assert set(subject.parts) == {"integrations", "records"}
    assert subject.files == {file_name("r1", "f1", "image/png"): b"png"}
    assert subject.missing == [
        "reads (Not yours.)",
        f"{file_name('r1', 'f2', 'application/pdf')} (Not yours.)",
        "what hotels hold that this account does not reach",
    ]
