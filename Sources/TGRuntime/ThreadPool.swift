#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif
internal import Synchronization
internal import TGExecution
internal import TGKernels
internal import TGMachine

/// Threads that run the tiles of a list of kernel calls, one call at a time.
///
/// Threads take tiles in any order: tiles write disjoint elements and none knows who runs it, so the
/// result does not depend on the number of threads. The calling thread works too; calls of one tile
/// stay on it and wake nobody. Running allocates nothing.
@safe final class ThreadPool {
  /// The most threads that are ever started; more give nothing, and OpenBLAS has buffers for so
  /// many calls at once.
  static let maximumThreads = 128

  /// How many threads work, the caller included.
  let threadCount: Int
  /// The scratch memory of all threads, in bytes.
  let workspaceBytes: Int
  private let state: PoolState
  private let calls: UnsafeMutableBufferPointer<KernelCall>
  private let workspace: UnsafeMutableRawPointer
  private var workers: [WorkerThread] = []

  /// How many threads are worth having for some calls, and the scratch memory they take.
  static func demand(of calls: [KernelCall], threads: Int) -> (threads: Int, bytes: Int) {
    let tiles = calls.lazy.map(\.tileCount).max() ?? 0
    let useful = max(1, min(threads, maximumThreads, tiles))
    // Each thread's piece starts at a cache line of its own.
    let piece = (max(1, calls.lazy.map(\.workspaceBytes).max() ?? 0) + 127) / 128 * 128
    return (useful, useful * piece)
  }

  /// Starts workers for a list of calls, fewer than asked for if the system refuses more.
  ///
  /// - Parameter threads: how many shall work, the caller included; at least 1.
  /// - Throws: `outOfMemory` if there is no scratch memory.
  init(calls: [KernelCall], threads: Int) throws(RuntimeError) {
    let demand = Self.demand(of: calls, threads: threads)
    let threads = demand.threads
    workspaceBytes = demand.bytes
    var memory: UnsafeMutableRawPointer?
    guard unsafe posix_memalign(&memory, 128, workspaceBytes) == 0, let memory = unsafe memory
    else { throw .outOfMemory(workspaceBytes) }
    unsafe workspace = unsafe memory
    unsafe self.calls = .allocate(capacity: calls.count)
    _ = unsafe self.calls.initialize(from: calls)
    let cores = sysconf(Int32(_SC_NPROCESSORS_ONLN))
    state = unsafe PoolState(
      workspace: memory, workspaceBytes: demand.bytes / threads,
      spins: threads <= cores ? 2_000 : 0)
    for index in 1..<threads {
      guard let worker = WorkerThread({ [state] in state.work(index: index) }) else { break }
      workers.append(worker)
    }
    threadCount = workers.count + 1
  }

  deinit {
    state.stop()
    for worker in workers { worker.join() }
    unsafe calls.deinitialize()
    unsafe calls.deallocate()
    unsafe free(workspace)
  }

  /// Runs all tiles of one of the calls and returns when they are done.
  func run(call index: Int) {
    unsafe precondition(calls.indices.contains(index), "there is a call of this number")
    guard let start = unsafe calls.baseAddress else { return }
    let call = unsafe UnsafePointer(start + index)
    let tiles = unsafe call.pointee.tileCount
    if tiles <= 1 || workers.isEmpty {
      for tile in 0..<tiles { unsafe call.pointee.run(tile: tile, workspace: workspace) }
    } else {
      unsafe state.share(call, tiles: tiles)
    }
  }
}

/// What the threads of a pool share.
///
/// `ticket` holds the number of the job in its upper half and how many tiles nobody has taken yet
/// in its lower half. A thread takes a tile by decreasing it; that succeeds only while the job is
/// the one it saw, and from then until the tile is done the job cannot end, so `call` and `tiles`
/// are what they should be.
@safe private final class PoolState: @unchecked Sendable {
  @unsafe let workspace: UnsafeMutableRawPointer
  private let workspaceBytes: Int
  private let spins: Int
  private let ticket = Atomic<UInt64>(0)
  private let unfinished = Atomic<Int>(0)
  private let sleepers = Atomic<Int>(0)
  private let callerSleeps = Atomic<Bool>(false)
  private let stopping = Atomic<Bool>(false)
  /// Written by the caller while no tile is left, read by those that took a tile.
  @unsafe private var call: UnsafePointer<KernelCall>?
  private var tiles = 0
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let wake: UnsafeMutablePointer<pthread_cond_t>
  private let done: UnsafeMutablePointer<pthread_cond_t>

  init(workspace: UnsafeMutableRawPointer, workspaceBytes: Int, spins: Int) {
    unsafe self.workspace = unsafe workspace
    self.workspaceBytes = workspaceBytes
    self.spins = spins
    unsafe mutex = .allocate(capacity: 1)
    unsafe wake = .allocate(capacity: 1)
    unsafe done = .allocate(capacity: 1)
    unsafe pthread_mutex_init(mutex, nil)
    unsafe pthread_cond_init(wake, nil)
    unsafe pthread_cond_init(done, nil)
  }

  deinit {
    unsafe pthread_cond_destroy(done)
    unsafe pthread_cond_destroy(wake)
    unsafe pthread_mutex_destroy(mutex)
    unsafe done.deallocate()
    unsafe wake.deallocate()
    unsafe mutex.deallocate()
  }

  /// The caller's side of a job.
  func share(_ call: UnsafePointer<KernelCall>, tiles: Int) {
    unsafe self.call = unsafe call
    self.tiles = tiles
    unfinished.store(tiles, ordering: .relaxed)
    let job = (ticket.load(ordering: .relaxed) >> 32) &+ 1
    ticket.store(job << 32 | UInt64(tiles), ordering: .sequentiallyConsistent)
    if sleepers.load(ordering: .sequentiallyConsistent) > 0 {
      unsafe pthread_mutex_lock(mutex)
      unsafe pthread_cond_broadcast(wake)
      unsafe pthread_mutex_unlock(mutex)
    }
    while runOneTile(index: 0) {}
    for _ in 0..<spins {
      if unfinished.load(ordering: .acquiring) == 0 { return }
      spinHint()
    }
    unsafe pthread_mutex_lock(mutex)
    callerSleeps.store(true, ordering: .sequentiallyConsistent)
    while unfinished.load(ordering: .sequentiallyConsistent) > 0 {
      unsafe pthread_cond_wait(done, mutex)
    }
    callerSleeps.store(false, ordering: .relaxed)
    unsafe pthread_mutex_unlock(mutex)
  }

  /// A worker's life.
  func work(index: Int) {
    while true {
      if runOneTile(index: index) { continue }
      if waitForWork() { return }
    }
  }

  /// Asks all workers to end.
  func stop() {
    unsafe pthread_mutex_lock(mutex)
    stopping.store(true, ordering: .sequentiallyConsistent)
    unsafe pthread_cond_broadcast(wake)
    unsafe pthread_mutex_unlock(mutex)
  }

  /// Takes a tile and runs it; false if there is none.
  private func runOneTile(index: Int) -> Bool {
    var seen = ticket.load(ordering: .acquiring)
    while true {
      let left = Int(seen & 0xffff_ffff)
      guard left > 0 else { return false }
      let (taken, now) = ticket.weakCompareExchange(
        expected: seen, desired: seen - 1, ordering: .acquiringAndReleasing)
      guard taken else {
        seen = now
        continue
      }
      if let call = unsafe call {
        unsafe call.pointee.run(
          tile: tiles - left, workspace: workspace + index * workspaceBytes)
      }
      if unfinished.wrappingSubtract(1, ordering: .sequentiallyConsistent).newValue == 0,
        callerSleeps.load(ordering: .sequentiallyConsistent)
      {
        unsafe pthread_mutex_lock(mutex)
        unsafe pthread_cond_signal(done)
        unsafe pthread_mutex_unlock(mutex)
      }
      return true
    }
  }

  /// Waits for tiles, awake for a while, then asleep; true if the pool ends.
  private func waitForWork() -> Bool {
    for _ in 0..<spins {
      if ticket.load(ordering: .relaxed) & 0xffff_ffff > 0 { return false }
      spinHint()
    }
    unsafe pthread_mutex_lock(mutex)
    sleepers.wrappingAdd(1, ordering: .sequentiallyConsistent)
    while ticket.load(ordering: .sequentiallyConsistent) & 0xffff_ffff == 0,
      !stopping.load(ordering: .relaxed)
    {
      unsafe pthread_cond_wait(wake, mutex)
    }
    sleepers.wrappingSubtract(1, ordering: .relaxed)
    let ends = stopping.load(ordering: .relaxed)
    unsafe pthread_mutex_unlock(mutex)
    return ends
  }
}
