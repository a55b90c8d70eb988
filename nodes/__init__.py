"""The network elements, each an object without I/O."""
