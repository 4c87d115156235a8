internal import Crypto
internal import TGTensor

/// Writes a plan file piece by piece: weights first, as they come, then the plan.
///
/// The file appears at its path when `finish` succeeds, whole or not at all. Memory does not grow
/// with the weights; equal tensors are stored once.
package struct PlanWriter: ~Copyable {
  private let file: AtomicFile
  private var weightHash = SHA256()
  private var weightSums = BlockSums()
  /// The bytes of the weight section so far.
  private var weightBytes = 0
  /// Where each tensor lies, by its hash; looked up, never iterated.
  private var places: [SHA256.Digest: Int] = [:]

  /// Begins a file.
  ///
  /// - Throws: `PlanError` if it cannot be created.
  package init(path: String) throws(PlanError) {
    file = try PlanWriter.begin(path)
  }

  /// Stores a tensor and returns the first element's place for `Slot.offset`, counted in elements
  /// from the start of the weight section: a multiple of 16.
  package mutating func append(_ elements: [Float]) throws(PlanError) -> Int {
    let bytes = elements.littleEndianBytes
    let hash = SHA256.hash(data: bytes)
    if let place = places[hash] { return place }
    let place = weightBytes / 4
    places[hash] = place
    try put(bytes)
    let padding = PlanHeader.aligned(weightBytes) - weightBytes
    if padding > 0 { try put([UInt8](repeating: 0, count: padding)) }
    return place
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
      weights: (weightBytes, Array(weightHash.finalize())), sums: sums, texts: texts,
      message: message)
    var place = PlanHeader.size + weightBytes
    for (section, bytes) in [(PlanSection.sums, sums), (.texts, texts), (.message, message)] {
      try file.append([UInt8](repeating: 0, count: layout[section].offset - place))
      try file.append(bytes)
      place = layout[section].offset + bytes.count
    }
    let header = layout.encoded()
    try file.replace(at: 0, with: header)
    try file.commit()
    return SHA256.hash(data: header).hex
  }

  private mutating func put(_ bytes: [UInt8]) throws(PlanError) {
    weightHash.update(data: bytes)
    weightSums.update(bytes)
    weightBytes += bytes.count
    do {
      try file.append(bytes)
    } catch {
      throw PlanError(error)
    }
  }
}

extension [Float] {
  /// The elements as the weight section has them.
  fileprivate var littleEndianBytes: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count * 4)
    for element in self {
      let bits = element.bitPattern
      bytes.append(UInt8(truncatingIfNeeded: bits))
      bytes.append(UInt8(truncatingIfNeeded: bits >> 8))
      bytes.append(UInt8(truncatingIfNeeded: bits >> 16))
      bytes.append(UInt8(truncatingIfNeeded: bits >> 24))
    }
    return bytes
  }
}
