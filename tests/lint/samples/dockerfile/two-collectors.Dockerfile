# Each instruction is fine by itself; the JVM that gets both does not start.
FROM registry.example.com/base/amazoncorretto:21.0.5 AS base
ENV JAVA_TOOL_OPTIONS="-XX:+UseG1GC -Xmx1g"

FROM base
WORKDIR /srv
# wrong: multiple-collectors
ENTRYPOINT ["/usr/bin/java", "-XX:+UseZGC"]
# wrong: heap-bounds
CMD ["-Xms2g", "-cp", "lib/*", "com.example.Main", "-Xmx512"]
