/// The first position at which a kernel met a number that it refuses, in row-major order of its positions.
///
/// Tiles report from any thread; the least position stays, so that it does not depend on them.
@safe package final class RefusedPosition: @unchecked Sendable {
  /// Where kernels write; the largest number while nothing is refused.
  @unsafe let word: UnsafeMutablePointer<Int>

  init() {
    unsafe word = .allocate(capacity: 1)
    unsafe word.initialize(to: .max)
  }

  deinit { unsafe word.deallocate() }

  /// The position since the last call, if there was one; for when no tile runs.
  package func take() -> Int? {
    let position = unsafe word.pointee
    guard position != .max else { return nil }
    unsafe word.pointee = .max
    return position
  }
}
