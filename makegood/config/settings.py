"""Django's settings. Everything that differs between installations comes from the environment."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from makegood.config.database import connection_settings
from makegood.config.environment import read_environment, secret_key
from makegood.config.identity import company_provider
from makegood.config.logs import logging_settings
from makegood.config.values import BadSetting

try:
    ENVIRONMENT = read_environment(os.environ)
except BadSetting as fault:
    sys.exit(f"makegood: {fault}")

PACKAGE = Path(__file__).resolve().parent.parent
SECRET_KEY = secret_key(ENVIRONMENT)
DEBUG = ENVIRONMENT.debug
ALLOWED_HOSTS = ENVIRONMENT.allowed_hosts
HTTPS = ENVIRONMENT.base_url.startswith("https://")
CSRF_TRUSTED_ORIGINS = [ENVIRONMENT.base_url]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django_htmx",
    "template_partials",
    # Before allauth: its pages are found in our templates first.
    "makegood.web",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "makegood.web.accounts.apps.Providers",
    "allauth.socialaccount.providers.openid_connect",
    "csp",
    "makegood.platform",
    "makegood.journal",
    "makegood.people",
    "makegood.notices",
    "makegood.customers",
    "makegood.promises",
    "makegood.cases",
    "makegood.conversation",
    "makegood.remedies",
    "makegood.followups",
    "makegood.webhooks",
    "makegood.links",
    "makegood.incidents",
    "makegood.learning",
    "makegood.measurement",
    "makegood.practice",
    "makegood.intake",
    "makegood.portal",
]

MIDDLEWARE = [
    "makegood.web.measuring.MeasuringMiddleware",
    # What follows is for pages; the API answers before it.
    "makegood.api.middleware.ApiMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "makegood.web.middleware.DeskMiddleware",
]

ROOT_URLCONF = "makegood.config.urls"
WSGI_APPLICATION = "makegood.config.wsgi.application"

# Our tags for texts stand in the place of Django's own on purpose (makegood.web.templatetags.i18n).
SILENCED_SYSTEM_CHECKS = ["templates.W003"]
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "makegood.web.shell.shell",
            ],
            "builtins": ["template_partials.templatetags.partials"],
        },
    }
]

DATABASES = {"default": connection_settings(ENVIRONMENT)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "people.Staff"
# Who may come in, and by what; the reasons are in makegood.web.accounts.
PASSWORDS = ENVIRONMENT.passwords
COMPANY = ENVIRONMENT.company
BASE_URL = ENVIRONMENT.base_url
INCIDENT_FROM = ENVIRONMENT.incident_from
SCENE_OF_DAY = ENVIRONMENT.scene_of_day
AUTHENTICATION_BACKENDS = (
    ["django.contrib.auth.backends.ModelBackend", "allauth.account.auth_backends.AuthenticationBackend"]
    if PASSWORDS
    else ["makegood.web.accounts.adapters.WithoutPasswords"]
)
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
# How long a link of `makegood signin` holds, in seconds; nothing else uses this.
PASSWORD_RESET_TIMEOUT = 15 * 60
ACCOUNT_ADAPTER = "makegood.web.accounts.adapters.StaffAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = True
SOCIALACCOUNT_ADAPTER = "makegood.web.accounts.adapters.CompanyAdapter"
SOCIALACCOUNT_LOGIN_ON_GET = True
SOCIALACCOUNT_PROVIDERS = company_provider(COMPANY)
MFA_ADAPTER = "makegood.web.accounts.adapters.ProofAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
# The name that stands beside a code in people's authenticator apps.
MFA_TOTP_ISSUER = "Makegood"

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# Assets are served straight from the package: nothing to collect, nothing to forget on an upgrade.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
MEDIA_ROOT = ENVIRONMENT.home / "files"
POLICIES = ENVIRONMENT.home / "policies"

# Nothing but how often somebody tried to sign in: counted together, whichever process was asked.
if ENVIRONMENT.web_processes > 1:
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
            "LOCATION": ENVIRONMENT.home / "tries",
            "OPTIONS": {"MAX_ENTRIES": 10_000},
        }
    }

# A request is a handful of fields or one batch of facts; a file goes through the import door.
DATA_UPLOAD_MAX_MEMORY_SIZE = 16 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
X_FRAME_OPTIONS = "DENY"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}

# Where in our own network what is sent may go; see makegood.adapters.reach.
PRIVATE_NETWORKS = ENVIRONMENT.private_networks
NOTICES_MAIL = ENVIRONMENT.notices_mail
MAIL_SERVICE = ENVIRONMENT.mail_service
# Who may be asked for drafts; see makegood.adapters.asking.
AI = ENVIRONMENT.ai
PRACTICE_VOICE = ENVIRONMENT.practice_voice

LOG_REQUESTS = ENVIRONMENT.json_log
LOGGING = logging_settings(json=ENVIRONMENT.json_log)
