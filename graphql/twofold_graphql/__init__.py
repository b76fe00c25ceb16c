"""The GraphQL face: a Strawberry schema from resources, documents as Reads, and GraphiQL."""
