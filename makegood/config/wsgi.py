"""The entry of the web server. Whoever imports it has loaded all that a page needs; no first page pays for that."""

from __future__ import annotations

import os
from functools import lru_cache
from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.utils.translation.trans_real import translation

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "makegood.config.settings")
application = get_wsgi_application()

# Of the 600 texts that a page asks for, each was looked for in five catalogues that do not have it: the desk is written
# in its own language. That took a tenth of the time of a page; now each is looked up once.
_words = translation(settings.LANGUAGE_CODE)
_words.gettext = lru_cache(maxsize=10_000)(_words.gettext)  # type: ignore[method-assign]


def _load_doors() -> None:
    """The doors with all behind them, and the policies that came with us."""
    from makegood.remedies.queries import policies

    import_module(settings.ROOT_URLCONF)
    policies()


_load_doors()
