"""What meets in one launch, and what must not."""

from __future__ import annotations

from pathlib import Path

from advisor.lint import LintOptions, lint_paths
from advisor.lint.formats.dockerfile import Dockerfile
from advisor.lint.formats.jvm_options import JvmOptions
from advisor.lint.formats.kubernetes import Kubernetes
from advisor.lint.launch import Launch


def words(launches: list[Launch]) -> list[list[str]]:
    return [[word.text for word in launch.words] for launch in launches]


def dockerfile(text: str) -> list[list[str]]:
    return words(list(Dockerfile().launches("FROM openjdk:17\n" + text, "Dockerfile")))


def checks(text: str, name: str, tmp_path: Path) -> list[tuple[int, str]]:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return [(f.line, f.check) for f in lint_paths([str(path)], LintOptions(pedantic=True)).findings]


def test_the_jvms_own_variables_come_before_and_after_the_command() -> None:
    text = 'ENV _JAVA_OPTIONS=-Dd JDK_JAVA_OPTIONS=-Db JAVA_TOOL_OPTIONS=-Da\nCMD ["java", "-Dc", "-jar", "x"]\n'
    assert dockerfile(text) == [["-Da", "-Db", "-Dc", "-Dd"]]


def test_a_variable_goes_where_the_command_uses_it_and_else_is_its_own_launch() -> None:
    assert dockerfile('ENV JAVA_OPTS="-Da -Db" MAVEN_OPTS=-Dm\nCMD java -Dx ${JAVA_OPTS} -Dy -jar x\n') == [
        ["-Dx", "-Da", "-Db", "-Dy"],
        ["-Dm"],
    ]


def test_a_value_is_built_from_earlier_ones_as_the_builder_does() -> None:
    text = 'ENV BASE=-Da\nENV JAVA_OPTS="$BASE -Db"\nENV JAVA_OPTS="${JAVA_OPTS} -Dc=${OTHER} -Dd"\n'
    assert dockerfile(text) == [["-Da", "-Db", "-Dc=${OTHER}", "-Dd"]]


def test_a_value_that_multiplies_itself_is_left_alone() -> None:
    bomb = "ENV JAVA_OPTS=-Da\n" + 'ENV JAVA_OPTS="$JAVA_OPTS $JAVA_OPTS"\n' * 60
    (launch,) = dockerfile(bomb)
    assert len(launch) < 40_000


def test_the_command_of_a_script_entry_point_is_read() -> None:
    assert dockerfile('ENTRYPOINT ["/entry.sh"]\nCMD ["java", "-Da", "Main"]\n') == [["-Da"]]
    assert dockerfile('ENTRYPOINT ["java", "-Da"]\nCMD ["-Db", "-jar", "x"]\n') == [["-Da", "-Db"]]
    assert dockerfile('CMD ["java", "-Da", "Main"]\nENTRYPOINT ["/entry.sh"]\n') == []  # an ENTRYPOINT resets CMD


def test_the_launchers_own_variable_is_not_read_by_release_8(tmp_path: Path) -> None:
    text = "FROM openjdk:{}\nENV JDK_JAVA_OPTIONS=-XX:+NoSuchFlag\n"
    assert checks(text.format(8), "Dockerfile", tmp_path) == []
    assert checks(text.format(11), "Dockerfile", tmp_path) == [(2, "unknown-flag")]


def test_stages_and_here_documents() -> None:
    here = "RUN <<A <<B\nENV JAVA_OPTS=-Dn\nA\nENV JAVA_OPTS=-Dn\nB\n"
    text = f"ENV JAVA_OPTS=-Da\nFROM openjdk:21\n{here}ENV JAVA_OPTS=-Db\n"
    assert dockerfile(text) == [["-Da"], ["-Db"]]


def test_options_of_other_programs_are_none_of_ours() -> None:
    assert dockerfile('ENV NODE_OPTIONS="-r x" DOCKER_OPTS="-H tcp" CURL_OPTS=-Xput\nCMD ["node", "-XX:x"]\n') == []


def test_prefixes_of_options_files() -> None:
    (launch,) = JvmOptions().launches("8:-Da\n9-:-Db\n10-13:-Dc\n -Dd \n8-:-De=8:-x\n", "jvm.options")
    assert [[w.text for w in launch.on(jdk)] for jdk in (8, 11, 17)] == [
        ["-Da", "-Dd", "-De=8:-x"],
        ["-Db", "-Dc", "-Dd", "-De=8:-x"],
        ["-Db", "-Dd", "-De=8:-x"],
    ]


def test_an_option_of_a_line_may_hold_blanks_except_for_cassandra() -> None:
    text = "-XX:OnError=gdb - %p\n"
    assert words(list(JvmOptions().launches(text, "jvm.options"))) == [["-XX:OnError=gdb - %p"]]
    assert words(list(JvmOptions().launches(text, "jvm-server.options"))) == [["-XX:OnError=gdb", "-", "%p"]]


def test_branches_of_a_template_never_meet(tmp_path: Path) -> None:
    text = """apiVersion: v1
kind: Pod
spec:
  containers:
    - name: x
      image: openjdk:17
      env:
        - name: JAVA_TOOL_OPTIONS
          value: >-
            {{- if .a }}
            -XX:+UseG1GC -Xmx1g
            {{- else if .b }}
            -XX:+UseParallelGC -Xmx2g
            {{- else }}
            -XX:+UseSerialGC -Xmx3g
            {{- end }}
            -Xss512k
"""
    found = words(list(Kubernetes().launches(text, "k.yaml")))
    assert found == [
        ["-XX:+UseG1GC", "-Xmx1g", "-Xss512k"],
        ["-XX:+UseParallelGC", "-Xmx2g", "-Xss512k"],
        ["-XX:+UseSerialGC", "-Xmx3g", "-Xss512k"],
    ]
    assert checks(text, "k.yaml", tmp_path) == []
    assert checks(text.replace("-Xss512k", "-XX:+UseZGC"), "k.yaml", tmp_path) != []


def test_a_later_carrier_that_displaces_an_earlier_one_is_no_conflict(tmp_path: Path) -> None:
    text = 'FROM openjdk:17\nENV JAVA_TOOL_OPTIONS="-Xmx1g -Xmx2g"\nCMD ["java", "-Xmx3g", "-jar", "x"]\n'
    assert checks(text, "Dockerfile", tmp_path) == [(2, "conflicting-duplicate")]


def test_a_locked_flag_after_something_unknown_is_a_doubt(tmp_path: Path) -> None:
    path = tmp_path / "Dockerfile"
    text = "FROM openjdk:17\nCMD java {} -XX:G1NewSizePercent=10 -jar x\n"
    seen = {}
    for before in ("-Da", "$JAVA_OPTS"):
        path.write_text(text.format(before), encoding="utf-8")
        (finding,) = lint_paths([str(path)]).findings
        seen[before] = (finding.check, finding.severity, finding.confidence)
    assert seen == {"-Da": ("locked-flag", "error", "high"), "$JAVA_OPTS": ("locked-flag", "warning", "low")}


def test_values_with_placeholders_are_not_judged_and_their_names_are(tmp_path: Path) -> None:
    lines = [
        "-Xmx${HEAP}",
        "-XX:MaxGCPauseMilis=${P}",
        "-XX:+Use${GC}GC",
        "-XmxDAEMON_HEAP_MAXm",
        "-Xms__XMS__",
        "-Xss@ss@",
    ]
    assert checks("\n".join(lines), "jvm.options", tmp_path) == [(2, "unknown-flag")]


def test_a_fix_stands_only_where_the_text_is_the_option(tmp_path: Path) -> None:
    path = tmp_path / "x.args"
    path.write_text("-Xmx2gb '-XX:Max'GCPauseMilis=3", encoding="utf-8")
    first, second = lint_paths([str(path)], LintOptions(jdk=17)).findings
    assert first.fix is not None
    assert first.fix.replacement == "-Xmx2g"
    assert second.fix is None
    assert (second.column, second.end_column) == (10, 32)
