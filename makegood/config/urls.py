"""Which door answers which address."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("accounts/", include("makegood.web.accounts.urls")),
    path("api/v1/", include("makegood.api.urls")),
    path("hooks/", include("makegood.api.hooks.urls")),
    path("p/", include("makegood.portal.urls")),
    path("s/", include("makegood.portal.survey_urls")),
    path("", include("makegood.web.urls")),
]
