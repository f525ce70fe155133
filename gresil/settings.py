"""Settings of the portal. What differs between machines is an environment variable, read here and nowhere else.

With nothing set, this is the portal on one's own machine: SQLite and a generated secret key, both in `var/`.
`PRODUCTION=true` asks for what no machine can do without, and stops with one sentence when something is wrong.
"""

import os
import re
import secrets
from pathlib import Path
from urllib.parse import unquote, urlsplit

import dj_database_url
from csp.constants import NONCE, NONE, SELF
from django_prose_editor.config import html_tags
from environs import Env, EnvError
from js_asset import static_lazy

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"


def stop(sentence: str) -> None:
    """End the start with one sentence for the person who set up the machine, without a traceback."""
    raise SystemExit(f"The portal cannot start. {sentence}")


env = Env(eager=True)
try:
    PRODUCTION: bool = env.bool("PRODUCTION", False)
    DEBUG: bool = env.bool("DEBUG", False)
    BEHIND_PROXY: bool = env.bool("BEHIND_PROXY", False)
    SECRET_KEY: str = env.str("SECRET_KEY", "")
    ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", [])
    DATABASE_URL: str = env.str("DATABASE_URL", "")
    CACHE_URL: str = env.str("CACHE_URL", "")
    SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", [])
    EMAIL_URL: str = env.str("EMAIL_URL", "")
    EMAIL_FROM: str = env.str("EMAIL_FROM", "")
    WEB_CONCURRENCY: str = env.str("WEB_CONCURRENCY", "2")
    # Someone who works on the portal wants to see each change of a template.
    KEEP_PAGES: bool = env.bool("KEEP_PAGES", not DEBUG)
except EnvError as error:
    stop(f"{error} Use true or false.")
try:
    PAGES_MEMORY: int = env.int("PAGES_MEMORY", 32)
    PAGES_MAX_AGE: int = env.int("PAGES_MAX_AGE", 0)
except EnvError as error:
    stop(f"{error} Use a whole number.")

if (SECRET_KEY or PRODUCTION) and len(SECRET_KEY) < 50:
    stop("SECRET_KEY is missing or shorter than 50 characters: set it to a long random text.")
ALLOWED_HOSTS = [host.strip() for host in ALLOWED_HOSTS if host.strip()]
for host in ALLOWED_HOSTS:
    if not re.fullmatch(r"\*|\.?[\w.-]+|\[[\da-fA-F:.]+\]", host):
        stop(f"ALLOWED_HOSTS has “{host}”: write host names alone, without https://, port or path.")
if PAGES_MEMORY < 1 or PAGES_MAX_AGE < 0:
    stop("PAGES_MEMORY must be at least 1 (megabyte for each worker), and PAGES_MAX_AGE at least 0 (seconds).")
if not re.fullmatch("[1-9][0-9]{0,3}", WEB_CONCURRENCY):
    stop("WEB_CONCURRENCY must be a whole number of at least 1: the number of gunicorn's workers.")

if PRODUCTION:
    if DEBUG:
        stop("DEBUG cannot be true in production: it shows code and settings to every visitor.")
    # Keys that stand in print: those that `startproject` marks, and the one that our Dockerfile had.
    if SECRET_KEY.startswith(("django-insecure-", "only-for-the-build-")) or len(set(SECRET_KEY)) < 10:
        stop("SECRET_KEY is known or easily guessed: set it to a long random text.")
    if not ALLOWED_HOSTS:
        stop("ALLOWED_HOSTS is missing: set it to the host names of the portal, separated by commas.")
    if "*" in ALLOWED_HOSTS:
        stop("ALLOWED_HOSTS has “*”: in production write the host names of the portal.")


def generated_secret_key() -> str:
    """The secret key of this machine, made at the first start and readable by its owner alone."""
    path = VAR_DIR / "secret-key"
    VAR_DIR.mkdir(exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(descriptor, "w") as file:
        key = secrets.token_urlsafe(64)
        file.write(key)
    return key


SECRET_KEY = SECRET_KEY or generated_secret_key()
ALLOWED_HOSTS = ALLOWED_HOSTS or ["localhost", "127.0.0.1", "[::1]"]

INSTALLED_APPS = [
    # The floors of the portal, from the cellar up: `test_house.py` lets each import those before it.
    "core.apps.CoreConfig",
    "accounts.apps.AccountsConfig",
    "desk.apps.DeskConfig",
    "translations.apps.TranslationsConfig",
    "contacts.apps.ContactsConfig",
    "practices.apps.PracticesConfig",
    "library.apps.LibraryConfig",
    "sessions_app.apps.SessionsConfig",
    "gresil.apps.GresilConfig",
    "modeltranslation",  # before the admin, whose forms it extends
    "desk.apps.PortalAdminConfig",
    "django.contrib.auth",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.sitemaps",
    "django.forms",
    "django_filters",
    "django_prose_editor",
    "js_asset",
    "csp",
    "reversion",
]

MIDDLEWARE = [
    "core.middleware.keep_pages",
    "gresil.errors.DatabaseAway",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Static files are compressed when they are collected.
    "core.middleware.CompressOthers",
    "csp.middleware.CSPMiddleware",
    "core.middleware.refuse_trace",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "desk.edit_link.tell_scripts",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.StaffSessions",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "gresil.urls"
WSGI_APPLICATION = "gresil.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# Databases and cache

if DATABASE_URL:
    try:
        DATABASES = {"default": dj_database_url.parse(DATABASE_URL, conn_max_age=60, conn_health_checks=True)}
    except (ValueError, KeyError, dj_database_url.UnknownSchemeError):
        stop("DATABASE_URL is not understood: set it to postgres://user:password@host:5432/name.")
else:
    VAR_DIR.mkdir(exist_ok=True)
    DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(VAR_DIR / "gresil.sqlite3")}}

if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # Writers wait for each other instead of failing with "database is locked"; readers never wait.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
elif DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":
    # Our queries are short: compiling them takes longer than running them. A server that does not answer is told soon.
    DATABASES["default"]["OPTIONS"] = {
        "connect_timeout": 10,
        **DATABASES["default"].get("OPTIONS", {}),
        "options": "-c jit=off",
    }
else:
    stop("DATABASE_URL must begin with postgres:// or sqlite:///.")

# The cache "pages" is shared by all workers of a machine, and by all machines where Redis serves; see `core.pages`.
if not CACHE_URL:
    VAR_DIR.mkdir(exist_ok=True)
    CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
        "pages": {"BACKEND": "core.page_files.PageFiles", "LOCATION": str(VAR_DIR / "pages")},
    }
elif re.match(r"rediss?://[^/]", CACHE_URL):
    REDIS: dict = {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": CACHE_URL,
        # A page is made sooner than that.
        "OPTIONS": {"socket_connect_timeout": 0.2, "socket_timeout": 0.2},
    }
    CACHES = {"default": REDIS, "pages": REDIS | {"KEY_PREFIX": "pages"}}
else:
    stop("CACHE_URL must begin with redis:// or rediss:// and name a host: redis://host:6379/0.")

# Mail. On one's own machine it is written to files, one for each.

DEFAULT_FROM_EMAIL = EMAIL_FROM or f"GRESIL <noreply@{ALLOWED_HOSTS[0].lstrip('.')}>"
EMAIL_TIMEOUT = 10
if EMAIL_URL:
    # The port of each way: without TLS only to a server on the same machine or network.
    PORTS_OF_MAIL = {"smtp": 25, "smtp+tls": 587, "smtp+ssl": 465}
    try:
        server = urlsplit(EMAIL_URL)
        EMAIL_HOST, EMAIL_PORT = server.hostname or "", server.port or PORTS_OF_MAIL.get(server.scheme, 0)
    except ValueError:
        stop("EMAIL_URL is not understood: set it to smtp+tls://user:password@host:587.")
    if server.scheme not in PORTS_OF_MAIL or not EMAIL_HOST:
        stop("EMAIL_URL must begin with smtp://, smtp+tls:// or smtp+ssl:// and name a host.")
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(server.username or ""), unquote(server.password or "")
    EMAIL_USE_TLS, EMAIL_USE_SSL = server.scheme == "smtp+tls", server.scheme == "smtp+ssl"
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = str(VAR_DIR / "mail")

# What the log says at the start.
SETUP = " ".join(
    [
        "PostgreSQL serves any number of machines."
        if DATABASES["default"]["ENGINE"].endswith("postgresql")
        else f"SQLite in {DATABASES['default']['NAME']} serves one machine.",
        "Pages are kept in Redis."
        if CACHE_URL
        else f"Pages are kept in {VAR_DIR / 'pages'} by each machine for itself.",
        "Mail is sent." if EMAIL_URL else f"Mail is written to {VAR_DIR / 'mail'}: set EMAIL_URL to send it.",
    ]
)

# Languages: this list is the only place that names them. The first one is the source, shown where another is missing.

LANGUAGES = [
    ("fr", "Français"),
    ("de", "Deutsch"),
    ("lb", "Lëtzebuergesch"),
    ("en", "English"),
]
LANGUAGE_CODE = "fr"
MODELTRANSLATION_DEFAULT_LANGUAGE = LANGUAGE_CODE
MODELTRANSLATION_FALLBACK_LANGUAGES = (LANGUAGE_CODE,)
MODELTRANSLATION_CUSTOM_FIELDS = ("ProseEditorField",)
USE_I18N = True
# The Snowball stemmer of each language, for search; none is known for Luxembourgish (snowballstem.org, 2026).
SEARCH_STEMMERS = {"fr": "french", "de": "german", "en": "english"}
# Languages that make one word of several: search finds it by its parts.
COMPOUNDING_LANGUAGES = ["de", "lb"]
# The second folder speaks for packages that lack a language, as Django does Luxembourgish; it wins over them.
LOCALE_PATHS = [BASE_DIR / "gresil" / "locale", BASE_DIR / "gresil" / "locale_overrides"]
FORMAT_MODULE_PATH = ["core.formats"]
TIME_ZONE = "Europe/Luxembourg"
USE_TZ = True

# Static files

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = BASE_DIR / "static-collected"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
# On one's own machine the files are served from where they lie: no collectstatic before the first page.
WHITENOISE_USE_FINDERS = not PRODUCTION
WHITENOISE_AUTOREFRESH = not PRODUCTION

# The rich text editor: our own extensions. What of a text is kept, `core.rich_text` says.
DJANGO_PROSE_EDITOR_EXTENSIONS = [
    {
        "js": [static_lazy("js/editor.js")],
        "extensions": {name: html_tags([]) for name in ["PortalLink", "PortalPaste", "PortalToolbar"]},
    }
]

# Security

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 15}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL, LOGIN_REDIRECT_URL = "account_login", "admin:index"
ACCOUNT_ADAPTER = "accounts.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
# A link in a mail ends in the desk, past the second factor.
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_SESSION_REMEMBER = True
# `accounts.limits` counts exactly; allauth counts in the cache of each process.
ACCOUNT_RATE_LIMITS = False
MFA_RATE_LIMITS = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
ACCOUNT_FORMS = {
    "login": "accounts.forms.LoginForm",
    "reauthenticate": "accounts.forms.ReauthenticateForm",
    "change_password": "accounts.forms.ChangePasswordForm",
    "reset_password": "accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "accounts.forms.SetPasswordForm",
}
MFA_ADAPTER = "accounts.adapters.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate": "accounts.forms.AuthenticateForm",
    "activate_totp": "accounts.forms.ActivateTOTPForm",
    "add_webauthn": "accounts.forms.AddPasskeyForm",
    "authenticate_webauthn": "accounts.forms.PasskeyForm",
    "login_webauthn": "accounts.forms.PasskeyLoginForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
# Clocks of telephones are not exact.
MFA_TOTP_TOLERANCE = 1
# Without https passkeys work on localhost alone.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION
SECOND_FACTOR_REQUIRED = PRODUCTION
# Seconds: after the last page that somebody asked for, and after they came in.
SESSION_IDLE, SESSION_ABSOLUTE = 3600, 12 * 3600
SESSION_COOKIE_AGE = SESSION_ABSOLUTE
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        # The nonce is sent only by pages that use it: the editor's import map in the admin.
        "script-src": [SELF, NONCE],
        # The hash is the one style element that the rich text editor adds (django-prose-editor 0.28.0).
        "style-src": [SELF, "'sha256-PlumsSlvJ7vvWzjqibGAYKq92O3y/4JTxWWsWJvyUYA='"],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_REDIRECT_EXEMPT = ["^healthz$", "^readyz$"]
CSRF_FAILURE_VIEW = "gresil.errors.csrf_failure"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
DEVICE_COOKIE_NAME = "device"
if PRODUCTION:
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = True
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
    LANGUAGE_COOKIE_NAME, DEVICE_COOKIE_NAME = "__Host-language", "__Host-device"
if BEHIND_PROXY:
    # Only a proxy that sets this header itself, and drops what visitors send, may stand in front.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
