package import TGTensor

/// A plan as read from a `.tplan` file: its data in memory, its weights mapped, all of it checked.
package struct PlanFile: Sendable {
  /// The version of the format that is read and written.
  package static var formatVersion: Int { PlanHeader.version }

  /// The plan, accepted by `PlanChecker`.
  package let plan: Plan
  /// The file; float32 weights begin at byte `weightOffset`.
  package let file: MappedFile
  /// The first byte of the weight section, a multiple of 64.
  package let weightOffset: Int
  /// SHA-256 over the header, which holds the SHA-256 of every section, in hex: equal hashes mean
  /// equal plans with equal weights.
  package let hash: String
  /// The checksum of each block of weights.
  private let weightSums: [UInt64]

  /// Reads a plan file. Costs milliseconds: weights are not touched, unless they are verified.
  ///
  /// - Parameters:
  ///   - path: The `.tplan` file.
  ///   - verifyWeights: True to compare the weight section with its hash.
  ///   - limits: The most that a plan may have of everything.
  /// - Throws: `PlanError` for anything but a sound plan.
  package static func load(
    path: String, verifyWeights: Bool = false, limits: PlanLimits = .standard
  ) throws(PlanError) -> PlanFile {
    do {
      let file = try PlanFile(mapping: map(path), verifyWeights: verifyWeights, limits: limits)
      try PlanChecker.check(file.plan, limits: limits)
      try PlanChecker.checkResamplings(file.plan, limits: limits, numbers: file.numbers)
      return file
    } catch {
      var error = error
      error.path = path
      throw error
    }
  }

  private static func map(_ path: String) throws(PlanError) -> MappedFile {
    do {
      return try MappedFile(path: path)
    } catch {
      switch error {
      case .cannotOpen(_, let reason): throw PlanError(.cannotOpen(reason))
      case .notARegularFile: throw PlanError(.notAFile)
      case .cannotMap(_, let reason): throw PlanError(.cannotRead(reason))
      }
    }
  }

  private init(
    mapping file: MappedFile, verifyWeights: Bool, limits: PlanLimits
  ) throws(PlanError) {
    let start = file.bytes(0..<min(PlanHeader.size, file.count)) ?? []
    let header = try PlanHeader(start, fileLength: file.count)
    for (section, limit) in [
      (PlanSection.message, limits.messageBytes), (.texts, limits.textBytes),
    ] {
      guard header[section].length <= limit else {
        throw PlanError(
          .limit(section == .message ? .messageBytes : .textBytes, header[section].length, limit))
      }
    }
    for (before, section) in zip(PlanSection.allCases, PlanSection.allCases.dropFirst()) {
      let padding = file.bytes(
        header[before].offset + header[before].length..<header[section].offset)
      guard padding?.allSatisfy({ $0 == 0 }) == true else {
        throw PlanError(.section(section, .padding))
      }
    }
    let sums = try PlanFile.section(.sums, of: file, header)
    let message = try PlanFile.section(.message, of: file, header)
    let texts = try PlanFile.section(.texts, of: file, header)
    if verifyWeights {
      let entry = header[.weights]
      let hash = file.withSpan {
        SHA256.hash($0.extracting(entry.offset..<entry.offset + entry.length))
      }
      guard hash == entry.hash else { throw PlanError(.sectionChecksum(.weights)) }
    }
    weightSums = [UInt64](littleEndianBytes: sums)
    var plan = try PlanDecoder.decode(
      message: message, texts: texts,
      memory: limits.loadingBytes(ofFile: file.count))
    plan.weightBytes = header[.weights].length
    self.plan = plan
    self.file = file
    weightOffset = header[.weights].offset
    hash = SHA256.hash(start).hex
    if verifyWeights, let block = weightSums.indices.first(where: { !isWhole(block: $0) }) {
      throw PlanError(.blockChecksum(block, of: weightSums.count))
    }
  }

  /// How many blocks with a checksum the weights are cut into.
  package var blockCount: Int { weightSums.count }

  /// The blocks in which some of the weights lie, counted in bytes from the start of the section;
  /// they lie inside it.
  package func blocks(ofBytes range: Range<Int>) -> Range<Int> {
    guard !range.isEmpty else { return 0..<0 }
    let perBlock = BlockSums.blockBytes
    return range.lowerBound / perBlock..<(range.upperBound - 1) / perBlock + 1
  }

  /// True if a block of weights has the checksum that was written with it. Reads the block, and leaves
  /// no memory of the process behind for it.
  package func isWhole(block: Int) -> Bool {
    let start = weightOffset + block * BlockSums.blockBytes
    let end = min(start + BlockSums.blockBytes, weightOffset + plan.weightBytes)
    defer { file.release(start..<end) }
    return file.withSpan { BlockSums.sum($0.extracting(start..<end)) == weightSums[block] }
  }

  /// A copy of a section whose hash has been compared.
  private static func section(
    _ section: PlanSection, of file: MappedFile, _ header: PlanHeader
  ) throws(PlanError) -> [UInt8] {
    let entry = header[section]
    guard let bytes = file.bytes(entry.offset..<entry.offset + entry.length) else {
      throw PlanError(.section(section, .outsideFile))
    }
    guard SHA256.hash(bytes) == entry.hash else {
      throw PlanError(.sectionChecksum(section))
    }
    return bytes
  }

  /// A copy of some int32 weights; nil if they are not inside the weight section.
  ///
  /// - Parameters:
  ///   - start: The first byte, from the start of the section.
  ///   - count: How many.
  package func numbers(at start: Int, count: Int) -> [Int32]? {
    guard start >= 0, count >= 0, start <= plan.weightBytes,
      count <= (plan.weightBytes - start) / 4,
      let bytes = file.bytes(weightOffset + start..<weightOffset + start + 4 * count)
    else { return nil }
    return (0..<count).map { index in
      Int32(
        bitPattern: (0..<4).reversed().reduce(UInt32(0)) {
          $0 << 8 | UInt32(bytes[index * 4 + $1])
        })
    }
  }
}
