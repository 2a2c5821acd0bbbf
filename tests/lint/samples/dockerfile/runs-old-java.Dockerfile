FROM debian:12-slim
RUN apt-get update && apt-get install -y --no-install-recommends openjdk-11-jre-headless
# wrong: obsolete-flag, deprecated-flag
ENV CATALINA_OPTS -XX:MaxPermSize=256m -XX:+UseConcMarkSweepGC
# wrong: removed-flag
ENV JAVA_OPTS=-XX:+UseParNewGC
# wrong: unknown-flag
CMD exec java -XX:+UseZGenerational -Xmx300m \
    -jar app.jar
