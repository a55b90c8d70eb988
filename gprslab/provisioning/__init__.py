"""Subscribers on their way into an HLR and out of it: files of many, and the places where they are kept."""
