"""Photos and PDFs on a record: told by their content, cleaned, shown to few, forgotten."""

import io
from typing import Any

import pytest
from PIL import Image

from tests.factories.desk_work import done, opened, refusal, seen, told
from tests.factories.front_desk import Caller, FrontDesk

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\n%%EOF\n"
MAKE, GPS = 271, 34853


def photo(form: str = "JPEG", size: tuple[int, int] = (64, 48)) -> bytes:
    """A picture that says where, by what and by whom it was taken."""
    exif = Image.Exif()
    exif[MAKE] = "Mrs Silva's phone"
    exif[GPS] = {1: "N", 2: (38.0, 42.0, 0.0)}
    made = io.BytesIO()
    Image.new("RGB", size, "navy").save(made, form, exif=exif)
    return made.getvalue()


async def attached(caller: Caller, record: dict[str, Any], content: bytes, media_type: str = "image/jpeg") -> Any:
    reply = await caller.upload(record, content, media_type)
    assert reply.status_code == 200, reply.text
    return reply.json()


@pytest.mark.parametrize(("form", "kept"), [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/jpeg")])
async def test_photo_loses_where_it_was_taken_when_attached(ana: Caller, desk: FrontDesk, form: str, kept: str) -> None:
    sent = photo(form)
    assert b"Silva" in sent
    record = await attached(ana, await opened(ana), sent, "image/jpeg")
    file = record["files"][0]
    assert (file["type"], record["attachments"], file["added_by"]) == (kept, 1, "ana")
    reply = await ana.get(f"/v1/records/{record['id']}/attachments/{file['id']}")
    assert (reply.status_code, reply.headers["content-type"], len(reply.content)) == (200, kept, file["size"])
    assert reply.headers["content-disposition"].startswith("attachment; ")
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert b"Silva" not in reply.content
    with Image.open(io.BytesIO(reply.content)) as shown:
        assert (dict(shown.getexif()), shown.size) == ({}, (64, 48))
    assert told(desk) == ["opened", "attached"]
    body = next(each for each in desk.database.tables.events if each.type == "record.attached.v1").value_object()
    assert set(body["attachment"]) == {"id", "type", "size", "digest"}


async def test_large_photo_is_made_smaller_when_attached(ana: Caller) -> None:
    record = await attached(ana, await opened(ana), photo(size=(4000, 3000)))
    reply = await ana.get(f"/v1/records/{record['id']}/attachments/{record['files'][0]['id']}")
    with Image.open(io.BytesIO(reply.content)) as shown:
        assert shown.size == (2560, 1920)


async def test_pdf_is_kept_as_it_is_and_its_read_is_written_down(ana: Caller, desk: FrontDesk) -> None:
    record = await attached(ana, await opened(ana), PDF, "application/pdf")
    reply = await ana.get(f"/v1/records/{record['id']}/attachments/{record['files'][0]['id']}")
    assert reply.content == PDF
    read = desk.database.tables.events[-1]
    assert (read.type, read.value_object()["access"]["classes"]) == ("access.read.v1", ["private_stay"])


@pytest.mark.parametrize(
    ("content", "media_type", "answer"),
    [
        (b"<html><script>alert(1)</script>", "image/jpeg", (415, "file_type")),
        (b"MZ\x90\x00", "application/pdf", (415, "file_type")),
        (b"", "image/jpeg", (422, [("body", "required")])),
        (b"\xff\xd8\xff" + b"no picture" * 9, "image/jpeg", (422, [("body", "picture")])),
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 40, "image/png", (422, [("body", "picture")])),
        (PDF + b"\x00" * (10 * 1024 * 1024), "application/pdf", (413, "body_too_large")),
    ],
)
async def test_file_is_refused_and_nothing_is_kept_when_it_is_not_what_is_taken(
    ana: Caller, desk: FrontDesk, content: bytes, media_type: str, answer: Any
) -> None:
    record = await opened(ana)
    assert refusal(await ana.upload(record, content, media_type)) == answer
    assert (told(desk), desk.database.tables.files) == (["opened"], {})


async def test_picture_of_too_many_pixels_is_refused_before_it_is_drawn(ana: Caller) -> None:
    made = io.BytesIO()
    Image.new("1", (30_000, 30_000)).save(made, "PNG")
    assert refusal(await ana.upload(await opened(ana), made.getvalue(), "image/png")) == (422, [("body", "picture")])


async def test_file_is_kept_once_when_its_key_is_repeated(ana: Caller, desk: FrontDesk) -> None:
    record = await opened(ana)
    first = await ana.upload(record, photo(), key="key-photo")
    again = await ana.upload(record, photo(), key="key-photo")
    assert (first.status_code, again.status_code, again.headers["idempotency-replayed"]) == (200, 200, "true")
    assert (told(desk), len(desk.database.tables.files)) == (["opened", "attached"], 1)
    other = await ana.upload(record, PDF, "application/pdf", key="key-photo")
    assert refusal(other) == (422, "idempotency_key_reused")


async def test_stale_version_leaves_only_what_is_swept(ana: Caller, desk: FrontDesk) -> None:
    record = await opened(ana)
    await done(ana, record, "accept")
    assert refusal(await ana.upload(record, photo()))[0] == 412
    assert [state for state, _, _ in desk.database.tables.files.values()] == ["pending"]


async def test_file_is_refused_to_those_who_may_not_see_what_is_private(ana: Caller, desk: FrontDesk) -> None:
    record = await attached(ana, await opened(ana, fields={"topic": "quiet_room"}), photo())
    path = f"/v1/records/{record['id']}/attachments/{record['files'][0]['id']}"
    async with desk.client() as http:
        answers = [refusal(await Caller(http, who).get(path)) for who in ("fred", "ines", "carl")]
        upload = refusal(await Caller(http, "fred").upload(record, photo()))
    assert answers == [(403, "field_not_granted"), (403, "field_not_granted"), (404, "record_not_found")]
    assert upload == (403, "not_granted")
    assert desk.database.tables.events[-1].value_object()["access"]["action"] == "attach"


async def test_file_is_gone_when_taken_off_with_a_reason(ana: Caller, desk: FrontDesk) -> None:
    record = await attached(ana, await opened(ana), photo())
    file = record["files"][0]["id"]
    assert refusal(await ana.act(record, "detach", {"attachment_id": file}))[0] == 422
    assert refusal(await ana.act(record, "detach", {"attachment_id": "other", "reason": "x"}))[0] == 404
    record = await done(ana, record, "detach", {"attachment_id": file, "reason": "Another guest is on it"})
    assert (record["attachments"], (await ana.get(f"/v1/records/{record['id']}/attachments/{file}")).status_code) == (
        0,
        404,
    )
    await desk.house.files.sweep(None)
    assert desk.database.tables.files == {}


async def test_file_of_another_record_is_not_found(ana: Caller) -> None:
    mine, other = await attached(ana, await opened(ana), photo()), await opened(ana)
    path = f"/v1/records/{other['id']}/attachments/{mine['files'][0]['id']}"
    assert refusal(await ana.get(path)) == (404, "attachment_not_found")
    assert (await seen(ana, other["id"]))["files"] == []
