# The plugin's root file system: `docker export` of this image and config.json beside it are what
# `docker plugin create` takes (README.md shows the commands). Build with --network host where the default
# network has no name resolution.
FROM debian:bookworm-slim AS build
ENV TAILRACE_DEPS=/deps
WORKDIR /tailrace
# The dependencies change less often than the sources: they get a layer of their own.
COPY src/build.sh src/debian_packages.sh src/static_deps.sh src/
RUN src/build.sh --deps-only
COPY . .
RUN src/build.sh --plugin /plugin

FROM scratch
COPY --from=build /plugin/rootfs/ /
ENTRYPOINT ["/tailrace"]
