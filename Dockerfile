# syntax=docker/dockerfile:1

FROM node:24-bookworm-slim AS build
WORKDIR /holdfast
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
RUN npm run build && npm prune --omit=dev --ignore-scripts --no-audit --no-fund

FROM node:24-bookworm-slim
WORKDIR /holdfast
ENV NODE_ENV=production \
    HOST=0.0.0.0 \
    PORT=3000
COPY --from=build /holdfast/package.json ./
COPY --from=build /holdfast/node_modules ./node_modules
COPY --from=build /holdfast/dist/apps ./dist/apps
COPY --from=build /holdfast/dist/libs ./dist/libs
USER node
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health/ready`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# exec form: SIGTERM reaches the service itself, which drains. The migration step is `node dist/apps/api/migrate.js`.
CMD ["node", "--min-semi-space-size=64", "--max-semi-space-size=64", "dist/apps/api/main.js"]
