"""The portal's routes."""

from django.urls import path

from secondgate.portal import views

app_name = "portal"
urlpatterns = [path("", views.home, name="home")]
