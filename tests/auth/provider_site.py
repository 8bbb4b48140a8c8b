"""A real OpenID Connect provider in a process of its own: Django OAuth Toolkit.

    python provider_site.py PORT

It has people (``student``, password ``water``), a public client for the device flow
(``notebook``), a client with a secret (``robot``, ``robot-secret``), and pages on which
people sign in and type a code. Four things are added to it here, and nothing else:

* the device endpoint is named in the discovery document (the toolkit leaves it out),
* access tokens are JWTs, so that a server can check them by itself,
* tokens last as long as the last ``PUT /test/lifetime`` says (seconds),
* ``POST /test/expire`` ends the time of all access tokens, and ``POST /test/revoke``
  takes all tokens back, as an operator would.
"""

from __future__ import annotations

import json
import os
import secrets
import socketserver
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

import django
from django.conf import settings

ORIGIN = f"http://127.0.0.1:{sys.argv[1]}" if len(sys.argv) > 1 else ""
# The standard's servers want https; this one never leaves the machine.
os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"


def rsa_key() -> str:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


settings.configure(
    SECRET_KEY=os.urandom(16).hex(),
    ALLOWED_HOSTS=["127.0.0.1"],
    DEBUG=bool(os.environ.get("PROVIDER_DEBUG")),
    ROOT_URLCONF=__name__,
    INSTALLED_APPS=[
        "django.contrib.contenttypes",
        "django.contrib.auth",
        "django.contrib.sessions",
        "oauth2_provider",
    ],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
    ],
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "APP_DIRS": True,
            "OPTIONS": {
                "context_processors": ["django.template.context_processors.request"],
                "loaders": [
                    (
                        "django.template.loaders.locmem.Loader",
                        {
                            "registration/login.html": "<form method=post>"
                            "{% csrf_token %}{{ form }}"
                            "<button type=submit>Log in</button></form>"
                        },
                    ),
                    "django.template.loaders.app_directories.Loader",
                ],
            },
        }
    ],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": f"{tempfile.mkdtemp(prefix='provider-')}/db.sqlite3",
            "OPTIONS": {"timeout": 30},
        }
    },
    USE_TZ=True,
    LOGIN_URL="/login/",
    PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
    OAUTH2_PROVIDER={
        "OIDC_ENABLED": True,
        "OIDC_RSA_PRIVATE_KEY": rsa_key(),
        "PKCE_REQUIRED": False,
        # Access tokens that a server can check by itself (RFC 9068).
        "ACCESS_TOKEN_GENERATOR": lambda request, **_: signed(request),
        "SCOPES": {
            "openid": "Who you are",
            "processes": "Run processes",
            "introspection": "Ask whether a token is valid",
        },
        "DEFAULT_SCOPES": ["openid", "processes"],
        "ACCESS_TOKEN_EXPIRE_SECONDS": 3600,
        # So that another lifetime counts from the next request on.
        "ALWAYS_RELOAD_OAUTHLIB_CORE": True,
        "REFRESH_TOKEN_GRACE_PERIOD_SECONDS": 0,
        "OAUTH_DEVICE_VERIFICATION_URI": f"{ORIGIN}/device/",
        "OAUTH_DEVICE_VERIFICATION_URI_COMPLETE": (
            lambda user_code: f"{ORIGIN}/device/?user_code={user_code}"
        ),
        "DEVICE_FLOW_INTERVAL": 1,
    },
)
# As one template loader list is given, Django wants this off.
settings.TEMPLATES[0].pop("APP_DIRS")
django.setup()

from django.contrib.auth.models import User  # noqa: E402 # needs the settings above
from django.contrib.auth.views import LoginView  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.http import HttpResponse, JsonResponse  # noqa: E402
from django.urls import include, path, re_path  # noqa: E402
from django.views.decorators.csrf import csrf_exempt  # noqa: E402
from jwcrypto import jwt  # noqa: E402
from oauth2_provider import models, views  # noqa: E402
from oauth2_provider.settings import oauth2_settings  # noqa: E402
from oauth2_provider.utils import jwk_from_pem  # noqa: E402


def signed(request):
    key = jwk_from_pem(oauth2_settings.OIDC_RSA_PRIVATE_KEY)
    now = int(time.time())
    claims = {
        "iss": ORIGIN,
        "sub": str(getattr(request.user, "pk", request.client_id)),
        "aud": "lab",
        "iat": now,
        "exp": now + oauth2_settings.ACCESS_TOKEN_EXPIRE_SECONDS,
        "jti": secrets.token_hex(8),
    }
    header = {"alg": "RS256", "kid": key.thumbprint(), "typ": "at+jwt"}
    token = jwt.JWT(header=header, claims=claims)
    token.make_signed_token(key)
    return token.serialize()


def discovery(request):
    said = views.ConnectDiscoveryInfoView.as_view()(request)
    document = json.loads(said.content)
    document["device_authorization_endpoint"] = f"{ORIGIN}/device-authorization/"
    return JsonResponse(document)


@csrf_exempt
def lifetime(request):
    oauth2_settings.ACCESS_TOKEN_EXPIRE_SECONDS = int(request.body)
    return HttpResponse(status=204)


@csrf_exempt
def expire(request):
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    models.get_access_token_model().objects.all().update(expires=long_ago)
    return HttpResponse(status=204)


@csrf_exempt
def revoke(request):
    models.get_refresh_token_model().objects.all().delete()
    models.get_access_token_model().objects.all().delete()
    return HttpResponse(status=204)


urlpatterns = [
    path("login/", LoginView.as_view()),
    path("test/lifetime", lifetime),
    path("test/expire", expire),
    path("test/revoke", revoke),
    re_path(r"^\.well-known/openid-configuration$", discovery),
    path("", include("oauth2_provider.urls", namespace="oauth2_provider")),
]


def fill() -> None:
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    User.objects.create_user("student", password="water")
    application = models.get_application_model()
    application.objects.create(
        client_id="notebook",
        client_type="public",
        authorization_grant_type="urn:ietf:params:oauth:grant-type:device_code",
        name="Notebook",
        algorithm="RS256",
    )
    for client_id in ("robot", "lab"):
        application.objects.create(
            client_id=client_id,
            client_secret=f"{client_id}-secret",
            client_type="confidential",
            authorization_grant_type="client-credentials",
            name=client_id,
        )


class Quiet(WSGIRequestHandler):
    def log_message(self, *_args):
        pass


class Threads(socketserver.ThreadingMixIn, WSGIServer):
    daemon_threads = True


def end_with_parent() -> None:
    """The parent holds our standard input; it closes when it ends, however it ends."""
    sys.stdin.read()
    os._exit(0)


def main() -> None:
    fill()
    address = ("127.0.0.1", int(sys.argv[1]))
    server = Threads(address, Quiet)
    server.set_app(get_wsgi_application())
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    threading.Thread(target=end_with_parent, daemon=True).start()
    server.serve_forever()


if __name__ == "__main__":
    main()
