import TGTensor

/// The records of a table of TensorFlow's, to be changed and written again with right sizes and
/// checksums.
struct TableRecords {
  private struct Record {
    var key: [UInt8]
    var value: [UInt8]
  }

  private var records: [Record] = []

  /// Reads the records of a sound table.
  init(_ file: [UInt8]) {
    guard file.count >= 48 else { return }
    var end = Cursor(file, file.count - 48)
    _ = (end.number(), end.number())
    let (offset, size) = (end.number(), end.number())
    for row in Self.records(of: file, offset, size) {
      var handle = Cursor(row.value, 0)
      records += Self.records(of: file, handle.number(), handle.number())
    }
  }

  /// A place in bytes.
  private struct Cursor {
    let bytes: [UInt8]
    var position: Int

    init(_ bytes: [UInt8], _ position: Int) {
      self.bytes = bytes
      self.position = position
    }

    mutating func number() -> Int {
      var result = 0
      for shift in stride(from: 0, to: 56, by: 7) where position < bytes.count {
        result |= Int(bytes[position] & 127) << shift
        position += 1
        if bytes[position - 1] < 128 { break }
      }
      return result
    }

    mutating func take(_ count: Int) -> [UInt8] {
      let taken = bytes[min(position, bytes.count)..<min(position + count, bytes.count)]
      position += count
      return Array(taken)
    }
  }

  private static func records(of file: [UInt8], _ offset: Int, _ size: Int) -> [Record] {
    guard offset + size <= file.count, size >= 4 else { return [] }
    let restarts = file[(offset + size - 4)..<(offset + size)].reversed()
      .reduce(0) { $0 << 8 | Int($1) }
    var result: [Record] = []
    var key: [UInt8] = []
    var cursor = Cursor(file, offset)
    while cursor.position < offset + size - 4 - 4 * restarts {
      let (shared, own, length) = (cursor.number(), cursor.number(), cursor.number())
      key = Array(key.prefix(shared)) + cursor.take(own)
      result.append(Record(key: key, value: cursor.take(length)))
    }
    return result
  }

  /// A table of changed records.
  func mutated(with other: TableRecords, _ random: inout Random) -> [UInt8] {
    var changed = self
    if random.once(in: 4) {
      changed.records = random.rearranged(changed.records, with: other.records)
    }
    for _ in 0...random.below(2) where !changed.records.isEmpty {
      let place = random.below(changed.records.count)
      if random.once(in: 5) {
        changed.records[place].key = random.damaged(changed.records[place].key)
      } else {
        changed.records[place].value = random.damaged(changed.records[place].value)
      }
    }
    if !random.once(in: 8) {
      changed.records.sort { $0.key.lexicographicallyPrecedes($1.key) }
    }
    return changed.packed(&random)
  }

  private func packed(_ random: inout Random) -> [UInt8] {
    var file: [UInt8] = []
    var index: [Record] = []
    let perBlock = random.once(in: 3) ? 1 + random.below(8) : max(1, records.count)
    for start in stride(from: 0, to: records.count, by: perBlock) {
      let rows = Array(records[start..<min(start + perBlock, records.count)])
      let handle = Self.append(Self.block(rows, &random), to: &file, &random)
      index.append(Record(key: rows[rows.count - 1].key, value: handle))
    }
    var end = Self.append(Self.block([], &random), to: &file, &random)
    end += Self.append(Self.block(index, &random), to: &file, &random)
    if random.once(in: 16) { end = random.damaged(end) }
    end += [UInt8](repeating: 0, count: max(0, 40 - end.count))
    return file + end.prefix(40) + [0x57, 0xfb, 0x80, 0x8b, 0x24, 0x75, 0x47, 0xdb]
  }

  /// Adds a block with its checksum; the result is its place and its size.
  private static func append(
    _ block: [UInt8], to file: inout [UInt8], _ random: inout Random
  ) -> [UInt8] {
    let block = random.once(in: 24) ? random.damaged(block) : block
    let handle = varint(UInt64(file.count)) + varint(UInt64(block.count))
    let summed = block + [random.once(in: 64) ? 1 : 0]
    file += summed
    file.append(littleEndian: checksum(summed))
    return random.once(in: 48)
      ? varint(random.number()) + varint(random.number()) : handle
  }

  private static func block(_ records: [Record], _ random: inout Random) -> [UInt8] {
    var bytes: [UInt8] = []
    var restarts: [UInt32] = records.isEmpty ? [0] : []
    var last: [UInt8] = []
    for (position, record) in records.enumerated() {
      var shared = 0
      if position % 16 == 0 {
        restarts.append(UInt32(bytes.count))
      } else {
        shared = zip(last, record.key).prefix { $0 == $1 }.count
      }
      let numbers = [shared, record.key.count - shared, record.value.count]
      for number in numbers {
        bytes += varint(random.once(in: 512) ? random.number() : UInt64(number))
      }
      bytes += record.key[shared...] + record.value
      last = record.key
    }
    for restart in restarts + [UInt32(restarts.count)] {
      bytes.append(
        littleEndian: random.once(in: 256) ? UInt32(truncatingIfNeeded: random.number()) : restart)
    }
    return bytes
  }

  private static func varint(_ number: UInt64) -> [UInt8] {
    var (rest, bytes) = (number, [UInt8]())
    while rest > 127 {
      bytes.append(UInt8(rest & 127) | 128)
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }

  /// The checksum of a block, turned and moved as tables hold it.
  private static func checksum(_ bytes: [UInt8]) -> UInt32 {
    var sum = UInt32.max
    for byte in bytes {
      sum ^= UInt32(byte)
      for _ in 0..<8 { sum = sum >> 1 ^ (sum & 1 == 0 ? 0 : 0x82f6_3b78) }
    }
    sum = ~sum
    return (sum >> 15 | sum << 17) &+ 0xa282_ead8
  }
}
