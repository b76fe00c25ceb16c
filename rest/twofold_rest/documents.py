"""The documents page of the REST API: Swagger UI, built from web/, over the server's own OpenAPI document."""

import json
from html import escape
from pathlib import Path

STATIC = Path(__file__).parent / "static"
"""The folder that the page's ``static`` URL has to serve."""

CSP = (
    "default-src 'none'; connect-src 'self'; img-src 'self' data:; script-src 'self'; "
    "style-src 'self' 'unsafe-inline'; font-src 'self' data:; worker-src 'self' blob:; "
    "base-uri 'none'; frame-ancestors 'none'"
)
"""The Content-Security-Policy to send with the page: nothing from elsewhere, no inline script."""


def documents_page(*, openapi_url: str, static: str, title: str) -> bytes:
    """Return the whole document in UTF-8; where the bundle was not built, one that says so in a sentence.

    ``static`` is the URL under which the files of ``STATIC`` are served.
    """
    head = f'<meta charset="utf-8">\n<title>{escape(title)}</title>\n<link rel="icon" href="data:,">'
    if not (STATIC / "docs.js").is_file():
        return _document(head, f'<p>{_NOT_BUILT} The API itself: <a href="{escape(openapi_url)}">OpenAPI</a>.</p>')
    base = escape(static.rstrip("/"))
    return _document(
        f'{head}\n<meta name="viewport" content="width=device-width">\n'
        f'<link rel="stylesheet" href="{base}/docs.css">\n'
        f'<script type="application/json" id="config">{_json_in_html({"openapiUrl": openapi_url})}</script>\n'
        f'<script type="module" src="{base}/docs.js"></script>',
        '<div id="page"></div>\n<noscript>This page needs JavaScript.</noscript>',
    )


_NOT_BUILT = (
    "The script of this page is missing, because it could not be built at install: with Node.js 20.19 or later and an "
    "npm registry in reach, run <code>npm ci &amp;&amp; npm run build</code> in the folder <code>web</code>."
)


def _json_in_html(value: object) -> str:
    """Return JSON that cannot end the script element around it: no ``<`` is left in it."""
    return json.dumps(value).replace("<", "\\u003c")


def _document(head: str, body: str) -> bytes:
    return f'<!doctype html>\n<html lang="en">\n<head>\n{head}\n</head>\n<body>\n{body}\n</body>\n</html>\n'.encode()
