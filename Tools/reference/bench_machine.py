"""What kind of machine this is: kinds of things, no names of hosts or folders."""

import os
import platform
import re
from pathlib import Path

SETS = ("avx512f", "avx512_vnni", "avx512_bf16", "amx_tile", "avx2", "fma", "asimd", "sve")


def field(name, text):
    found = re.search(rf"^{name}\s*:\s*(.+)$", text, re.M)
    return found.group(1) if found else ""


def described():
    """Processor, cores, instruction sets, caches and memory."""
    text = Path("/proc/cpuinfo").read_text()
    flags = (field("flags", text) or field("Features", text)).split()
    memory = int(re.search(r"\d+", field("MemTotal", Path("/proc/meminfo").read_text())).group())
    return {
        "processor": field("model name", text) or platform.machine(),
        "family": f"{field('cpu family', text)}/{field('model', text)}", "cores": os.cpu_count(),
        "instruction_sets": [s for s in SETS if s in flags], "is_virtual": "hypervisor" in flags,
        "memory_gib": round(memory / 2**20), "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version()}
