# One image for the four services and the command line; the command chooses which.
FROM python:3.13-slim AS build

RUN python -m venv /opt/aethel-export
ENV PATH=/opt/aethel-export/bin:$PATH
WORKDIR /src

# Dependencies change rarely and sources often: each has its own layer.
COPY requirements/run.lock requirements/
RUN pip install --no-cache-dir --no-deps --require-hashes -r requirements/run.lock

COPY LICENSE pyproject.toml ./
COPY cli cli
COPY services services
COPY shared shared
RUN pip install --no-cache-dir --no-deps --no-build-isolation .


# Runtime templates and the export page from source; the C compiler that this takes stays here. Node comes from run.lock: packagers need it, too.
FROM build AS templates

COPY requirements/desktop.lock requirements/
RUN pip install --no-cache-dir --no-deps --require-hashes -r requirements/desktop.lock
COPY runtimes runtimes
COPY samples/emberlight samples/emberlight
COPY web web
RUN python -m services.packager.runtimes /templates


FROM python:3.13-slim

# osslsigncode signs Windows programs where the operator has a certificate.
RUN apt-get -qq update && apt-get -qq install --yes --no-install-recommends osslsigncode \
 && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin aethel \
 && install -d -o aethel /var/cache/aethel-export

COPY --from=build /opt/aethel-export /opt/aethel-export
COPY --from=templates /templates /opt/aethel-export/templates
ENV PATH=/opt/aethel-export/bin:$PATH \
    GATEWAY_PAGE_DIR=/opt/aethel-export/templates/export-page \
    PACKAGER_TEMPLATES_DIR=/opt/aethel-export/templates \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    MALLOC_MMAP_THRESHOLD_=131072

USER 10001
CMD ["aethel-export", "--help"]
