"""The console's routes."""

from django.urls import path

from secondgate.console.views import (
    administrators,
    application_tries,
    applications,
    directories,
    log,
    log_export,
    overview,
    policies,
    search,
    setup,
    welcome,
    what_if,
)

app_name = "console"
urlpatterns = [
    path("", overview.overview, name="overview"),
    path("welcome/<str:token>/", welcome.make_owner, name="welcome"),
    path("setup/", setup.checklist, name="setup"),
    path("search/", search.search, name="search"),
    path("log/", log.log, name="log"),
    path("log/stream/", log.stream, name="log-stream"),
    path("log/export/", log_export.export, name="log-export"),
    path("applications/", applications.applications, name="applications"),
    path("applications/new/", applications.choose_kind, name="applications-new"),
    path("applications/new/<slug:kind>/", applications.add_application, name="applications-add"),
    path("applications/<uuid:pk>/", applications.application, name="applications-one"),
    path("applications/<uuid:pk>/state/", applications.state, name="applications-state"),
    path("applications/<uuid:pk>/edit/", applications.edit_application, name="applications-edit"),
    path("applications/<uuid:pk>/secret/", applications.replace_secret, name="applications-secret"),
    path("applications/<uuid:pk>/remove/", applications.remove_application, name="applications-remove"),
    path("applications/<uuid:pk>/clients/", applications.add_client, name="applications-add-client"),
    path("applications/<uuid:pk>/servers/", applications.remember_servers, name="applications-servers"),
    path("applications/<uuid:pk>/test/", application_tries.try_login, name="applications-test"),
    path("policies/", policies.show_policies, name="policies"),
    path("policies/new/", policies.add_policy, name="policies-new"),
    path("policies/<uuid:pk>/", policies.change_policy, name="policies-one"),
    path("policies/<uuid:pk>/move/", policies.move_policy, name="policies-move"),
    path("policies/<uuid:pk>/remove/", policies.remove_policy, name="policies-remove"),
    path("what-if/", what_if.show, name="what-if"),
    path("directories/", directories.show_directories, name="directories"),
    path("directories/new/", directories.add_directory, name="directories-new"),
    path("directories/<uuid:pk>/", directories.change_directory, name="directories-one"),
    path("directories/<uuid:pk>/remove/", directories.remove_directory, name="directories-remove"),
    path("administrators/", administrators.administrators, name="administrators"),
    path("administrators/<uuid:pk>/", administrators.change_role, name="administrators-role"),
    path("administrators/<uuid:pk>/end/", administrators.end_sessions, name="administrators-end"),
]
