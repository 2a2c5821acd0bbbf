"""Writes `docs/lint.md` from the pages in `rules/lint/`: `python -m advisor.lint.docs [--check]`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from advisor.lint.pages import DOCUMENT, PageFile, page_files

_HEAD = """# Lint

<!-- Written by `python -m advisor.lint.docs` from rules/lint/ and the text in advisor/lint/docs.py. -->

`jvm-advisor lint PATH...` reads files that carry JVM flags and says what the JVM of the release would refuse, ignore or
warn about, and what is wrong although the JVM keeps silent. It starts no JVM and needs no network.

```
jvm-advisor lint Dockerfile config/jvm.options k8s/      # files and folders
echo '-Xmx2gb -XX:+UseG1CG' | jvm-advisor lint --jdk 17 -  # a command line
jvm-advisor lint --format sarif --output lint.sarif .     # for code scanning
```

## What is read

| file | how |
|---|---|
| `*.args`, `*.jvmargs`, `*.argfile` | as the launcher reads an @argfile |
| standard input (`-`) | as a shell command line, with or without `java` in front |
| `jvm.options`, `jvm.options.d/*.options`, `jvm.config`, `*.vmoptions` | one option a line; prefixes such as `8-13:` |
| `.jvmopts` | the same |
| `jvm*-server.options`, `jvm*-clients.options` (Cassandra) | the lines that begin with a hyphen, split into words |
| `.mvn/jvm.config` | likewise |
| `Dockerfile`, `Containerfile`, `*.dockerfile` | ENV, ARG, ENTRYPOINT and CMD in both their forms, per stage |
| Kubernetes manifests, Helm templates of them | environment, command, image and limits of containers |
| ConfigMaps in them | variables that carry options, and options files |
| any other file that you name and that begins with JVM options | as a shell command line |

Folders are walked without `.git`, `node_modules`, virtual environments and what `.gitignore` names.

The unit is a launch: one JVM command line, put together from the places that carry its options, such as
JAVA_TOOL_OPTIONS and the command of the same container. Options of different containers, stages, release prefixes or
template branches never meet. A value that something else fills in later (`${HEAP}`, `{{ .Values.heap }}`, `__XMX__`) is
not judged; its flag's name is.

## Which release

`--jdk` wins; otherwise the image of the stage or container (`eclipse-temurin:17-jre`, `10-jdk21-temurin`,
`distroless/java17`), a package that a RUN installs, the prefix of the line, or the name of the file says it. Where
nothing does, only what is wrong on every one of 8, 11, 17, 21 and 25 is reported, with less confidence. Each finding
says which release it is for and how that is known. Releases between two known ones get what holds on both. Images of
other virtual machines (OpenJ9) are left alone.

## Silencing

```
# jvm-advisor: ignore[conflicting-duplicate] the start script removes the first
-Xmx2g
```

A comment speaks of its own line, of the next line when it has its line to itself, and so of the whole instruction or
value that begins there. Dockerfiles have no comments at the end of a line. `--select` and `--ignore` choose checks for
a whole run.

## Output

| `--format` | for |
|---|---|
| `text` | people: place, line with caret, fix, release |
| `json` | programs: `lint/1`, schema in `configs/schema/lint.schema.json` |
| `sarif` | code scanning, SARIF 2.1.0 |
| `github` | GitHub Actions: notes beside the lines of a change |
| `gitlab` | GitLab: `artifacts: reports: codequality` |
| `junit` | Jenkins, GitLab and others: one failed case per finding |
| `checkstyle` | Jenkins (warnings-ng) and others |

`--also FORMAT=FILE`, which may be repeated, writes more of them in the same run. Fingerprints (SARIF, GitLab) are made
of check, path and flag, so that they outlive moved lines.

```yaml
jvm-flags:                                  # .gitlab-ci.yml
  script: jvm-advisor lint --also gitlab=jvm-flags.json .
  artifacts: {when: always, reports: {codequality: jvm-flags.json}}
```

## Exit codes

| code | meaning |
|---|---|
| 0 | no finding at or above `--fail-on` (default: error), or `--exit-zero` |
| 1 | a finding at or above it, in every output format |
| 2 | bad usage, a file that cannot be read, or a defect |
| 3 | nothing to check: no file of a known kind |

SARIF is no exception: a step that uploads it needs `--exit-zero`, or has to run whatever the step before says.

## Severity and confidence

`error`: the JVM does not start. `warning`: it says so, drops the option, or keeps silent about something that goes
wrong later. `info`: advice, shown with `--pedantic`. Confidence is a different matter: how sure the finding is, given
what the file does not say.

## Checks
"""


def document() -> str:
    """The whole document."""
    pages = page_files()
    table = ["| check | severity | what |", "|---|---|---|"]
    table += [f"| [{page.id}](#{page.id}) | {page.severity} | {page.title} |" for page in pages]
    return "\n".join([_HEAD, *table, "", *(_section(page) for page in pages)])


def _section(page: PageFile) -> str:
    example = page.example
    return f"""### {page.id}

**{page.title}** ({page.severity}, confidence {page.confidence})

{page.what}

{page.why}

{page.remediation}

Releases: {page.jdk}

`{example.file}`, JDK {example.jdk}:

```
{example.text.rstrip()}
```

instead:

```
{example.instead.rstrip()}
```
"""


def main(arguments: Sequence[str]) -> int:
    """Writes the document, or with `--check` compares it; returns the exit code."""
    path = Path(DOCUMENT)
    text = document()
    if "--check" in arguments:
        fresh = path.is_file() and path.read_text(encoding="utf-8") == text
        if not fresh:
            sys.stderr.write(f"{path} is not what rules/lint/ says; run python -m advisor.lint.docs\n")
        return 0 if fresh else 1
    path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
