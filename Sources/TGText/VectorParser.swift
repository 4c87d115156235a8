internal import TGTensor

/// Takes the lines of a file of vectors and keeps those wanted.
struct VectorParser {
  private let path: String
  private let limit: Int
  private let wanted: [String]?
  private var rows: [ExactWord: Int] = [:]
  /// The words that the head claims; nil without a head.
  private var claimed: Int?
  private var dimension = 0
  private var line = 0
  /// The lines of words so far.
  private var count = 0
  private var found: [(row: Int, word: String, values: Range<Int>)] = []
  private var seen: [ExactWord: Int] = [:]
  private var values: [Float] = []
  private var warnings: [String] = []
  /// Words that are no UTF-8.
  private var unreadable = 0

  /// Begins a file; `words` are those wanted, nil for the first `limit`.
  init(path: String, words: [String]?, limit: Int) {
    self.path = path
    self.limit = min(limit, Vocabulary.maximumCount)
    wanted = words
    for (row, word) in (words ?? []).enumerated() { rows[ExactWord(word)] = row }
  }

  /// Takes a line; false if no more are needed.
  ///
  /// - Throws: `TextError.badVectors` with the line.
  mutating func take(_ bytes: ArraySlice<UInt8>) throws(TextError) -> Bool {
    line += 1
    var bytes = bytes
    if line == 1, bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes = bytes.dropFirst(3) }
    while let last = bytes.last, Self.separates(last) || last == 0x0D { bytes.removeLast() }
    if line == 1, try takeHead(bytes) { return true }
    guard !bytes.isEmpty else { return true }
    count += 1
    let split = try self.split(bytes)
    guard let word = String(validating: bytes[..<split], as: UTF8.self) else {
      unreadable += 1
      return true
    }
    guard split - bytes.startIndex <= Vocabulary.maximumWordBytes else {
      throw fail("a word has more than \(Vocabulary.maximumWordBytes) bytes")
    }
    let key = ExactWord(word)
    guard let row = wanted == nil ? found.count : rows[key] else { return true }
    if let first = seen[key] {
      warnings.append(
        "line \(line): '\(word)' has a vector on line \(first) already, which is taken")
      return true
    }
    seen[key] = line
    guard (found.count + 2) * dimension <= WordVectors.maximumElements else {
      throw fail("the table has more than \(WordVectors.maximumElements) numbers")
    }
    found.append((row, word, try read(bytes[(split + 1)...])))
    return found.count < (wanted?.count ?? limit)
  }

  /// The table of what was found.
  ///
  /// - Parameter isAtEnd: true if no line was left.
  /// - Throws: `TextError.badVectors` if the file ended early, or has nothing that is wanted.
  func finish(isAtEnd: Bool) throws(TextError) -> WordVectors {
    var warnings = warnings
    if isAtEnd, let claimed, claimed != count {
      let claim = "its head says \(Self.counted(claimed, "word")), and it has \(count)"
      guard count > claimed else {
        throw .badVectors(path: path, line: line, reason: "it ends early: \(claim); fetch it again")
      }
      warnings.append(claim)
    }
    guard !found.isEmpty else {
      throw .badVectors(
        path: path, line: 0,
        reason: wanted == nil ? "it holds no words" : "it holds none of the words wanted")
    }
    if unreadable > 0 {
      warnings.append("left out, as not UTF-8: \(Self.counted(unreadable, "word"))")
    }
    if !isAtEnd, wanted == nil {
      warnings.append(
        "taken are only its first \(Self.counted(found.count, "word")); --vocabulary chooses others"
      )
    }
    if warnings.count > 4 { warnings[3...] = ["and \(warnings.count - 3) more remarks"] }
    let ordered = found.sorted { $0.row < $1.row }
    var elements = [Float](repeating: 0, count: dimension)
    elements.reserveCapacity((ordered.count + 1) * dimension)
    for entry in ordered { elements += values[entry.values] }
    return WordVectors(
      vocabulary: try Vocabulary(
        words: ordered.enumerated().map { (id: $0.offset + 1, word: $0.element.word) }, path: path),
      table: HostTensor([ordered.count + 1, dimension], elements),
      missing: (wanted ?? []).filter { seen[ExactWord($0)] == nil }, warnings: warnings)
  }

  // MARK: One line

  /// Takes the first line if it is a head; else the numbers at its end say the dimension.
  private mutating func takeHead(_ bytes: ArraySlice<UInt8>) throws(TextError) -> Bool {
    let fields = bytes.split(whereSeparator: Self.separates)
    if fields.count == 2, let words = whole(fields[0]), let size = whole(fields[1]), words >= 0 {
      claimed = words
      try setDimension(size)
      return true
    }
    let numbers = fields.dropFirst().reversed().prefix { Self.number($0) != nil }.count
    try setDimension(numbers)
    return false
  }

  /// Where the word of a line ends: before as many numbers as there should be.
  private func split(_ bytes: ArraySlice<UInt8>) throws(TextError) -> Int {
    // Some words have spaces of their own, so the numbers are counted from the end.
    var split = bytes.endIndex
    for _ in 0..<dimension {
      guard let space = bytes[..<split].lastIndex(where: Self.separates) else {
        throw miscounted(bytes)
      }
      split = space
      while split > bytes.startIndex, Self.separates(bytes[split - 1]) { split -= 1 }
    }
    guard split > bytes.startIndex else { throw fail("the word is missing") }
    // A word with spaces whose last part is a number would be a line with a number too many.
    if let space = bytes[..<split].lastIndex(where: Self.separates),
      Self.number(bytes[(space + 1)..<split]) != nil
    {
      throw miscounted(bytes)
    }
    return split
  }

  /// What is wrong with a line that has too few or too many numbers.
  private func miscounted(_ bytes: ArraySlice<UInt8>) -> TextError {
    let fields = bytes.split(whereSeparator: Self.separates)
    let numbers = fields.dropFirst().reversed().prefix { Self.number($0) != nil }.count
    let source = claimed == nil ? "as on line 1" : "as its head says"
    return fail(
      "\(Self.counted(numbers, "number")) behind the word where \(dimension) should be, \(source)")
  }

  private mutating func read(_ bytes: ArraySlice<UInt8>) throws(TextError) -> Range<Int> {
    let begin = values.count
    for field in bytes.split(whereSeparator: Self.separates) {
      guard let value = Self.number(field) else {
        let text = String(decoding: field.prefix(20), as: UTF8.self)
        throw fail("'\(text)' is not a number, or not a finite one")
      }
      values.append(value)
    }
    return begin..<values.count
  }

  private mutating func setDimension(_ size: Int) throws(TextError) {
    guard (1...WordVectors.maximumDimension).contains(size) else {
      throw fail("\(size) numbers for a word; 1 to \(WordVectors.maximumDimension) are read")
    }
    dimension = size
  }

  private static func counted(_ count: Int, _ what: String) -> String {
    "\(count) \(what)" + (count == 1 ? "" : "s")
  }

  private static func separates(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

  private static func number(_ field: ArraySlice<UInt8>) -> Float? {
    // `Float` would read up to a zero byte.
    guard !field.contains(0), let value = Float(String(decoding: field, as: UTF8.self)),
      value.isFinite
    else { return nil }
    return value
  }

  private func whole(_ field: ArraySlice<UInt8>) -> Int? {
    Int(String(decoding: field, as: UTF8.self))
  }

  private func fail(_ reason: String) -> TextError {
    .badVectors(path: path, line: line, reason: reason)
  }
}
