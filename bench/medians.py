"""Runs a program of Google Benchmark so that a drift of the machine meets all its rows alike."""

import json
import pathlib
import statistics
import subprocess

from cores import SERVER_CORE

REPETITIONS = 5
# Of each of them, where the program does not say how many times: medians steady it more than longer ones do.
SECONDS = 0.15


def medians(build: pathlib.Path, program: str, progress, by: str = "cpu_time") -> list[dict]:
    """Each benchmark's median over the repetitions, by that time, in the order of the program."""
    progress(program)
    done = subprocess.run([*SERVER_CORE, str(build / "bench" / program), "--benchmark_format=json",
                           f"--benchmark_repetitions={REPETITIONS}", "--benchmark_report_aggregates_only=false",
                           f"--benchmark_min_time={SECONDS}", "--benchmark_enable_random_interleaving=true"],
                          capture_output=True, text=True, check=True)
    runs: dict[str, list[dict]] = {}
    for result in json.loads(done.stdout)["benchmarks"]:
        if result.get("error_occurred"):
            raise RuntimeError(f"{result['name']}: {result['error_message']}")
        if result["run_type"] == "iteration":
            runs.setdefault(result["run_name"], []).append(result)
    middle = [min(all_, key=lambda run: abs(run[by] - statistics.median(one[by] for one in all_)))
              for all_ in runs.values()]
    return sorted(middle, key=lambda run: (run["family_index"], run["per_family_instance_index"]))
