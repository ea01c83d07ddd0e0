# One image for each service, one for packagers of films and one for the command line; each is a target of its name:
# gateway, packager, packager-video, uploader, status, cli. `make images` builds them all with docker, podman or buildah.
#   IMAGE_BASE  a Python 3.11 or newer on Debian. A tag moves: what is published names it with its digest (docs/operations.md).
ARG IMAGE_BASE=docker.io/library/python:3.13-slim


# What everything is built from; none of it is in an image.
FROM ${IMAGE_BASE} AS build

RUN python -m venv /opt/build
ENV PATH=/opt/build/bin:$PATH
WORKDIR /src

COPY requirements/image-build.lock requirements/
RUN pip install --no-cache-dir --no-deps --require-hashes -r requirements/image-build.lock

COPY LICENSE pyproject.toml ./
COPY cli cli
COPY services services
COPY shared shared
RUN pip wheel --no-cache-dir --no-deps --no-build-isolation --wheel-dir /wheel . \
 && pip install --no-cache-dir --no-deps --no-build-isolation --editable .


# Runtime templates from source, and the export page: the compilers and the packages of npm that this takes stay here.
FROM build AS templates

# What makes the runtime of Android games: the installer of a JDK wants a folder for manual pages, which slim bases lack.
# hadolint ignore=DL3008
RUN mkdir -p /usr/share/man/man1 \
 && apt-get -qq update \
 && apt-get -qq install --yes --no-install-recommends \
    aapt android-framework-res default-jdk-headless libasm-java libsmali-java \
 && rm -rf /var/lib/apt/lists/*
COPY runtimes runtimes
COPY web web
COPY samples/emberlight samples/emberlight
RUN python -m services.packager.runtimes /templates \
 && find /templates -maxdepth 1 -type f -delete \
 && mv /templates/export-page /


# A Python environment for each: its own lock file and its own modules.
FROM ${IMAGE_BASE} AS environment

# hadolint ignore=DL3008
RUN apt-get -qq update \
 && apt-get -qq install --yes --no-install-recommends binutils \
 && rm -rf /var/lib/apt/lists/*
COPY scripts/image-environment /usr/local/bin/
COPY --from=build /wheel /wheel

FROM environment AS gateway-environment
COPY requirements/gateway.lock /
RUN image-environment gateway

FROM environment AS packager-environment
COPY requirements/packager.lock /
RUN image-environment packager

FROM environment AS uploader-environment
COPY requirements/uploader.lock /
RUN image-environment uploader

FROM environment AS status-environment
COPY requirements/status.lock /
RUN image-environment status

FROM environment AS cli-environment
COPY requirements/cli.lock /
RUN image-environment cli


# The ground of all images: the base without its installer and without ways to another user's rights, and a user who
# owns nothing.
FROM ${IMAGE_BASE} AS runtime

SHELL ["/bin/bash", "-euo", "pipefail", "-c"]
RUN installer=$(python -c 'import pip; print(pip.__path__[0])') \
 && rm -rf "$installer" "$installer"-*.dist-info /usr/local/bin/pip* /usr/bin/pip* \
 && find / -xdev -type f -perm /6000 -exec chmod a-s {} + \
 && echo aethel:x:10001: >> /etc/group \
 && echo aethel:x:10001:10001::/nonexistent:/usr/sbin/nologin >> /etc/passwd

ENV PATH=/opt/aethel-export/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    MALLOC_MMAP_THRESHOLD_=131072
USER 10001
# What differs from build to build (version, revision, source) is added by scripts/images.
LABEL org.opencontainers.image.licenses=MIT \
      org.opencontainers.image.vendor="Aethel Export contributors"


# A service answers /livez, /readyz and /metrics, all at one port.
FROM runtime AS service

EXPOSE 8080
HEALTHCHECK --interval=5s --timeout=3s --start-period=20s --retries=5 \
  CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8080/readyz')"]


FROM service AS gateway

LABEL org.opencontainers.image.title="Aethel Export: gateway" \
      org.opencontainers.image.description="HTTP: projects, exports, and the export page"
COPY --from=gateway-environment /opt/aethel-export /opt/aethel-export
COPY --from=templates /export-page /opt/aethel-export/templates/export-page
ENV MALLOC_MMAP_THRESHOLD_=1048576 \
    GATEWAY_BIND=0.0.0.0:8080 \
    GATEWAY_PREVIEW_BIND=0.0.0.0:8082 \
    GATEWAY_PAGE_DIR=/opt/aethel-export/templates/export-page
EXPOSE 8082
CMD ["python", "-m", "services.gateway"]


# What packagers stand on. osslsigncode signs Windows programs where the operator has a certificate; its version is the
# base's, so not pinned here.
FROM service AS packager-ground

USER 0
# hadolint ignore=DL3008
RUN apt-get -qq update \
 && apt-get -qq install --yes --no-install-recommends osslsigncode \
 && rm -rf /var/lib/apt/lists/* /var/cache/ldconfig/aux-cache /var/cache/debconf/*-old \
    /var/log/apt /var/log/dpkg.log /var/log/alternatives.log \
 && install -d -o aethel -g aethel /var/cache/aethel-export
USER 10001
ENV PACKAGER_BIND=0.0.0.0:8080 \
    PACKAGER_CACHE_DIR=/var/cache/aethel-export \
    PACKAGER_TEMPLATES_DIR=/opt/aethel-export/templates
CMD ["python", "-m", "services.packager"]


FROM packager-ground AS packager

LABEL org.opencontainers.image.title="Aethel Export: packager" \
      org.opencontainers.image.description="Builds artifacts of every platform but video"
COPY --from=packager-environment /opt/aethel-export /opt/aethel-export
COPY --from=templates /templates /opt/aethel-export/templates


# The same, with a browser, what draws its pictures without a graphics card, and fonts for the games that bring none. No
# program in it gives another user's rights: the browser is confined by the packager.
FROM packager-ground AS packager-video

LABEL org.opencontainers.image.title="Aethel Export: packager for films" \
      org.opencontainers.image.description="Films games in a browser, and encodes the films"
USER 0
# hadolint ignore=DL3008
RUN apt-get -qq update \
 && apt-get -qq install --yes --no-install-recommends \
    chromium-headless-shell fonts-liberation fonts-noto-color-emoji libegl-mesa0 libegl1 libgl1-mesa-dri \
 && find / -xdev -type f -perm /6000 -exec chmod a-s {} + \
 && rm -rf /var/lib/apt/lists/* /var/cache/ldconfig/aux-cache /var/cache/debconf/*-old /var/cache/fontconfig/* \
    /var/log/apt /var/log/dpkg.log /var/log/alternatives.log
USER 10001
COPY --from=packager-environment /opt/aethel-export /opt/aethel-export
COPY --from=templates /templates /opt/aethel-export/templates
ENV PACKAGER_PLATFORMS=video


FROM service AS uploader

LABEL org.opencontainers.image.title="Aethel Export: uploader" \
      org.opencontainers.image.description="Checks and commits artifacts, and sweeps"
COPY --from=uploader-environment /opt/aethel-export /opt/aethel-export
ENV UPLOADER_BIND=0.0.0.0:8080
CMD ["python", "-m", "services.uploader"]


FROM service AS status

LABEL org.opencontainers.image.title="Aethel Export: status" \
      org.opencontainers.image.description="What becomes of each export, told over WebSockets"
COPY --from=status-environment /opt/aethel-export /opt/aethel-export
ENV STATUS_BIND=0.0.0.0:8080
CMD ["python", "-m", "services.status"]


FROM runtime AS cli

LABEL org.opencontainers.image.title="Aethel Export: command line" \
      org.opencontainers.image.description="For people, and for jobs such as streams apply"
COPY --from=cli-environment /opt/aethel-export /opt/aethel-export
ENTRYPOINT ["aethel-export"]
CMD ["--help"]
