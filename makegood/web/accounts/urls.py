"""The addresses of signing in. What allauth offers beyond these (signing up, mailed resets) stays shut."""

from __future__ import annotations

from allauth.account import views as allauth
from allauth.socialaccount.providers import registry
from django.urls import URLPattern, URLResolver, include, path

from makegood.web.accounts import company, once, views

# Not at the start of every process: see `makegood.web.accounts.apps`.
registry.load()

urlpatterns: list[URLPattern | URLResolver] = [
    path("login/", views.SignIn.as_view(), name="account_login"),
    path("logout/", allauth.logout, name="account_logout"),
    path("inactive/", allauth.account_inactive, name="account_inactive"),
    path("reauthenticate/", allauth.reauthenticate, name="account_reauthenticate"),
    path("password/change/", views.ChangePassword.as_view(), name="account_change_password"),
    path("company/", company.begin, name="company"),
    path("company/again/", company.begin, name="company_again"),
    path("company/callback/", company.callback, name="company_callback"),
    path("once/<int:number>/<str:token>/", once.once, name="sign_in_once"),
    path("2fa/", include("allauth.mfa.urls")),
]
