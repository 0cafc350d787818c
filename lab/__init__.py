"""Parts of a telephony lab on loopback: our iPBX and peers nobody here wrote, each started and stopped as a process.

Used by `./run` (the first encrypted call) and by tests/interop.
"""
