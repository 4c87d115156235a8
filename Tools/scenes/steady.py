"""How the scripts that train use the machine."""

import ctypes

import torch

TRIM, MAP = -1, -3  # names of glibc's mallopt: M_TRIM_THRESHOLD, M_MMAP_THRESHOLD


def one_core(seed=None):
    """One thread; big blocks of memory stay with the process, which saves a fifth of the time where
    glibc would give them back to the system at every step."""
    torch.set_num_threads(1)
    if seed is not None:
        torch.manual_seed(seed)
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt:
        mallopt(MAP, 1 << 25)
        mallopt(TRIM, (1 << 31) - 1)
