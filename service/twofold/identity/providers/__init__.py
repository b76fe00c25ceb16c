"""Signing in with the accounts of other OpenID providers."""
