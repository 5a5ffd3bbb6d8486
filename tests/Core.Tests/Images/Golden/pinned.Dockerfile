FROM registry.example.test/node:22-slim@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --omit=dev --no-audit --no-fund
COPY start-agent.mjs ./
ARG PLUGIN_SET
LABEL multiagentinfra.plugin-set=$PLUGIN_SET

FROM registry.example.test/node:22-slim@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
LABEL org.opencontainers.image.title="ElizaOS agent runtime" \
      org.opencontainers.image.version="1.7.2" \
      org.opencontainers.image.base.name="registry.example.test/node:22-slim" \
      org.opencontainers.image.base.digest="sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" \
      multiagentinfra.template="2"
ENV NODE_ENV=production \
    SERVER_HOST=0.0.0.0 \
    SERVER_PORT=3000 \
    PGLITE_DATA_DIR=/data/db \
    ELIZA_DATA_DIR=/data/eliza \
    ELIZAOS_DATA_DIR=/data/eliza \
    ELIZA_UI_ENABLE=false \
    ELIZA_NO_AUTO_INSTALL=true \
    ELIZA_NO_PLUGIN_AUTO_INSTALL=true
RUN mkdir -p /data && chown 1000:1000 /data
COPY --from=build /app /app
USER 1000:1000
WORKDIR /data
EXPOSE 3000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.SERVER_PORT + '/healthz').then(r => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "/app/start-agent.mjs", "/app/character.json"]
