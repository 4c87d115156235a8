import Glibc

/// The number of the input that is being tried, in a file that outlives a crash: 8 bytes, little
/// endian.
@safe struct Mark {
  private let place: UnsafeMutablePointer<UInt64>

  /// Maps the file; without a path the mark is kept in memory only.
  init?(path: String?) {
    guard let path else {
      unsafe place = .allocate(capacity: 1)
      unsafe place.initialize(to: 0)
      return
    }
    let descriptor = unsafe open(path, O_RDWR | O_CREAT, 0o600)
    guard descriptor >= 0, ftruncate(descriptor, 8) == 0 else { return nil }
    defer { close(descriptor) }
    let memory = unsafe mmap(nil, 8, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)
    guard let memory = unsafe memory, unsafe memory != MAP_FAILED else { return nil }
    unsafe place = memory.bindMemory(to: UInt64.self, capacity: 1)
  }

  /// Says which input comes next.
  nonmutating func set(_ number: Int) { unsafe place.pointee = UInt64(number).littleEndian }
}
