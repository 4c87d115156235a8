/// Why a function of a plan cannot be prepared, fed or run.
package enum RuntimeError: Error, Hashable, Sendable {
  /// The plan has no function of this number.
  case noSuchFunction(Int)
  /// The function needs more memory than allowed; both in bytes.
  case overBudget(needed: Int, allowed: Int)
  /// The system did not give the memory, in bytes.
  case outOfMemory(Int)
  /// The processor lacks the instruction set asked for, by its name.
  case unavailableISA(String)
  /// A view or slot lies outside its memory, or a table holds impossible numbers; says where.
  case unsound(String)
  /// An input got another number of elements than it has.
  case wrongCount(expected: Int, found: Int)
  /// A number was given where whole numbers of 32 bits are taken.
  case notWhole(Float)
  /// A number that was given or computed should be a row of a table and is none.
  case noSuchRow(RefusedRow)
  /// The weights of a file are not those that were written: the first damaged block, from 0.
  case damagedWeights(path: String, block: Int, of: Int)
}

/// A number that is no row of a table.
package struct RefusedRow: Hashable, Sendable {
  /// The number; the least of int32 stands for what was computed and is no whole number.
  package var number: Int32
  /// Its position among the row numbers, the batch first.
  package var position: [Int]
  /// The rows of the table.
  package var rows: Int
  /// The function of the plan.
  package var function: String
  /// The instruction of the function, from 0.
  package var instruction: Int
  /// The instruction's name for listings.
  package var label: String
  /// The base name of the `.tgraph` file and the line; empty if unknown.
  package var source: String
}

extension RuntimeError: CustomStringConvertible {
  /// One sentence.
  package var description: String {
    switch self {
    case .noSuchFunction(let number): "the plan has no function number \(number)"
    case .overBudget(let needed, let allowed):
      "the function needs \(needed) bytes of memory, \(allowed) are allowed"
    case .outOfMemory(let bytes): "the system refused \(bytes) bytes of memory"
    case .unavailableISA(let name): "this processor does not have the instruction set \(name)"
    case .unsound(let what): "the plan is damaged: \(what)"
    case .wrongCount(let expected, let found): "expected \(expected) numbers, got \(found)"
    case .notWhole(let number): "\(number) is no whole number of 32 bits"
    case .noSuchRow(let row): row.description
    case .damagedWeights(let path, let block, let count):
      "\(path) is damaged: the checksum of block \(block + 1) of \(count) of its weights does not "
        + "match"
    }
  }
}

extension RefusedRow: CustomStringConvertible {
  /// One sentence, the line of the `.tgraph` file first.
  package var description: String {
    let row = number == .min ? "for a number that is not whole" : String(number)
    let line = source.isEmpty ? "" : "\(source): "
    return line + "`\(label)` of '\(function)' has a table of \(rows) rows, "
      + "which has no row \(row), asked for at position \(position)"
  }
}
