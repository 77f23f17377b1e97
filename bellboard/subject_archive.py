"""One archive of everything that is held of one person: data for machines, a page for people, the files."""

import html
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

SUFFIXES = {"image/jpeg": "jpg", "image/png": "png", "application/pdf": "pdf"}
STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse;margin:.5rem 0 1.5rem}td,th{border:1px solid #999;padding:.25rem .6rem;"
    "text-align:left;vertical-align:top}th{background:#eee}h2{margin-top:2rem}"
)
TITLES = {
    "integrations": "Who you are, your stays and your messages",
    "records": "What was done for you",
    "reads": "Who looked at your data",
}


@dataclass
class Subject:
    """What was gathered of a person: parts by name, files by path, and what could not be had and why."""

    guest_id: str
    at: str
    parts: dict[str, Any] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)


def archive(subject: Subject) -> bytes:
    """The zip: `data.json`, `index.html`, and `attachments/`; the same content gives the same bytes."""
    data = {"guest_id": subject.guest_id, "at": subject.at, "missing": subject.missing, **subject.parts}
    entries = {
        "data.json": json.dumps(data, indent=1, ensure_ascii=False, sort_keys=True).encode(),
        "index.html": page(subject).encode(),
        **subject.files,
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as into:
        for name, content in sorted(entries.items()):
            into.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def page(subject: Subject) -> str:
    """Everything as one readable page that loads nothing from anywhere; whatever was written is shown, never run."""
    body = [f"<h1>Your data</h1><p>Gathered at {_said(subject.at)} under the number {_said(subject.guest_id)}.</p>"]
    body += [f"<p><strong>Not in here:</strong> {_said(one)}</p>" for one in subject.missing]
    for name, part in subject.parts.items():
        body.append(f"<h2>{_said(TITLES.get(name, name))}</h2>{_value(part)}")
    links = "".join(f'<li><a href="{_said(path)}">{_said(path)}</a></li>' for path in sorted(subject.files))
    body.append(f"<h2>Files</h2><ul>{links}</ul>" if links else "")
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Your data</title>'
        f"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<style>{STYLE}</style></head><body>{''.join(body)}</body></html>"
    )


def file_name(record_id: str, file_id: str, media_type: str) -> str:
    """Where a file lies in the archive."""
    return f"attachments/{record_id}/{file_id}.{SUFFIXES.get(media_type, 'bin')}"


def _said(value: object) -> str:
    return html.escape("" if value is None else str(value))


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        rows = "".join(f"<tr><th>{_said(name)}</th><td>{_value(each)}</td></tr>" for name, each in value.items())
        return f"<table>{rows}</table>" if rows else ""
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "".join(_value(each) if isinstance(each, Mapping) else f"<p>{_value(each)}</p>" for each in value)
    return _said(value)
