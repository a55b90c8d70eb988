"""GPRS session management (TS 24.008 clause 9.5)."""
