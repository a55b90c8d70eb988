"""LLC: logical link control between mobile and SGSN (TS 44.064)."""
