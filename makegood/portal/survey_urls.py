"""The addresses of the survey's page."""

from __future__ import annotations

from django.urls import URLPattern, path

from makegood.portal import surveys

urlpatterns: list[URLPattern] = [
    path("<str:token>/", surveys.page),
    path("<str:token>/answer/", surveys.answer),
    path("<str:token>/skip/", surveys.skip),
    path("<str:token>/peace/", surveys.peace),
]
