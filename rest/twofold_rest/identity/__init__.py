"""Identity over HTTP: pages for people, endpoints for applications."""
