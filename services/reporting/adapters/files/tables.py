"""Whole tables as files: CSV, JSON lines, and Parquet by day as other engines read it."""

import datetime as dt
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from services.reporting.adapters.files.parquet import parquet_of
from services.reporting.adapters.files.plain import csv_of
from services.reporting.reports.rows import Column
from shared.contracts.values import iso

Days = Mapping[dt.date, Sequence[Mapping[str, Any]]]
_TYPES: dict[str, pa.DataType] = {
    "text": pa.string(),
    "whole": pa.int64(),
    "truth": pa.bool_(),
    "day": pa.date32(),
    "moment": pa.timestamp("ms", tz="UTC"),
}


def _said(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return iso(value)
    return value.isoformat() if isinstance(value, dt.date) else value


def as_csv(columns: Sequence[Column], days: Days, name: str) -> bytes:
    """One CSV file."""
    names = [column.name for column in columns]
    return csv_of([{n: _said(row[n]) for n in names} for rows in days.values() for row in rows], names)


def as_json(columns: Sequence[Column], days: Days, name: str) -> bytes:
    """One JSON object a line."""
    names = [column.name for column in columns]
    lines = (json.dumps({n: _said(row[n]) for n in names}) for rows in days.values() for row in rows)
    return "".join(f"{line}\n" for line in lines).encode()


def as_parquet(columns: Sequence[Column], days: Days, name: str) -> bytes:
    """A ZIP with a Parquet file for each day, laid out as `closes/day=2026-03-10/part.parquet` (Hive)."""
    kinds = {column.name: _TYPES[column.kind] for column in columns if column.name != "day"}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as whole:
        for day, rows in days.items():
            whole.writestr(f"{name}/day={day.isoformat()}/part.parquet", parquet_of(rows, kinds))
    return out.getvalue()
