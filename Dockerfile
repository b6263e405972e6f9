# One image for every service; the command says which: redress serve intake, redress migrate intake, redress up …

FROM python:3.11-slim-bookworm AS build

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/redress
ENV PATH=/opt/redress/bin:$PATH

# What it stands on changes less often than what it is, so it is a layer of its own.
COPY requirements/run.lock /src/requirements/run.lock
RUN pip install --require-hashes --requirement /src/requirements/run.lock

COPY pyproject.toml README.md LICENSE /src/
COPY services /src/services
COPY shared /src/shared
RUN pip install --no-deps --no-build-isolation /src

FROM python:3.11-slim-bookworm

LABEL org.opencontainers.image.title="Redress" \
      org.opencontainers.image.description="Complaints, each with one person who answers for it to the end." \
      org.opencontainers.image.licenses="Apache-2.0"

# The user has a name because PostgreSQL's initdb (redress up) refuses one without.
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /var/lib/redress redress \
 && install --directory --owner=redress --group=redress --mode=0700 /var/lib/redress /var/lib/redress/messages

COPY --from=build /opt/redress /opt/redress
ENV PATH=/opt/redress/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1

USER 10001:10001
WORKDIR /var/lib/redress
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen('http://127.0.0.1:' + os.environ.get('REDRESS_PORT', '8000') + '/health/live', timeout=4)"]
ENTRYPOINT ["redress"]
CMD ["--help"]
