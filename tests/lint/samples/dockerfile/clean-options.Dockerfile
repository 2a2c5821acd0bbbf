# Options that stand in no flag table, and forms that look odd; every JVM of this release takes them.
FROM eclipse-temurin:17
ENV JAVA_TOOL_OPTIONS="-XX:+IgnoreUnrecognizedVMOptions -XX:StartFlightRecording:duration=1s,filename=/tmp/sample.jfr"
ENV JAVA_OPTS="-XX:-IgnoreUnrecognizedVMOptions -XX:VMOptionsFile=/dev/null -XX:Flags=/dev/null -XX:NativeMemoryTracking=off \
    -XX:FlightRecorderOptions=stackdepth=64 -XX:MaxRAMPercentage=75.0 -XX:CompileCommand=quiet -Xshare:auto -Xmixed -ea \
    -Xlog:gc*,safepoint=info:stdout:time,uptime -Xmx0x10000000 -Xss512K -XX:OnOutOfMemoryError='kill -9 %p'"
ENTRYPOINT ["sh", "-c", "exec java $JAVA_OPTS -XshowSettings:vm --add-opens=java.base/java.lang=ALL-UNNAMED \
    --add-modules jdk.management -Dkey='a b' -jar app.jar"]
