"""django-oauth-toolkit on a SQLite file: `prepare()` makes the tables and two clients, `gunicorn peer:app` serves."""

import os

import django
from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.urls import include, path

settings.configure(
    SECRET_KEY="of-no-use-outside-of-the-benchmark",
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    USE_TZ=True,
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "oauth2_provider"],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": os.environ["DATABASE"],
            "CONN_MAX_AGE": None,
            # As Twofold's own: the journal is a WAL, each commit reaches the disk, writers wait for each other.
            "OPTIONS": {
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL",
                "transaction_mode": "IMMEDIATE",
                "timeout": 5,
            },
        }
    },
    OAUTH2_PROVIDER={"SCOPES": {os.environ["SCOPE"]: "Read products"}, "ACCESS_TOKEN_EXPIRE_SECONDS": 3600},
)
django.setup()
urlpatterns = [path("oauth/", include("oauth2_provider.urls", namespace="oauth2_provider"))]


def prepare() -> None:
    """Makes the tables, and two clients: one whose secret is stored hashed, by default, and one where it is not."""
    from oauth2_provider.models import Application  # noqa: PLC0415  # there once Django is set up

    call_command("migrate", verbosity=0)
    for name, hashed in (("hashed", True), ("plain", False)):
        Application.objects.create(
            name=name,
            client_id=name,
            client_secret=os.environ["CLIENT_SECRET"],
            hash_client_secret=hashed,
            client_type=Application.CLIENT_CONFIDENTIAL,
            authorization_grant_type=Application.GRANT_CLIENT_CREDENTIALS,
        )


app = get_wsgi_application()
