"""Each student's own Jupyter server, on one machine as in a cluster. It runs as the student.

install.sh and the Dockerfile put this file where Jupyter looks for it: into etc/jupyter of the environment.
"""

import sys
from pathlib import Path

from course import learner_folder

c = get_config()  # noqa: F821

HOME = Path.home() / "chat-or-api"
SHARED = Path(sys.prefix).parent / "shared"  # what the instructor gives to all; students can only read it

# Kernels of many students on one machine take each other's TCP ports; files cannot be mixed up.
c.KernelManager.transport = "ipc"
# Each open lesson has a kernel of about 250 MB, and nobody closes lessons. The longest one takes 45 minutes.
c.MappingKernelManager.cull_idle_timeout = 45 * 60
c.MappingKernelManager.cull_connected = True
c.FileContentsManager.delete_to_trash = False  # a bin that nobody empties fills the disk

try:
    learner_folder.copy(HOME, learner_folder.files())  # never overwrites what a student has changed
    if SHARED.is_dir() and not (HOME / "shared").is_symlink():
        (HOME / "shared").symlink_to(SHARED)
except (learner_folder.FolderError, OSError) as error:  # a full disk, say: let the student in, to make room
    print(f"The lessons could not be copied: {error}", file=sys.stderr)
