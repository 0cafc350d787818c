"""Where what is measured runs: the server on one core, its load on the other, before anything else that the machine has
to do. Peers are treated alike."""

# A program of one busy thread at real-time priority, so that a measurement is of it.
SERVER_CORE = ["chrt", "--fifo", "10", "taskset", "-c", "0"]
LOAD_CORE = ["chrt", "--fifo", "10", "taskset", "-c", "1"]

# A server of several threads or processes: at real-time priority the busiest would keep the others from its core for
# ever, and no media session would ever be closed. They want a quiet machine.
SHARED_SERVER_CORE = ["nice", "-n", "-20", "taskset", "-c", "0"]
SHARED_LOAD_CORE = ["nice", "-n", "-20", "taskset", "-c", "1"]
