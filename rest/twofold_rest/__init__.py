"""The REST face, and the ASGI host of both: FastAPI routes from resources, OpenAPI, sign-in."""
