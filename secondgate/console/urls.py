"""The console's routes."""

from django.urls import path

from secondgate.console.views import administrators, overview, search, setup, welcome

app_name = "console"
urlpatterns = [
    path("", overview.overview, name="overview"),
    path("welcome/<str:token>/", welcome.make_owner, name="welcome"),
    path("setup/", setup.checklist, name="setup"),
    path("search/", search.search, name="search"),
    path("administrators/", administrators.administrators, name="administrators"),
    path("administrators/<uuid:pk>/", administrators.change_role, name="administrators-role"),
    path("administrators/<uuid:pk>/end/", administrators.end_sessions, name="administrators-end"),
]
