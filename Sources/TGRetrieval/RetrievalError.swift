package import TGTensor

/// Why vectors cannot be searched, or a data set not be read, as facts; `message` makes sentences of
/// them.
package enum RetrievalError: Error, Hashable, Sendable {
  // Files.
  case unreadable(MappedFileError)
  case tooLarge(path: String, limit: Int)
  /// What is wrong with a line, from 1.
  case line(path: String, line: Int, what: String)
  /// A folder or a file that lacks what a data set of its kind has.
  case lacking(path: String, what: String)
  // Indexes.
  case array(path: String, NumpyError)
  case form(path: String, shape: Shape)
  case notFinite(path: String, row: Int, column: Int)
  case noDirection(path: String, row: Int)
  case counts(path: String, vectors: Int, entries: Int)
  case dimension(path: String, found: Int, output: String, expected: Int)
  case name(path: String)
  /// A file of a data set that the index does not have.
  case notInIndex(path: String, file: String)
}

extension RetrievalError {
  /// What was found and what was expected, without a full stop.
  package var message: String {
    switch self {
    case .unreadable(let fault):
      switch fault {
      case .cannotOpen(let path, _), .notARegularFile(let path), .cannotMap(let path, _):
        "\(path) \(fault)"
      }
    case .tooLarge(let path, let limit): "\(path) has more than \(limit) bytes"
    case .line(let path, let line, let what): "\(path):\(line): \(what)"
    case .lacking(let path, let what): "\(path) \(what)"
    case .array(let path, let fault): "\(path): \(fault)"
    case .form(let path, let shape):
      "\(path) has the shape \(shape); an index is an array [entries, numbers] of float32, with at "
        + "least one of each"
    case .notFinite(let path, let row, let column):
      "\(path) has an infinite number or none in row \(row), column \(column)"
    case .noDirection(let path, let row):
      "\(path) has a vector of length 0 in row \(row), which is near to nothing"
    case .counts(let path, let vectors, let entries):
      "\(path) has \(vectors) vectors, and \(VectorIndex.entriesPath(beside: path)) \(entries) lines"
    case .dimension(let path, let found, let output, let expected):
      "\(path) has vectors of \(found) numbers, and '\(output)' of the plan has \(expected)"
    case .name(let path):
      "the name \(path) is no UTF-8, and an index keeps names as JSON"
    case .notInIndex(let path, let file): "\(path) has no entry \(file)"
    }
  }

  /// What to do about it.
  package var hint: String? {
    switch self {
    case .counts, .form, .notFinite, .noDirection: "make the index anew: tgrun PLAN … --index-out"
    case .dimension: "an index is searched with the network that made it"
    case .notInIndex: "make the index of the same folder: tgrun PLAN --data … --index-out"
    case .name: "rename the file"
    default: nil
    }
  }

  /// The status that a command ends with.
  package var exitCode: Int32 {
    switch self {
    case .unreadable(.cannotOpen), .unreadable(.notARegularFile): 66
    case .unreadable(.cannotMap): 74
    case .lacking: 66
    default: 65
    }
  }
}
