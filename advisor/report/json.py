"""Any result as one JSON document."""

from __future__ import annotations

import json

from pydantic import BaseModel


def to_json(result: BaseModel) -> str:
    """The document with contract key names, indented, UTF-8, ending in a newline. Raises ValueError on NaN."""
    data = result.model_dump(mode="json", by_alias=True)
    return json.dumps(data, ensure_ascii=False, allow_nan=False, indent=2) + "\n"
