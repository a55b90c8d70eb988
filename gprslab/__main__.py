"""``python -m gprslab`` is the command ``gprslab``."""

from gprslab.cli import main

main()
