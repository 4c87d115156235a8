internal import CTGKernels

/// Tells the processor that this thread waits in a loop.
package func spinHint() { tg_spin_hint() }
