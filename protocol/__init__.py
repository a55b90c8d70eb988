"""What is said: octets to typed messages and back. Pure: no clock, no I/O."""
