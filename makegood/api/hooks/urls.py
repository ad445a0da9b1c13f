"""The addresses that other systems call."""

from __future__ import annotations

from django.urls import URLPattern, path

from makegood.api.hooks import texts, views

urlpatterns: list[URLPattern] = [
    path("mail/<slug:service>/<int:number>/<str:secret>/", views.mail),
    path("mail/<slug:service>/<int:number>/<str:secret>/events/", views.events),
    path("text/<int:number>/<str:secret>/", texts.text),
    path("text/<int:number>/<str:secret>/events/", texts.events),
]
