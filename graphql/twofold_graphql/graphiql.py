"""The GraphiQL page: an HTML document that names the bundle built from web/ and carries its configuration as JSON."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True, kw_only=True)
class Example:
    """A ready operation: a tab on a person's first visit, and an entry of the Examples panel ever after."""

    name: str
    query: str
    variables: Mapping[str, object] | None = None


def graphiql_page(*, endpoint: str, static: str, examples: Sequence[Example]) -> bytes:
    """Return the whole document in UTF-8; where the bundle was not built, one that says so in a sentence.

    ``endpoint`` is the URL of the GraphQL endpoint (subscriptions open a socket on the same one), ``static`` the URL
    under which the files of ``STATIC`` are served.
    """
    if not (STATIC / "graphiql.js").is_file():
        return _document(_HEAD, f"<p>{_NOT_BUILT}</p>")
    base = escape(static.rstrip("/"))
    config = {"endpoint": endpoint, "examples": [_tab(example) for example in examples]}
    return _document(
        f'{_HEAD}\n<meta name="viewport" content="width=device-width">\n'
        f'<link rel="stylesheet" href="{base}/graphiql.css">\n'
        f'<script type="application/json" id="config">{_json_in_html(config)}</script>\n'
        f'<script type="module" src="{base}/graphiql.js"></script>',
        '<div id="page"></div>\n<noscript>GraphiQL needs JavaScript.</noscript>',
    )


def graphiql_off() -> bytes:
    """Return the document that stands in GraphiQL's place where it could execute nothing that a person writes."""
    return _document(_HEAD, f"<p>{_OFF}</p>")


_HEAD = '<meta charset="utf-8">\n<title>Twofold GraphiQL</title>\n<link rel="icon" href="data:,">'
_OFF = "GraphiQL is off: this server executes trusted documents only (<code>TWOFOLD_ONLY_TRUSTED_DOCUMENTS</code>)."
_NOT_BUILT = (
    "GraphiQL&#x27;s script is missing, because it could not be built at install: with Node.js 20.19 or later and an "
    "npm registry in reach, run <code>npm ci &amp;&amp; npm run build</code> in the folder <code>web</code>."
)


def _tab(example: Example) -> dict[str, str]:
    """Return the example as GraphiQL's tabs want it: the variables are text."""
    tab = {"name": example.name, "query": example.query}
    return tab if example.variables is None else {**tab, "variables": json.dumps(example.variables, indent=2)}


def _json_in_html(value: object) -> str:
    """Return JSON that cannot end the script element around it: no ``<`` is left in it."""
    return json.dumps(value).replace("<", "\\u003c")


def _document(head: str, body: str) -> bytes:
    return f'<!doctype html>\n<html lang="en">\n<head>\n{head}\n</head>\n<body>\n{body}\n</body>\n</html>\n'.encode()
