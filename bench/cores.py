"""Where what is measured runs: the server on one core, its load on the other, both before anything else the machine has
to do (real-time priority), so that a measurement is of the two of them. Peers are treated alike."""

SERVER_CORE = ["chrt", "--fifo", "10", "taskset", "-c", "0"]
LOAD_CORE = ["chrt", "--fifo", "10", "taskset", "-c", "1"]
