# syntax=docker/dockerfile:1
# A service moved from JDK 8 to 17 with the options it always had.
ARG JAVA_VERSION=17
FROM maven:3.9-eclipse-temurin-17 AS build
ENV MAVEN_OPTS="-Xmx1g -XX:+TieredCompilation"
RUN mvn -q package

FROM eclipse-temurin:${JAVA_VERSION}-jre
ARG HEAP=512m
# wrong: unknown-flag
ENV JAVA_TOOL_OPTIONS="-XX:MaxGCPauseMills=200 -Xss512k"
ENV JAVA_OPTS="-Xms${HEAP} \
# wrong: removed-flag
    -XX:+PrintGCDateStamps \
    # wrong: locked-flag
    -XX:G1NewSizePercent=10 \
    -XX:+UseG1GC"
# wrong: bad-value
ENV GRADLE_OPTS -Xmx2gb "-Dfile.encoding=UTF-8"
COPY --from=build /target/app.jar /app.jar
ENTRYPOINT ["sh", "-c", "exec java $JAVA_OPTS -XX:MaxRAMPercentage=70 -jar /app.jar -XX:NotAnOption"]
