FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
COPY workers ./workers
RUN npm run build && chmod +x dist/src/cli/main.js && npm prune --omit=dev

FROM node:24-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY package.json LICENSE ./
COPY config ./config
RUN mkdir .picket && chown node:node .picket && ln -s /app/dist/src/cli/main.js /usr/local/bin/picket
USER node
# What a run can reach does not grow with the account; with a limit V8 does not let its rubbish grow either.
CMD ["node", "--max-old-space-size=512", "dist/src/cli/main.js", "up"]
