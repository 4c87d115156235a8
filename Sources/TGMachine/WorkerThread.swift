#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

internal import Synchronization

/// A thread that does one thing and ends.
package struct WorkerThread: Sendable {
  private let thread: pthread_t

  /// The memory of its calls, in bytes: kernels need little.
  private static let stackBytes = 1 << 20

  /// What a new thread does.
  private final class Task: Sendable {
    let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }

  /// Starts a thread; nil if the system refuses one more.
  package init?(_ body: @escaping @Sendable () -> Void) {
    var attributes = pthread_attr_t()
    unsafe pthread_attr_init(&attributes)
    unsafe pthread_attr_setstacksize(&attributes, Self.stackBytes)
    defer { unsafe pthread_attr_destroy(&attributes) }
    let context = unsafe Unmanaged.passRetained(Task(body)).toOpaque()
    var thread = pthread_t()
    let status = unsafe pthread_create(
      &thread, &attributes,
      { context in
        if let context = unsafe context {
          unsafe Unmanaged<Task>.fromOpaque(context).takeRetainedValue().body()
        }
        return nil
      }, context)
    guard status == 0 else {
      unsafe Unmanaged<Task>.fromOpaque(context).release()
      return nil
    }
    self.thread = thread
  }

  /// Waits until it has ended; to be called once.
  package func join() { pthread_join(thread, nil) }
}

extension WorkerThread {
  /// What `body` makes of 0 ..< count, in order; all processors take part.
  package static func map<Result: Sendable>(
    _ count: Int, _ body: @escaping @Sendable (Int) -> Result
  ) -> [Result] {
    let shared = SharedResults(count: count, body)
    let others = min(count, sysconf(Int32(_SC_NPROCESSORS_ONLN))) - 1
    let threads = (0..<max(0, others)).compactMap { _ in WorkerThread { shared.work() } }
    shared.work()
    for thread in threads { thread.join() }
    return shared.inOrder
  }
}

extension WorkerThread {
  /// The elements that `body` makes of ranges of 0 ..< count, one after the other; all processors take
  /// part. So many ranges are made at a time that there are never two copies of a long result.
  package static func joined<Element: Sendable>(
    _ count: Int, piece: Int, _ body: @escaping @Sendable (Range<Int>) -> [Element]
  ) -> [Element] {
    var result: [Element] = []
    for first in stride(from: 0, to: count, by: piece * piecesAtOnce) {
      let pieces = min(piecesAtOnce, (count - first - 1) / piece + 1)
      let made = map(pieces) { index in
        let start = first + index * piece
        return body(start..<min(count, start + piece))
      }
      if first == 0 { result.reserveCapacity((made.first?.count ?? 0) * ((count - 1) / piece + 1)) }
      for part in made { result += part }
    }
    return result
  }

  private static let piecesAtOnce = 32
}

/// Results that several threads make, each the next one that nobody has begun.
private final class SharedResults<Result: Sendable>: Sendable {
  private let count: Int
  private let body: @Sendable (Int) -> Result
  private let next = Atomic<Int>(0)
  private let results: Mutex<[Int: Result]>

  init(count: Int, _ body: @escaping @Sendable (Int) -> Result) {
    self.count = count
    self.body = body
    results = Mutex([:])
  }

  func work() {
    while true {
      let index = next.add(1, ordering: .relaxed).oldValue
      guard index < count else { return }
      let result = body(index)
      results.withLock { $0[index] = result }
    }
  }

  var inOrder: [Result] {
    results.withLock { found in (0..<count).compactMap { found[$0] } }
  }
}
