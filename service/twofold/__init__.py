"""The engine: one service layer over Tortoise models. It knows no web framework and no storefront."""
