# The image that the chart runs: one virtual environment, precompiled, on the base it was built on. `make image` builds it;
# docs/image.md says what is in it and why. The base needs python3 of 3.11 or later with its venv module, and nothing else.
ARG BASE=python:3.12-slim-bookworm

FROM ${BASE} AS build
# Build arguments that pip reads, for networks with a mirror or a certificate authority of their own.
ARG PIP_INDEX_URL
ARG PIP_CERT
# PYTHONHASHSEED: two builds must make the same bytecode.
ENV PYTHONDONTWRITEBYTECODE=1 PYTHONHASHSEED=0 \
    PIP_NO_CACHE_DIR=1 PIP_NO_COMPILE=1 PIP_NO_INPUT=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /build
COPY requirements.txt requirements-build.txt ./
RUN python3 -m venv tools && python3 -m venv --without-pip /opt/steadyhand && \
    tools/bin/python -m pip install --quiet --require-hashes --only-binary :all: -r requirements-build.txt && \
    tools/bin/python -m pip --python /opt/steadyhand/bin/python install --quiet --require-hashes --only-binary :all: -r requirements.txt
COPY pyproject.toml README.md LICENSE ./
COPY playbooks playbooks
COPY integrations integrations
COPY agent agent
RUN tools/bin/python -m hatchling build -t wheel -d dist && \
    tools/bin/python -m pip --python /opt/steadyhand/bin/python install --quiet --no-index --no-deps dist/*.whl
COPY image/finish.py ./
ARG SOURCE_DATE_EPOCH=315532800
RUN python3 finish.py /opt/steadyhand

FROM ${BASE}
COPY image/strip.py /tmp/strip.py
RUN python3 /tmp/strip.py && rm /tmp/strip.py && install -d -o 10001 -g 10001 -m 0700 /var/lib/steadyhand
COPY --from=build /opt/steadyhand /opt/steadyhand
# STEADYHAND_STATE_DIR: the one folder that is written to, besides /tmp.
# MALLOC_ARENA_MAX: glibc would keep what every thread has given back, in as many arenas.
ENV HOME=/nonexistent PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 MALLOC_ARENA_MAX=2 STEADYHAND_STATE_DIR=/var/lib/steadyhand
WORKDIR /var/lib/steadyhand
USER 10001:10001
EXPOSE 8484
ENTRYPOINT ["/opt/steadyhand/bin/steadyhand"]
CMD ["serve"]
ARG REVISION=unknown
ARG VERSION=unknown
ARG SOURCE=unknown
ARG LICENCE=Apache-2.0
LABEL org.opencontainers.image.title="steadyhand" \
      org.opencontainers.image.description="An SRE agent that tests before it blames and asks before it acts." \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.source="${SOURCE}" \
      org.opencontainers.image.licenses="${LICENCE}"
