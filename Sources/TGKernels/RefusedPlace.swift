/// The first place at which a kernel met a number that it refuses, in row-major order of its places.
///
/// Tiles report from any thread; the least place stays, so that it does not depend on them.
@safe package final class RefusedPlace: @unchecked Sendable {
  /// Where kernels write; the largest number while nothing is refused.
  @unsafe let word: UnsafeMutablePointer<Int>

  init() {
    unsafe word = .allocate(capacity: 1)
    unsafe word.initialize(to: .max)
  }

  deinit { unsafe word.deallocate() }

  /// The place since the last call, if there was one; for when no tile runs.
  package func take() -> Int? {
    let place = unsafe word.pointee
    guard place != .max else { return nil }
    unsafe word.pointee = .max
    return place
  }
}
