"""The bus: topics, envelopes, and the adapters that carry them."""
