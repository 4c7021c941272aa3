"""The process ends, whatever its threads wait for."""

import subprocess
import sys

HUNG = """
import threading
from secondgate.serve import end_within
threading.Thread(target=threading.Event().wait, name="waits-for-a-disk").start()
end_within(0.1)
"""


def test_a_thread_that_hangs_does_not_keep_the_process() -> None:
    code = f"import django\nfrom django.conf import settings\ndjango.setup()\n{HUNG}"
    environment = {"DJANGO_SETTINGS_MODULE": "secondgate.settings", "HOME": "/nonexistent"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 1, done.stderr
    assert "threads-hung" in done.stdout
    assert "waits-for-a-disk" in done.stdout
