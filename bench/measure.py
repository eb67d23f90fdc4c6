"""Runs a command and prints one line of JSON: seconds, peak memory in MiB, exit code; its output goes to a file.

    python -S -I measure.py OUTPUT COMMAND ...

A process' peak memory counts what its parent held when it was started, so this script stays small: about 10 MiB is the
least that it can see.
"""

import os
import sys
import time

output = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
start = time.perf_counter()
child = os.posix_spawnp(sys.argv[2], sys.argv[2:], os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, output, 1)])
_, status, usage = os.wait4(child, 0)
seconds = time.perf_counter() - start
code = os.waitstatus_to_exitcode(status)
print('{"seconds": %.6f, "mebibytes": %.1f, "exit": %d}' % (seconds, usage.ru_maxrss / 1024, code))
