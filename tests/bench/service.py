"""The service of the benchmark: the shop behind both faces. `TWOFOLD_DATABASE_URL` says where its database is."""

import gc

from bench.market import MARKET
from twofold.engine import Engine
from twofold.settings import Settings
from twofold_graphql.face import GraphQLFace
from twofold_rest.app import create_app

app = create_app(Engine(MARKET, Settings()), faces=[GraphQLFace()])

gc.collect()
gc.freeze()  # what is made at the start stays; the collector would look at all of it again and again
