# The image of Remendo: Node.js, git, helm and kustomize, and nothing that runs as root. Programs are pinned by version and
# checksum. Bases are arguments, so that another registry, or a base of your own, can stand in: Alpine, Debian, or one
# that holds git, certificates and Node.js's libraries already. NODE_IMAGE must be of the same kind as BASE_IMAGE.
# Where the web cannot be reached, images stand in for the stages "build" (with /src/dist) and "programs" (with
# /programs/bin): --build-context programs=...
ARG NODE_IMAGE=node:24-alpine
ARG BASE_IMAGE=alpine:3.22

FROM ${NODE_IMAGE} AS build
WORKDIR /src
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json ./
COPY scripts/build.ts scripts/licences.ts scripts/
COPY src src
RUN node scripts/build.ts

FROM ${BASE_IMAGE} AS programs
ARG TARGETARCH=amd64
ARG HELM_VERSION=v3.19.0
ARG HELM_SHA256_AMD64=a7f81ce08007091b86d8bd696eb4d86b8d0f2e1b9f6c714be62f82f96a594496
ARG HELM_SHA256_ARM64=440cf7add0aee27ebc93fada965523c1dc2e0ab340d4348da2215737fc0d76ad
ARG KUSTOMIZE_VERSION=v5.7.1
ARG KUSTOMIZE_SHA256_AMD64=ea375e7372f9aa029129d4b2d16c66b7750b7f1213c4f66f910d981c895818d8
ARG KUSTOMIZE_SHA256_ARM64=4261a040217df3bd6896597c3986d1465925726e4f22a945304b5233a4dcdbda
WORKDIR /programs
RUN set -eu; \
    case "$TARGETARCH" in \
      amd64) helm_sum="$HELM_SHA256_AMD64"; kustomize_sum="$KUSTOMIZE_SHA256_AMD64" ;; \
      arm64) helm_sum="$HELM_SHA256_ARM64"; kustomize_sum="$KUSTOMIZE_SHA256_ARM64" ;; \
      *) echo "no checksums for $TARGETARCH" >&2; exit 1 ;; \
    esac; \
    if ! command -v wget >/dev/null; then \
      apt-get update; \
      apt-get install -y --no-install-recommends ca-certificates wget; \
    fi; \
    wget -q -O helm.tgz "https://get.helm.sh/helm-$HELM_VERSION-linux-$TARGETARCH.tar.gz"; \
    wget -q -O kustomize.tgz "https://github.com/kubernetes-sigs/kustomize/releases/download/kustomize%2F$KUSTOMIZE_VERSION/kustomize_${KUSTOMIZE_VERSION}_linux_$TARGETARCH.tar.gz"; \
    printf '%s  helm.tgz\n%s  kustomize.tgz\n' "$helm_sum" "$kustomize_sum" | sha256sum -c -; \
    mkdir bin; \
    tar -xzf helm.tgz -C bin --strip-components=1 "linux-$TARGETARCH/helm"; \
    tar -xzf kustomize.tgz -C bin kustomize

FROM ${NODE_IMAGE} AS node

FROM ${BASE_IMAGE}
RUN set -eu; \
    if command -v apk >/dev/null; then \
      apk add --no-cache ca-certificates git libstdc++ openssh-client-default; \
    elif command -v apt-get >/dev/null; then \
      apt-get update; \
      apt-get install -y --no-install-recommends ca-certificates git libstdc++6 openssh-client; \
      rm -rf /var/lib/apt/lists/*; \
    fi; \
    git --version; \
    echo 'remendo:x:10001:' >> /etc/group; \
    echo 'remendo:x:10001:10001:remendo:/tmp:/sbin/nologin' >> /etc/passwd
COPY --from=node /usr/local/bin/node /usr/local/bin/node
COPY --from=programs /programs/bin/ /usr/local/bin/
COPY --from=build /src/dist /opt/remendo/dist
# Without it Node.js would take the bundle for CommonJS.
RUN printf '{"type":"module"}\n' > /opt/remendo/package.json \
 && ln -s /opt/remendo/dist/remendo.js /usr/local/bin/remendo
USER 10001:10001
WORKDIR /tmp
ENV NODE_ENV=production HOME=/tmp
ENTRYPOINT ["/usr/local/bin/remendo"]
CMD ["run"]
