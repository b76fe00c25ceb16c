"""Adopting a database that was there before the service: it is read, and a project that serves it is written."""

from twofold.adopt.adopting import Adopted, AdoptFailed, adopt

__all__ = ["AdoptFailed", "Adopted", "adopt"]
