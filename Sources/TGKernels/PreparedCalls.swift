/// The kernel calls of an instruction, to be run one after the other, and the memory that they share.
///
/// Calls of an instruction that hand numbers on, such as partial sums, do so through memory that is
/// given here, when its address is known. Its contents do not outlast the instruction, so that all
/// instructions of a function may share one piece.
@safe package struct PreparedCalls {
  /// The bytes that the calls share, to be aligned to 64; 0 if they share nothing.
  package let sharedBytes: Int
  private let make: (UnsafeMutableRawPointer) -> [KernelCall]

  /// Calls that share memory; `make` is given its address.
  init(sharedBytes: Int, _ make: @escaping (UnsafeMutableRawPointer) -> [KernelCall]) {
    self.sharedBytes = sharedBytes
    unsafe self.make = unsafe make
  }

  /// The calls with the memory that they share, of `sharedBytes` bytes, which outlives them.
  package func calls(sharing memory: UnsafeMutableRawPointer) -> [KernelCall] {
    unsafe make(memory)
  }
}

extension PreparedCalls: ExpressibleByArrayLiteral {
  /// Calls that share nothing.
  package init(_ calls: [KernelCall]) {
    unsafe self.init(sharedBytes: 0) { _ in calls }
  }

  /// Calls that share nothing.
  package init(arrayLiteral calls: KernelCall...) { self.init(calls) }
}
