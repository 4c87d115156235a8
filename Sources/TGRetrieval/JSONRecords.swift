internal import TGTensor

/// Objects of a JSON file, each with the line that it begins on: those of one array (`[{…}, {…}]`), or
/// one on each line (`.jsonl`).
struct JSONRecords {
  /// An object.
  struct Record: Hashable {
    /// The line of its first byte, from 1.
    let line: Int
    /// The object itself.
    let value: JSON
  }

  /// The path as given.
  let path: String
  /// The objects, in order.
  let records: [Record]

  /// The most values of a record.
  private static let valuesOfRecord = 10_000

  /// Reads an object on each line.
  ///
  /// - Throws: `RetrievalError`.
  init(lines path: String) throws(RetrievalError) {
    let file = try LineFile(path: path)
    var records: [Record] = []
    records.reserveCapacity(file.lines.count)
    for line in file.lines {
      records.append(try Self.record(Array(line.text.utf8), line: line.number, of: path))
    }
    self.path = path
    self.records = records
  }

  /// Reads the objects of an array.
  ///
  /// - Throws: `RetrievalError`.
  init(array path: String) throws(RetrievalError) {
    var scanner = ArrayScanner(path: path, bytes: try LineFile.bytes(path))
    self.path = path
    records = try scanner.records()
  }

  /// The text of a member.
  ///
  /// - Throws: `RetrievalError` that names the line if there is none or it is no text.
  func text(_ name: String, of record: Record) throws(RetrievalError) -> String {
    guard case .string(let text) = record.value[name] else {
      throw fault(record, "there is no text '\(name)'")
    }
    return text
  }

  /// The text of a member that may be missing.
  ///
  /// - Throws: `RetrievalError` that names the line if it is no text.
  func optionalText(_ name: String, of record: Record) throws(RetrievalError) -> String? {
    switch record.value[name] {
    case nil, .null: nil
    case .string(let text): text
    default: throw fault(record, "'\(name)' is no text")
    }
  }

  /// What is wrong with a record.
  func fault(_ record: Record, _ what: String) -> RetrievalError {
    .line(path: path, line: record.line, what: what)
  }

  fileprivate static func record(
    _ bytes: [UInt8], line: Int, of path: String
  ) throws(RetrievalError) -> Record {
    let value: JSON
    do { value = try JSON(parsing: bytes, depth: 8, values: valuesOfRecord) } catch {
      throw .line(path: path, line: line, what: "\(error)")
    }
    guard case .object = value else {
      throw .line(path: path, line: line, what: "this is no JSON object")
    }
    return Record(line: line, value: value)
  }
}

/// Cuts a JSON array into its items, which are parsed one after the other.
private struct ArrayScanner {
  let path: String
  let bytes: [UInt8]
  private var position = 0
  private var line = 1

  init(path: String, bytes: [UInt8]) {
    self.path = path
    self.bytes = bytes
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
  }

  mutating func records() throws(RetrievalError) -> [JSONRecords.Record] {
    var records: [JSONRecords.Record] = []
    skipSpace()
    guard accept("[") else { throw fault("this is no JSON array") }
    skipSpace()
    if !accept("]") {
      repeat {
        skipSpace()
        let start = line
        let item = try item()
        records.append(try JSONRecords.record(item, line: start, of: path))
        skipSpace()
      } while accept(",")
      guard accept("]") else { throw fault("',' or ']' is missing") }
    }
    skipSpace()
    guard position == bytes.count else { throw fault("something follows the array") }
    return records
  }

  /// The bytes up to the end of the object that begins here.
  private mutating func item() throws(RetrievalError) -> [UInt8] {
    let first = position
    var depth = 0
    var isText = false
    while position < bytes.count {
      let byte = bytes[position]
      advance()
      if isText {
        if byte == UInt8(ascii: "\\"), position < bytes.count {
          advance()
        } else if byte == UInt8(ascii: "\"") {
          isText = false
        }
        continue
      }
      switch Unicode.Scalar(byte) {
      case "\"": isText = true
      case "{", "[": depth += 1
      case "}", "]": depth -= 1
      default: break
      }
      if depth <= 0, !isText { return Array(bytes[first..<position]) }
    }
    throw fault("the file ends inside a record")
  }

  private mutating func advance() {
    if bytes[position] == 0x0A { line += 1 }
    position += 1
  }

  private mutating func skipSpace() {
    while position < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) { advance() }
  }

  private mutating func accept(_ scalar: Unicode.Scalar) -> Bool {
    guard position < bytes.count, UInt32(bytes[position]) == scalar.value else { return false }
    advance()
    return true
  }

  private func fault(_ what: String) -> RetrievalError { .line(path: path, line: line, what: what) }
}
