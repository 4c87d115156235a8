import TGTensor

/// A table of LevelDB, in which TensorFlow keeps its checkpoints: keys that rise byte by byte, each with
/// a value.
///
/// Blocks are read whole, in the order of the index at the end, and every claim is checked: that blocks
/// lie in the file and share no bytes, their checksums, that keys rise, that the entries which a reader
/// may begin at are such. Values stay in the file. Compressed blocks are refused; TensorFlow writes
/// none.
struct SortedTable: Sendable {
  /// The most bytes of all keys together. Keys share beginnings, so that few bytes can say long ones.
  static let keyLimit = 16 << 20
  /// The bytes at the end that say where the index is.
  private static let footerSize = 48
  /// The bytes behind each block: how it is compressed, and its checksum.
  private static let trailerSize = 5
  private static let magic: [UInt8] = [0x57, 0xfb, 0x80, 0x8b, 0x24, 0x75, 0x47, 0xdb]

  /// The file.
  let file: ByteRegion
  private var keys: [UInt8] = []
  /// The bytes of all keys read so far, those of the index too.
  private var keyBytes = 0
  private var keyEnds: [Int] = []
  private var values: [Range<Int>] = []

  /// True if the bytes end as a table does.
  static func ends(_ file: ByteRegion) -> Bool {
    file.count >= magic.count && file.bytes(file.count - magic.count..<file.count) == magic
  }

  /// Reads all keys.
  ///
  /// - Throws: `TensorFlowFault`, `CheckpointFault.tooMuch`.
  init(_ file: ByteRegion) throws(CheckpointFault) {
    self.file = file
    let end = file.count - Self.footerSize
    guard end >= 0, Self.ends(file) else { throw Self.damaged("it is too short") }
    var footer = ByteReader(file, at: end, window: Self.footerSize)
    let handles = try [Self.handle(&footer, before: end), Self.handle(&footer, before: end)]
    guard footer.position <= end + 40 else { throw Self.damaged("its last bytes are wrong") }
    guard Self.areApart(handles.sorted { $0.lowerBound < $1.lowerBound }) else {
      throw Self.damaged("two of its blocks share bytes")
    }
    _ = try block(at: handles[0])
    var index = try BlockReader(try block(at: handles[1]), at: handles[1].lowerBound)
    var last: (key: [UInt8], handle: Range<Int>)?
    while try index.next() {
      try count(index.key)
      var place = ByteReader(file, at: index.value.lowerBound, window: 32)
      let handle = try Self.handle(&place, before: end)
      guard place.position == index.value.upperBound else {
        throw Self.damaged("its index is malformed")
      }
      guard Self.areApart([last?.handle, handle].compactMap(\.self)),
        handles.allSatisfy({ Self.areApart([handle, $0]) })
      else { throw Self.damaged("two of its blocks share bytes") }
      try readBlock(at: handle, behind: last?.key, upTo: index.key)
      last = (index.key, handle)
    }
  }

  /// True if each block ends, with its trailer, before the next begins: so TensorFlow writes them, the
  /// index last.
  private static func areApart(_ blocks: [Range<Int>]) -> Bool {
    zip(blocks, blocks.dropFirst()).allSatisfy { $1.lowerBound - $0.upperBound >= trailerSize }
  }

  /// Counts the bytes of a key.
  private mutating func count(_ key: [UInt8]) throws(CheckpointFault) {
    guard key.count <= Self.keyLimit - keyBytes else {
      throw .tensorFlow(.names(limit: Self.keyLimit))
    }
    keyBytes += key.count
  }

  // MARK: Records

  /// The number of keys.
  var count: Int { values.count }

  /// A key.
  func key(_ record: Int) -> ArraySlice<UInt8> {
    keys[(record == 0 ? 0 : keyEnds[record - 1])..<keyEnds[record]]
  }

  /// The bytes of a value.
  func value(_ record: Int) -> ByteRegion { file.region(values[record]) ?? ByteRegion([]) }

  /// The record of a key; nil if there is none.
  func record(of key: [UInt8]) -> Int? {
    var range = 0..<count
    while !range.isEmpty {
      let middle = range.lowerBound + range.count / 2
      let found = self.key(middle)
      if found.elementsEqual(key) { return middle }
      range =
        found.lexicographicallyPrecedes(key)
        ? middle + 1..<range.upperBound : range.lowerBound..<middle
    }
    return nil
  }

  // MARK: Blocks

  /// The place of a block without its trailer, which lies before an offset as well.
  private static func handle(
    _ reader: inout ByteReader, before end: Int
  ) throws(CheckpointFault) -> Range<Int> {
    guard let offset = reader.varint(), let size = reader.varint(), offset <= UInt64(end),
      size <= UInt64(end) - offset,
      UInt64(end) - offset - size >= UInt64(trailerSize)
    else { throw damaged("a block lies outside of the file") }
    return Int(offset)..<Int(offset) + Int(size)
  }

  /// The bytes of a block, compared with their checksum.
  private func block(at range: Range<Int>) throws(CheckpointFault) -> ByteRegion {
    guard let block = file.region(range),
      let summed = file.region(range.lowerBound..<range.upperBound + 1),
      let trailer = file.bytes(range.upperBound..<range.upperBound + Self.trailerSize)
    else { throw Self.damaged("a block lies outside of the file") }
    let checksum = trailer.dropFirst().reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    guard CRC32C.masked(summed) == checksum else {
      throw .tensorFlow(.checksum(block: range.lowerBound))
    }
    guard trailer[0] == 0 else { throw .tensorFlow(.compressed(method: trailer[0])) }
    return block
  }

  /// Adds the records of a block, whose keys lie between two of the index.
  private mutating func readBlock(
    at range: Range<Int>, behind low: [UInt8]?, upTo high: [UInt8]
  ) throws(CheckpointFault) {
    var block = try BlockReader(try block(at: range), at: range.lowerBound)
    var isFirst = true
    while try block.next() {
      if isFirst, let low, !low.lexicographicallyPrecedes(block.key) {
        throw Self.damaged("its keys do not rise")
      }
      isFirst = false
      guard values.count < EntryTableBuilder.limit else {
        throw .tooMuch(.values(limit: EntryTableBuilder.limit))
      }
      try count(block.key)
      keys += block.key
      keyEnds.append(keys.count)
      values.append(block.value)
    }
    guard !high.lexicographicallyPrecedes(block.key) else {
      throw Self.damaged("its index and its keys disagree")
    }
  }

  fileprivate static func damaged(_ how: String) -> CheckpointFault {
    .tensorFlow(.table(how))
  }
}

/// The entries of one block.
private struct BlockReader {
  /// The key of the entry.
  private(set) var key: [UInt8] = []
  /// The place of its value in the file.
  private(set) var value = 0..<0

  private let block: ByteRegion
  private let start: Int
  /// Where the entries end and the list of restarts begins.
  private let end: Int
  private var entries: ByteReader
  private var restarts: ByteReader
  private var nextRestart: Int?
  private var isFirst = true

  /// Reads a block that begins at an offset of the file.
  init(_ block: ByteRegion, at start: Int) throws(CheckpointFault) {
    self.block = block
    self.start = start
    var count = ByteReader(block, at: max(0, block.count - 4), window: 4)
    guard let number = count.word(), number > 0, number <= UInt32(clamping: block.count / 4 - 1),
      let body = block.region(0..<block.count - 4 - 4 * Int(number)),
      let list = block.region(body.count..<block.count - 4)
    else { throw SortedTable.damaged("the end of a block is malformed") }
    end = body.count
    entries = ByteReader(body)
    restarts = ByteReader(list, window: 4096)
    nextRestart = restarts.word().map { Int($0) }
    guard nextRestart == 0 else { throw SortedTable.damaged("the end of a block is malformed") }
  }

  /// Goes to the next entry; false at the end.
  mutating func next() throws(CheckpointFault) -> Bool {
    let position = entries.position
    guard entries.remaining > 0 else {
      // An empty block has one restart, at its end.
      guard nextRestart == nil || position == 0 && nextRestart == 0 && restarts.remaining == 0
      else { throw SortedTable.damaged("the end of a block is malformed") }
      return false
    }
    guard let shared = entries.varint(), let unshared = entries.varint(),
      let length = entries.varint(), shared <= UInt64(key.count),
      let own = entries.skip(unshared), let bytes = block.bytes(own),
      let value = entries.skip(length)
    else { throw SortedTable.damaged("an entry reaches outside of its block") }
    if position == nextRestart {
      guard shared == 0 else { throw SortedTable.damaged("the end of a block is malformed") }
      nextRestart = restarts.word().map { Int($0) }
    }
    let isHigher = isFirst || key.dropFirst(Int(shared)).lexicographicallyPrecedes(bytes)
    guard isHigher else { throw SortedTable.damaged("its keys do not rise") }
    isFirst = false
    key.removeLast(key.count - Int(shared))
    key += bytes
    self.value = start + value.lowerBound..<start + value.upperBound
    return true
  }
}

extension ByteReader {
  /// The next four bytes as a number, lowest first; nil at the end.
  fileprivate mutating func word() -> UInt32? {
    var value: UInt32 = 0
    for shift in stride(from: UInt32(0), to: 32, by: 8) {
      guard let byte = next() else { return nil }
      value |= UInt32(byte) << shift
    }
    return value
  }
}
