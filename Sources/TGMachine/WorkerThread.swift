#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

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
