"""The console's routes."""

from django.urls import path

from secondgate.console.views import welcome

app_name = "console"
urlpatterns = [
    path("", welcome.closed, name="home"),
    path("welcome/<str:token>/", welcome.make_owner, name="welcome"),
    path("setup/", welcome.next_steps, name="setup"),
]
