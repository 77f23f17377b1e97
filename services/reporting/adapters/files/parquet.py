"""Figures and rows as Parquet."""

import io
from collections.abc import Mapping, Sequence

import pyarrow as pa
import pyarrow.parquet as pq

from services.reporting.adapters.files.plain import Row, figure_rows
from services.reporting.domain.question import Figure, Question, Report

_COLUMNS: dict[str, pa.DataType] = {
    "name": pa.string(),
    "labels": pa.string(),
    "value": pa.float64(),
    "minor_units": pa.int64(),
    "unit": pa.string(),
    "records": pa.int64(),
    "low": pa.float64(),
    "high": pa.float64(),
    "note": pa.string(),
}


def parquet_of(rows: Sequence[Row], columns: Mapping[str, pa.DataType]) -> bytes:
    """Rows as Parquet, compressed by zstd."""
    arrays = [pa.array([row[name] for row in rows], kind) for name, kind in columns.items()]
    out = io.BytesIO()
    pq.write_table(pa.Table.from_arrays(arrays, names=list(columns)), out, compression="zstd")
    return out.getvalue()


def parquet_bytes(report: Report, question: Question, figures: Sequence[Figure], property_id: str | None) -> bytes:
    """The figures as Parquet."""
    return parquet_of(figure_rows(figures), _COLUMNS)
