"""A measured piece of work in a process of its own: its task comes as JSON on standard input, its figures go to standard output."""
import json
import resource
import sys
import time


def peak_mb():
    """Linux counts what the parent had at the fork into ru_maxrss, but not into VmHWM."""
    try:
        with open("/proc/self/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024
    except OSError:
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most / 1024**2 if sys.platform == "darwin" else most / 1024


def measured(work):
    task = json.load(sys.stdin)
    wall, cpu = time.perf_counter(), time.process_time()
    result = work(task)
    took = {"wallSeconds": time.perf_counter() - wall, "cpuSeconds": time.process_time() - cpu, "peakMb": peak_mb()}
    print(json.dumps(took | {"result": result}))
