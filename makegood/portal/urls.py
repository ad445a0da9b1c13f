"""The addresses of the customer's page."""

from __future__ import annotations

from django.urls import URLPattern, path

from makegood.portal import views

urlpatterns: list[URLPattern] = [
    path("renew/", views.renew),
    path("<str:token>/", views.page),
    path("<str:token>/answer/", views.answer),
    path("<str:token>/remedy/", views.remedy),
    path("<str:token>/words/", views.write),
    path("<str:token>/wishes/", views.wish),
    path("<str:token>/read/", views.read),
]
