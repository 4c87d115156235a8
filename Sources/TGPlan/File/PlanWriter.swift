package import TGTensor

/// Writes a plan file piece by piece: weights first, as they come, then the plan.
///
/// The file appears at its path when `finish` succeeds, whole or not at all. Memory does not grow
/// with the weights.
package struct PlanWriter: ~Copyable {
  private let file: AtomicFile
  private var weightHash = SHA256()
  private var weightSums = BlockSums()
  /// The bytes of the weight section so far.
  private var weightBytes = 0

  /// Begins a file.
  ///
  /// - Throws: `PlanError` if it cannot be created.
  package init(path: String) throws(PlanError) {
    file = try PlanWriter.begin(path)
  }

  /// Stores a tensor and returns its first byte for `Slot.offset`, counted from the start of the
  /// weight section: a multiple of 64.
  package mutating func append(_ numbers: WeightNumbers) throws(PlanError) -> Int {
    let offset = weightBytes
    switch numbers.littleEndian {
    case .floats(let elements): unsafe try put(elements.span.bytes)
    case .integers(let elements): unsafe try put(elements.span.bytes)
    case .halves(let elements): unsafe try put(elements.span.bytes)
    }
    let padding = PlanHeader.aligned(weightBytes) - weightBytes
    if padding > 0 { unsafe try put([UInt8](repeating: 0, count: padding).span.bytes) }
    return offset
  }

  /// Writes the plan and makes the file appear. `plan.weightBytes` is taken from what was stored.
  ///
  /// - Returns: The plan hash, in hex.
  /// - Throws: `PlanError` if the plan is not sound or the disk refuses.
  package consuming func finish(
    _ plan: Plan, limits: PlanLimits = .standard
  ) throws(PlanError) -> String {
    var plan = plan
    plan.weightBytes = weightBytes
    let encoder = PlanEncoder(plan)
    try MessageScan.check(
      encoder.bytes, as: .plan, memory: limits.loadingBytes(ofFile: weightBytes))
    try PlanChecker.check(plan, limits: limits)
    do {
      return try close(message: encoder.bytes, texts: encoder.texts)
    } catch {
      throw PlanError(error)
    }
  }

  private static func begin(_ path: String) throws(PlanError) -> AtomicFile {
    do {
      let file = try AtomicFile(path: path)
      try file.append([UInt8](repeating: 0, count: PlanHeader.size))
      return file
    } catch {
      throw PlanError(error)
    }
  }

  private consuming func close(
    message: [UInt8], texts: [UInt8]
  ) throws(AtomicFileError) -> String {
    let sums = weightSums.finished().littleEndianBytes
    let layout = PlanHeader(
      weights: (weightBytes, weightHash.finished()), sums: sums, texts: texts,
      message: message)
    var end = PlanHeader.size + weightBytes
    for (section, bytes) in [(PlanSection.sums, sums), (.texts, texts), (.message, message)] {
      try file.append([UInt8](repeating: 0, count: layout[section].offset - end))
      try file.append(bytes)
      end = layout[section].offset + bytes.count
    }
    let header = layout.encoded()
    try file.replace(at: 0, with: header)
    try file.commit()
    return SHA256.hash(header).hex
  }

  private mutating func put(_ bytes: RawSpan) throws(PlanError) {
    weightHash.update(bytes)
    weightSums.update(bytes)
    weightBytes += bytes.byteCount
    do {
      try file.append(bytes)
    } catch {
      throw PlanError(error)
    }
  }
}

/// Constant numbers, as they are put into a weight section.
package enum WeightNumbers: Hashable, Sendable {
  /// Float32.
  case floats([Float])
  /// Int32.
  case integers([Int32])
  /// Float16.
  case halves([Float16])

  /// How many there are.
  package var count: Int {
    switch self {
    case .floats(let elements): elements.count
    case .integers(let elements): elements.count
    case .halves(let elements): elements.count
    }
  }

  /// What they are.
  package var dtype: DType {
    switch self {
    case .floats: .float32
    case .integers: .int32
    case .halves: .float16
    }
  }

  /// The bits of an element.
  package func bits(at index: Int) -> UInt32 {
    switch self {
    case .floats(let elements): elements[index].bitPattern
    case .integers(let elements): UInt32(bitPattern: elements[index])
    case .halves(let elements): UInt32(elements[index].bitPattern)
    }
  }

  /// Equality that tells zeros of different sign apart and finds equal NaNs equal.
  package func hasSameBits(as other: WeightNumbers) -> Bool {
    switch (self, other) {
    case (.floats(let a), .floats(let b)):
      a.count == b.count && zip(a, b).allSatisfy { $0.bitPattern == $1.bitPattern }
    case (.integers(let a), .integers(let b)): a == b
    case (.halves(let a), .halves(let b)):
      a.count == b.count && zip(a, b).allSatisfy { $0.bitPattern == $1.bitPattern }
    default: false
    }
  }

  /// The bytes as the weight section has them, lowest byte first.
  package var littleEndianBytes: [UInt8] {
    switch littleEndian {
    case .floats(let elements): unsafe elements.withUnsafeBytes { unsafe Array($0) }
    case .integers(let elements): unsafe elements.withUnsafeBytes { unsafe Array($0) }
    case .halves(let elements): unsafe elements.withUnsafeBytes { unsafe Array($0) }
    }
  }

  /// Numbers whose bytes in memory are those of the weight section: the same, but for processors that
  /// have the highest byte first.
  fileprivate var littleEndian: WeightNumbers {
    guard 1.littleEndian != 1 else { return self }
    switch self {
    case .floats(let elements):
      return .integers(elements.map { Int32(bitPattern: $0.bitPattern.littleEndian) })
    case .integers(let elements): return .integers(elements.map(\.littleEndian))
    case .halves(let elements):
      return .halves(elements.map { Float16(bitPattern: $0.bitPattern.littleEndian) })
    }
  }
}
