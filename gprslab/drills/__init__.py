"""Drills: what must hold of a network whatever was done to it."""
