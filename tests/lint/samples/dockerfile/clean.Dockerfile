# escape=`
# Nothing here is wrong: placeholders, quotes, stages, here-documents, other programs' options.
FROM node:22 AS web
ENV NODE_OPTIONS="--max-old-space-size=4096"
RUN <<EOF
ENV JAVA_OPTS=-XX:+NoSuchFlag
EOF

FROM ibm-semeru-runtimes:open-17-jre AS other
ENV JAVA_TOOL_OPTIONS="-Xgcpolicy:gencon"

FROM eclipse-temurin:21-jre-alpine
ARG GC_FLAGS
ENV DOCKER_OPTS="-H tcp://0.0.0.0:2375 -D" `
    JAVA_TOOL_OPTIONS='-XX:+UseZGC -XX:+ZGenerational -Dgreeting="two words"'
ENV JAVA_OPTS="-Xmx${HEAP_MAX:-512m} -XX:+Use$GC ${EXTRA}"
HEALTHCHECK CMD curl -f http://localhost/ || exit 1
CMD java $JAVA_OPTS ${GC_FLAGS} -Xss1m -jar /app.jar --spring.profiles.active=prod
