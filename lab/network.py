"""A link of two machines in network namespaces of their own."""

import contextlib
import ctypes
import subprocess
import uuid

CLONE_NEWNET = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)


def _enter(path: str) -> None:
    with open(path) as namespace:
        if _libc.setns(namespace.fileno(), CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), f"setns {path}")


class Link:
    """Two namespaces, `here` and `there`, joined by the two ends of a veth pair, both called eth0. Needs root."""

    def __init__(self):
        name = uuid.uuid4().hex[:8]
        self.here, self.there = f"cadenas-a{name}", f"cadenas-b{name}"

    def __enter__(self):
        for namespace in (self.here, self.there):
            self._ip("netns", "add", namespace)
        self._ip("-n", self.here, "link", "add", "eth0", "type", "veth", "peer", "name", "eth0", "netns", self.there)
        for namespace in (self.here, self.there):
            self._ip("-n", namespace, "link", "set", "lo", "up")
            self._ip("-n", namespace, "link", "set", "eth0", "up")
        return self

    def __exit__(self, *_):
        for namespace in (self.here, self.there):
            subprocess.run(["ip", "netns", "del", namespace], check=False, capture_output=True)

    @staticmethod
    def _ip(*words: str) -> str:
        return subprocess.run(["ip", *words], check=True, capture_output=True, text=True).stdout

    def add(self, namespace: str, address: str) -> None:
        """An address with its prefix length. Without duplicate address detection the two ends may have the same."""
        self._ip("-n", namespace, "address", "add", address, "dev", "eth0")

    def remove(self, namespace: str, address: str) -> None:
        self._ip("-n", namespace, "address", "del", address, "dev", "eth0")

    def hardware_address(self, namespace: str) -> str:
        return self._ip("-n", namespace, "-br", "link", "show", "eth0").split()[2]

    @contextlib.contextmanager
    def inside(self, namespace: str):
        """Within it, this thread and what it starts are in that namespace."""
        with open("/proc/thread-self/ns/net") as home:
            _enter(f"/run/netns/{namespace}")
            try:
                yield
            finally:
                _enter(f"/proc/self/fd/{home.fileno()}")
