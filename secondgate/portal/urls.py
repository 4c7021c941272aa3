"""The portal's routes."""

from django.urls import path

from secondgate.portal.views import (
    add_passkey,
    add_totp,
    authenticators,
    confirm,
    home,
    password,
    sessions,
    sign_in,
)

app_name = "portal"
urlpatterns = [
    path("", home.home, name="home"),
    path("sign-in/", sign_in.first_step, name="sign-in"),
    path("sign-in/code/", sign_in.code_step, name="code"),
    path("sign-out/", sign_in.sign_out, name="sign-out"),
    path("confirm/", confirm.confirm, name="confirm"),
    path("add/totp/", add_totp.add_totp, name="add-totp"),
    path("add/passkey/", add_passkey.add_passkey, name="add-passkey"),
    path("backup-codes/", authenticators.backup_codes, name="backup-codes"),
    path("authenticators/<uuid:pk>/rename/", authenticators.rename, name="rename"),
    path("authenticators/<uuid:pk>/remove/", authenticators.remove, name="remove"),
    path("password/", password.change, name="password"),
    path("password/forgot/", password.forgot, name="forgot"),
    path("password/<str:token>/", password.set_by_link, name="set-password"),
    path("sessions/", sessions.sessions, name="sessions"),
    path("sessions/end/", sessions.end_others, name="end-sessions"),
]
