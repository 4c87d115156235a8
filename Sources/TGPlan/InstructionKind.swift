package import TGTensor

/// The fields of one kind of instruction: all that is known of the kind stands in its file, in
/// `Instructions`.
///
/// `visit` lists the fields once, in the order of their numbers, with what they are for. The file
/// format, listings, operands, names in errors and the checks of single fields follow from it.
package protocol InstructionKind: PlanMessage, Sendable {
  /// The name of the field of the schema's `Instruction` that holds it; listings use it too.
  static var field: StaticString { get }
  /// The instruction with these fields.
  var instruction: Instruction { get }
  /// Checks what the doc comment of the type asks of the fields together. Before, every view has
  /// been found inside its slot, with extents of at least 1 and strides that are not negative,
  /// weights in weight slots, and every attribute inside its range.
  ///
  /// - Throws: `PlanError`, the first thing that is wrong.
  func check(limits: PlanLimits) throws(PlanError)
  /// Multiplications with additions; nil if the number does not fit, or if the views have other
  /// ranks than the kind asks for. 0 unless stated otherwise.
  var checkedMacs: Int? { get }
  /// The elements that are read, as often as they are read; nil if the number does not fit. Those
  /// of each operand once, unless stated otherwise.
  ///
  /// - Parameter operands: The views that are read.
  func elementsRead(of operands: [NamedView]) -> Int?
  /// The bytes of a view that are read or written at least; nil if the number does not fit. Those of
  /// its elements, unless stated otherwise.
  func leastBytes(of view: NamedView) -> Int?
  /// The operand whose elements must be rows of a table when the instruction runs, and how many rows
  /// there are; nil, unless stated otherwise, where there is none.
  var rowNumbers: (indices: View, rows: Int)? { get }
}

extension InstructionKind {
  package var checkedMacs: Int? { 0 }
  package var rowNumbers: (indices: View, rows: Int)? { nil }
  package func leastBytes(of view: NamedView) -> Int? { view.view.leastBytes }
  package func elementsRead(of operands: [NamedView]) -> Int? {
    Int.elements(of: operands.lazy.map(\.view))
  }
}

/// How an instruction uses a view.
package enum ViewAccess: Hashable, Sendable {
  /// Read, in an order of the instruction's own.
  case read
  /// Read, and contiguous in a weight slot.
  case readWeights
  /// Read element by element as the output is written: a view of the output's type may equal it.
  case readInPlace
  /// Written.
  case written
}

/// How an instruction uses a view, and of which types its elements may be.
package struct ViewUse: Hashable, Sendable {
  /// How it is used.
  package var access: ViewAccess
  /// What its elements may be.
  package var dtypes: DTypes

  /// Joins the two; float32 unless stated otherwise.
  package init(_ access: ViewAccess, _ dtypes: DTypes = .float32) {
    self.access = access
    self.dtypes = dtypes
  }

  /// An operand of an elementwise program: every type that is read becomes float32.
  package static let elementwise = ViewUse(.readInPlace, .any)
}

/// Which numbers an attribute of an instruction may be; none is larger in magnitude than
/// `PlanLimits.attribute`.
package enum AttributeRange: Hashable, Sendable {
  /// At least 1.
  case positive
  /// At least 0.
  case notNegative
  /// Any.
  case any

  /// True if a number lies in the range.
  func allows(_ value: Int, limit: Int) -> Bool {
    let least =
      switch self {
      case .positive: 1
      case .notNegative: 0
      case .any: -limit
      }
    return value >= least && value <= limit
  }
}

// How the kinds say most of it.
extension PlanArchive {
  /// A view that is read in an order of the instruction's own.
  package mutating func input(
    _ name: StaticString, _ view: inout View, _ role: ViewRole, _ dtypes: DTypes = .float32
  ) throws(Failure) {
    try self.view(name, &view, role, ViewUse(.read, dtypes))
  }

  /// A contiguous view of a weight slot.
  package mutating func weights(
    _ name: StaticString, _ view: inout View, _ role: ViewRole, _ dtypes: DTypes = .float32
  ) throws(Failure) {
    try self.view(name, &view, role, ViewUse(.readWeights, dtypes))
  }

  /// The view that is written.
  package mutating func output(
    _ name: StaticString, _ view: inout View, _ dtypes: DTypes = .float32
  ) throws(Failure) {
    try self.view(name, &view, .output, ViewUse(.written, dtypes))
  }
}
