/// Why a function of a plan cannot be prepared or fed.
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
    }
  }
}
