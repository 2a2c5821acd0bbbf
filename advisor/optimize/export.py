"""The trials of a study as a table: one row a flag set, for spreadsheets and data frames."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from advisor.model.errors import InputError, UsageError
from advisor.model.goals import GOAL_NAMES
from advisor.optimize.runners import Answer

COLUMNS = ("flags", "problem", "oom", "pauses", *GOAL_NAMES)
"""Of every table. Times are seconds, sizes bytes, `pauses` a count; empty where there is no outcome."""


def rows(answers: Iterable[tuple[tuple[str, ...], Answer]]) -> Iterator[tuple[Any, ...]]:
    """One row per trial, in the order of the trials, along `COLUMNS`."""
    for words, answer in answers:
        flags = " ".join(words)
        if isinstance(answer, InputError):
            yield (flags, answer.message, *(None,) * (len(COLUMNS) - 2))
        else:
            figures = (answer.goal_value(name) for name in GOAL_NAMES)
            yield (flags, None, answer.oom, answer.pauses.count, *figures)


def table(suffix: str, table_rows: Iterable[Sequence[Any]]) -> bytes:
    """The bytes of a `.csv` or `.parquet` file. Raises UsageError for another suffix or where pyarrow is missing."""
    match suffix.lower():
        case ".csv":
            return _csv(table_rows)
        case ".parquet":
            return _parquet(list(table_rows))
        case _:
            raise UsageError(f"cannot export to {suffix or 'a file without suffix'}", hint="known: .csv, .parquet")


def _csv(table_rows: Iterable[Sequence[Any]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(table_rows)
    return text.getvalue().encode()


def _parquet(table_rows: list[Sequence[Any]]) -> bytes:
    try:
        import pyarrow as arrow
        from pyarrow import parquet
    except ImportError as error:
        raise UsageError(
            "Parquet needs pyarrow", hint="pip install 'jvm-advisor[parquet]', or export to .csv"
        ) from error
    columns = {name: [row[index] for row in table_rows] for index, name in enumerate(COLUMNS)}
    sink = io.BytesIO()
    parquet.write_table(arrow.table(columns), sink)
    return sink.getvalue()
