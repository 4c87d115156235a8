import TGCommandLine
import TGSession
import TGTensor

/// Scores from a file, a number for each code: `.npy` `[N]` or `[N, K]`, `.csv` with or without a head,
/// or `.json`, an array of numbers or of arrays.
struct ScoreTable {
  /// The column that is meant, one number for each row.
  let scores: [Double]

  /// The most rows.
  private static let limit = 10_000_000

  /// Reads `FILE` or `FILE:COLUMN`, a number from 0 or a name of the head.
  init(_ text: String) throws {
    var (path, column) = (text, String?.none)
    if !Path.exists(text), let colon = text.lastIndex(of: ":"), colon != text.startIndex {
      path = String(text[..<colon])
      column = String(text[text.index(after: colon)...])
    }
    let (head, rows) = try Self.read(path)
    guard !rows.isEmpty else { throw Failure(.badInput, "\(path) holds no scores") }
    let index = try Self.index(column, head: head, width: rows[0].count, path: path)
    scores = try rows.enumerated().map { row, cells in
      guard cells.count == rows[0].count, cells[index].isFinite else {
        throw Failure(
          .badInput, "row \(row) of \(path) has no finite number in column \(index)")
      }
      return cells[index]
    }
  }

  /// The file that `text` names.
  static func path(_ text: String) -> String {
    guard !Path.exists(text), let colon = text.lastIndex(of: ":"), colon != text.startIndex else {
      return text
    }
    return String(text[..<colon])
  }

  private static func index(
    _ column: String?, head: [String], width: Int, path: String
  ) throws -> Int {
    guard let column else {
      guard width == 1 else {
        throw Failure(
          .usage, "\(path) has \(width) columns", hint: "say which, from 0 or by name: \(path):0")
      }
      return 0
    }
    if let index = head.firstIndex(of: column) { return index }
    guard let index = Int(column), (0..<width).contains(index) else {
      throw Failure(
        .usage, "\(path) has no column '\(column)'",
        hint: head.isEmpty
          ? "it has the columns 0-\(width - 1)" : "it has \(head.joined(separator: ", "))")
    }
    return index
  }

  private static func read(_ path: String) throws -> (head: [String], rows: [[Double]]) {
    switch Path.suffix(path) {
    case "npy":
      let tensor: HostTensor
      do { tensor = try NumpyArray.read(path: path).tensor } catch {
        throw SessionError.array(path: path, error)
      }
      let shape = tensor.shape.dimensions.filter { $0 != 1 }
      guard shape.count <= 2, tensor.shape.count > 0 else {
        throw Failure(.badInput, "\(path) has the shape \(tensor.shape); scores are [N] or [N, K]")
      }
      let width = shape.count == 2 ? shape[1] : 1
      return (
        [],
        stride(from: 0, to: tensor.elements.count, by: width).map { start in
          tensor.elements[start..<start + width].map { Double($0) }
        }
      )
    case "json": return ([], try json(path))
    case "csv": return try csv(path)
    default:
      throw Failure(.badInput, "\(path): scores are read from .npy, .csv and .json")
    }
  }

  private static func bytes(_ path: String) throws -> [UInt8] {
    let region = ByteRegion(try MappedFile(path: path))
    guard region.count <= 1 << 28, let bytes = region.bytes(0..<region.count) else {
      throw Failure(.badInput, "\(path) has more than 256 MiB")
    }
    return bytes
  }

  private static func json(_ path: String) throws -> [[Double]] {
    let value: JSON
    do { value = try JSON(parsing: try bytes(path)) } catch let error as JSONError {
      throw Failure(.badInput, "\(path): \(error)")
    }
    func number(_ value: JSON) -> Double? {
      switch value {
      case .integer(let number): Double(number)
      case .number(let number): number
      default: nil
      }
    }
    guard case .array(let rows) = value else {
      throw Failure(.badInput, "\(path) is no array of numbers")
    }
    return try rows.map { row in
      if let number = number(row) { return [number] }
      guard case .array(let cells) = row, case let numbers = cells.compactMap({ number($0) }),
        numbers.count == cells.count, !numbers.isEmpty
      else { throw Failure(.badInput, "\(path) is no array of numbers, or of arrays of them") }
      return numbers
    }
  }

  private static func csv(_ path: String) throws -> (head: [String], rows: [[Double]]) {
    var head: [String] = []
    var rows: [[Double]] = []
    for line in TextLines(try bytes(path)) {
      guard let text = String(validating: line.bytes, as: UTF8.self) else {
        throw Failure(.badInput, "\(path): line \(line.number) is no UTF-8")
      }
      let cells = text.split(separator: ",", omittingEmptySubsequences: false).map { cell in
        cell.trimmed
      }
      let numbers = cells.map { Double($0) }
      if head.isEmpty, rows.isEmpty, numbers.contains(where: { $0 == nil }) {
        head = cells.map(String.init)
        continue
      }
      // Columns of words are passed over unless they are asked for.
      rows.append(numbers.map { $0 ?? .nan })
      guard rows.count <= limit else {
        throw Failure(.badInput, "\(path) has more than \(limit) rows")
      }
    }
    return (head, rows)
  }
}

extension Substring {
  /// The text without spaces and quotes around it.
  fileprivate var trimmed: Substring {
    var text = self
    while let first = text.first, first == " " || first == "\"" { text.removeFirst() }
    while let last = text.last, last == " " || last == "\"" { text.removeLast() }
    return text
  }
}
