"""Makes `data/` anew: the flag tables of five releases, the life cycle of every flag, the tags of logs.

The input is a folder of tables read from HotSpot's sources (`jdkN_flags.tsv`, `flag_status.tsv`,
`special_lifecycle.tsv`, `special_flags.tsv`, `xlog_tags.tsv`). Where a JVM of a release is given, its own
PrintFlagsFinal and PrintFlagsRanges override kind and range of every flag it prints, and the provenance of the row says
so; its -Xlog:help overrides the tags.
"""

from __future__ import annotations

import argparse
import csv
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from advisor.model.machine import JDKS

DATA = Path(__file__).resolve().parent / "data"
COLUMNS = ("name", "type", "kind", "default", "low", "high", "component", "platform", "provenance")
LIFE_COLUMNS = ("name", *(f"jdk{jdk}" for jdk in JDKS), "deprecated_in", "obsolete_in", "expired_in", "alias_of")

_COMPONENTS = ("g1", "cms", "parallel", "serial", "shenandoah", "epsilon", "jvmci", "c1", "c2", "z")
_PREFIXES_8 = (("CMS", "cms"), ("ParGC", "cms"), ("UseCMS", "cms"), ("G1", "g1"), ("PSAdaptive", "parallel"))
"""JDK 8 declares most collector flags in one file; their names tell the collector."""
_UNLOCK = ("-XX:+UnlockExperimentalVMOptions", "-XX:+UnlockDiagnosticVMOptions")
_FINAL = re.compile(r"\s*(\w+)\s+(\w+)\s+:?=\s?(.*?)\s+\{([^{}]*)\}\s+\{([^{}]*)\}\s*$")
_RANGE = re.compile(r"\s*(\w+)\s+(\w+)\s+\[\s*(\S*)\s*\.\.\.\s*(\S*)\s*\]\s+\{([^{}]*)\}")
_EXPRESSION = re.compile(r"(-?\d+(?:\.\d+)?)(?:\s*\*\s*([KMG]))?\Z")
_UNIT = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30}
_WORDS_8 = {
    "NULL": "", '\\"\\"': "", '""': "", "trueInDebug": "false", "falseInEmbedded": "true", "trueInTiered": "true",
    "trueInProduct": "true", "falseInProduct": "false", "max_uintx": "18446744073709551615", "max_jint": "2147483647",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One flag of one release, as it is stored."""

    name: str
    type: str
    kind: str
    default: str
    low: str
    high: str
    component: str
    platform: str
    provenance: str


def read_table(path: Path) -> list[dict[str, str]]:
    """The rows of a tab-separated table with a heading."""
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))


def plain_default(text: str) -> str:
    """A default written in JDK 8's source as PrintFlagsFinal would print it; `?` where it depends on the machine."""
    text = text.removeprefix("pd: ").strip()
    if text in _WORDS_8:
        return _WORDS_8[text]
    if text in ("true", "false"):
        return text
    found = _EXPRESSION.match(text)
    if not found:
        return "?"
    return str(int(found[1]) * _UNIT[found[2]]) if found[2] else found[1]


def component(source_file: str, name: str) -> str:
    """The collector or compiler whose source declares a flag; empty for the rest."""
    folder = re.search(r"/(?:gc|gc_implementation)/(\w+)/", source_file)
    found = (folder[1] if folder else Path(source_file).name.split("_")[0]).lower()
    if found in _COMPONENTS:
        return found
    return next((collector for prefix, collector in _PREFIXES_8 if name.startswith(prefix)), "")


def _bounds(text: str) -> tuple[str, str]:
    low, dots, high = text.partition("..")
    number = re.compile(r"-?\d+(\.\d+)?\Z")
    return (low if number.match(low) else "", high if number.match(high) else "") if dots else ("", "")


def row_from_table(row: Mapping[str, str], jdk: int) -> Row:
    """One row of a source table."""
    name = row["name"]
    kind = re.sub(r"^(ARCH|C1|C2|JVMCI)\s+", "", row["kind"])
    platform = row.get("platform", "all") or "all"
    low, high = _bounds(row["range_from_arguments_cpp"] if jdk == 8 else row["range"])
    default = plain_default(row["default"]) if jdk == 8 else row["default"]
    made = "source 8u412" if jdk == 8 else "table"
    return Row(name, row["type"], kind, default, low, high, component(row["source_file"], name), platform, made)


def _print_flags(java: str, option: str) -> list[str]:
    command = [java, *_UNLOCK, f"-XX:+{option}", "-version"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()  # noqa: S603


def overlay(rows: Mapping[str, Row], java: str) -> dict[str, Row]:
    """The rows with what a real JVM prints of itself. Raises CalledProcessError when it does not start."""
    banner = subprocess.run([java, "-version"], capture_output=True, text=True, check=True).stderr  # noqa: S603
    found = re.search(r'version "([\d.]+)', banner)
    made = f"jvm {found[1] if found else '?'}"
    result = dict(rows)
    for line in _print_flags(java, "PrintFlagsFinal"):
        if match := _FINAL.match(line):
            kind = re.sub(r"^(ARCH|C1|C2|JVMCI)\s+", "", match[4])
            known = result.get(match[2]) or Row(match[2], match[1], kind, match[3], "", "", "", "all", made)
            result[match[2]] = replace(known, type=match[1], kind=kind, provenance=made)
    for line in _print_flags(java, "PrintFlagsRanges"):
        if (match := _RANGE.match(line)) and match[2] in result:
            result[match[2]] = replace(result[match[2]], low=match[3], high=match[4])
    return result


def flag_rows(tables: Path, jdk: int, java: str | None) -> list[Row]:
    """All flags of a release that a product build knows or says something of, by name."""
    rows = {row["name"]: row_from_table(row, jdk) for row in read_table(tables / f"jdk{jdk}_flags.tsv")}
    if java:
        rows = overlay(rows, java)
    return [rows[name] for name in sorted(rows)]


def life_rows(tables: Path) -> list[tuple[str, ...]]:
    """Status per release and the years of each flag that any release knew."""
    status = {row["name"]: row for row in read_table(tables / "flag_status.tsv")}
    special = {row["name"]: row for row in read_table(tables / "special_lifecycle.tsv")}
    aliases = {
        row["name"]: row["alias_of"] for row in read_table(tables / "special_flags.tsv") if "alias" in row["table"]
    }
    result = []
    for name in sorted({*status, *special, *aliases}):
        row, life = status.get(name, {}), special.get(name, {})
        years = (life.get(key) or row.get(key) or "" for key in ("deprecated_in", "obsolete_in", "expired_in"))
        result.append((name, *(row.get(f"jdk{jdk}", "-") for jdk in JDKS), *years, aliases.get(name, "")))
    return result


def log_tags(tables: Path, javas: Mapping[int, str]) -> tuple[list[str], list[list[str]]]:
    """Heading and rows: each tag of unified logs, and a 1 under every release that has it."""
    read = read_table(tables / "xlog_tags.tsv")
    releases = {name: {row["tag"] for row in read if row[name] == "1"} for name in read[0] if name != "tag"}
    for jdk, java in javas.items():
        help_text = subprocess.run([java, "-Xlog:help", "-version"], capture_output=True, text=True, check=True).stdout  # noqa: S603
        listed = help_text.partition("Available log tags:")[2].strip().splitlines()[0]
        releases[f"jdk{jdk}"] = {tag.strip() for tag in listed.split(",") if tag.strip()}
    tags = sorted(set().union(*releases.values()))
    return ["tag", *releases], [[tag, *("1" if tag in had else "" for had in releases.values())] for tag in tags]


def _text(heading: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    return "".join("\t".join(row) + "\n" for row in (heading, *rows))


def generate(tables: Path, javas: Mapping[int, str]) -> dict[str, str]:
    """File name -> content of everything in `data/`."""
    files = {"lifecycle.tsv": _text(LIFE_COLUMNS, life_rows(tables)), "log_tags.tsv": _text(*log_tags(tables, javas))}
    for jdk in JDKS:
        rows = flag_rows(tables, jdk, javas.get(jdk))
        files[f"jdk{jdk}.tsv"] = _text(COLUMNS, ([getattr(row, column) for column in COLUMNS] for row in rows))
    return files


def main(arguments: list[str] | None = None) -> int:
    """Writes the files, or with --check says which are stale (exit code 1)."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tables", type=Path, required=True, help="folder of the source tables")
    parser.add_argument("--java", action="append", default=[], metavar="N=PATH", help="the java of a release")
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args(arguments)
    javas = {int(number): path for number, _, path in (text.partition("=") for text in options.java)}
    stale = []
    for name, text in generate(options.tables, javas).items():
        path = DATA / name
        if options.check:
            if not path.exists() or path.read_text(encoding="utf-8") != text:
                stale.append(name)
        else:
            path.write_text(text, encoding="utf-8")
    for name in stale:
        sys.stderr.write(f"{name} is not what the tables give; run without --check\n")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
