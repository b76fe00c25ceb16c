"""The meeting place: the storefront behind both faces. `uvicorn storefront.asgi:app`."""

import gc

from storefront.application import STOREFRONT
from storefront.examples import EXAMPLES
from twofold.engine import Engine
from twofold.settings import Settings
from twofold_graphql.face import GraphQLFace
from twofold_rest.app import create_app

__all__ = ["app"]

app = create_app(Engine(STOREFRONT, Settings()), faces=[GraphQLFace(examples=EXAMPLES)])

gc.collect()
gc.freeze()  # what is made at the start stays; the collector would look at all of it again and again
