"""All routes of the web."""

from django.urls import include, path
from django.views.generic import RedirectView
from django.views.i18n import set_language

from secondgate.web import assets

urlpatterns = [
    path("icons.svg", assets.sprite, name="icons"),
    path("brand.css", assets.brand, name="brand"),
    path("language/", set_language, name="set-language"),
    path("logo", assets.logo, name="logo"),
    path("", RedirectView.as_view(url="/portal/")),
    path("console/", include("secondgate.console.urls")),
    path("portal/", include("secondgate.portal.urls")),
]
