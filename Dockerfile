# Build on another base without a registry: docker build --build-arg BASE=... .
ARG BASE=python:3.11-slim

FROM ${BASE} AS build
WORKDIR /app
COPY requirements.txt .
RUN python3 -m venv /venv && /venv/bin/pip install --no-cache-dir --require-hashes -r requirements.txt
COPY . .
# Static files and catalogues belong to the image; these values only let the settings load.
RUN export PRODUCTION=true ALLOWED_HOSTS=build DATABASE_URL=postgres://build CACHE_URL=redis://build \
    SECRET_KEY=$(python3 -c "import secrets; print(secrets.token_urlsafe(64))") \
    && /venv/bin/python manage.py compile_messages && /venv/bin/python manage.py collectstatic --no-input

FROM ${BASE}
RUN useradd --system --uid 10001 --home-dir /app gresil
WORKDIR /app
COPY --from=build /venv /venv
COPY --from=build /app /app
# Where one machine keeps its SQLite database and its pages.
RUN install -d -o gresil -g gresil /app/var
VOLUME /app/var
USER gresil
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PRODUCTION=true
EXPOSE 8000
# Asks by a name that the portal answers to.
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s CMD ["python", "-c", \
    "import os, urllib.request as u; host = os.environ['ALLOWED_HOSTS'].split(',')[0]; \
     u.urlopen(u.Request('http://127.0.0.1:8000/healthz', headers={'Host': host}), timeout=4)"]
CMD ["gunicorn", "--config", "gunicorn.conf.py", "--bind", "0.0.0.0:8000", "gresil.wsgi"]
