package import TGTensor

/// A view of an instruction, with what it is for and how it is used.
package struct NamedView: Hashable, Sendable {
  /// What it is for.
  package var role: ViewRole
  /// Where the elements lie.
  package var view: View
  /// How it is used.
  package var access = ViewAccess.read
  /// What its elements may be.
  package var dtypes = DTypes.float32

  /// True if its elements are what they may be.
  package var isWellTyped: Bool { dtypes.contains(view.dtype) }
}

extension Instruction {
  /// The views that are read, those of the epilogue included, in the order of their fields.
  package var namedOperands: [NamedView] { namedViews.filter { $0.access != .written } }

  /// The views that are read element by element as the output is written, and may thus equal it.
  package var elementwiseOperands: [NamedView] { namedViews.filter { $0.access == .readInPlace } }

  /// The views that are read in an order of their own, packed operands among them.
  package var freeOperands: [NamedView] {
    namedViews.filter { $0.access == .read || $0.access == .readWeights }
  }

  /// The views that are read, those of the epilogue included, in the order of their fields.
  package var operands: [View] { namedOperands.map(\.view) }

  /// The view that is written.
  package var output: View {
    guard let output = namedViews.first(where: { $0.access == .written }) else {
      preconditionFailure("every instruction writes a view")
    }
    return output.view
  }

  /// All views, the output first.
  package var views: [View] { [output] + operands }

  /// Changes every view.
  package mutating func updateViews(_ change: (inout View) -> Void) {
    self = withoutActuallyEscaping(change) { change in
      var update = ViewUpdate(change: change)
      var kind = kind
      kind.visit(&update)
      return kind.instruction
    }
  }

  /// All views, in the order of their fields.
  package var namedViews: [NamedView] {
    var list = ViewList()
    var kind = kind
    kind.visit(&list)
    return list.views
  }
}

/// Collects the views of an instruction.
private struct ViewList: FieldWalk {
  typealias Failure = Never
  var listIndex = 0
  private(set) var views: [NamedView] = []

  mutating func view(
    _ name: StaticString, _ view: inout View, _ role: ViewRole, _ use: ViewUse
  ) { views.append(NamedView(role: role, view: view, access: use.access, dtypes: use.dtypes)) }
}

/// Shows the views of an instruction to a function that changes them.
private struct ViewUpdate: FieldWalk {
  typealias Failure = Never
  var listIndex = 0
  let change: (inout View) -> Void

  mutating func view(
    _ name: StaticString, _ view: inout View, _ role: ViewRole, _ use: ViewUse
  ) { change(&view) }

  mutating func views(
    _ name: StaticString, _ views: inout [View], _ role: (Int) -> ViewRole,
    _ use: (Int) -> ViewUse
  ) { for index in views.indices { change(&views[index]) } }

  mutating func messages<Message: PlanMessage>(_ name: StaticString, _ values: inout [Message]) {
    for index in values.indices { values[index].visit(&self) }
  }
}

/// An archive that is there for the views and attributes of an instruction: it passes over all other
/// fields, and goes into messages. What it does to the elements of lists is lost unless it says
/// otherwise, so that reading copies no list.
protocol FieldWalk: PlanArchive {
  /// The index of the message that is walked over in its list.
  var listIndex: Int { get set }
}

extension FieldWalk {
  mutating func number(_ name: StaticString, _ value: inout Int) {}
  mutating func float(_ name: StaticString, _ value: inout Float) {}
  mutating func float(_ name: StaticString, _ value: inout Float?) {}
  mutating func bool(_ name: StaticString, _ value: inout Bool) {}
  mutating func string(_ name: StaticString, _ value: inout String) {}
  mutating func numbers(_ name: StaticString, _ values: inout [Int]) {}
  mutating func strings(_ name: StaticString, _ values: inout [String]) {}
  mutating func text(_ name: StaticString, _ bytes: inout [UInt8]) {}
  mutating func choice<Case: PlanChoice>(_ name: StaticString, _ value: inout Case) {}

  mutating func message<Message: PlanMessage>(
    _ name: StaticString, _ value: inout Message
  ) throws(Failure) { try value.visit(&self) }

  mutating func message<Message: PlanMessage>(
    _ name: StaticString, _ value: inout Message?
  ) throws(Failure) { try value?.visit(&self) }

  mutating func messages<Message: PlanMessage>(
    _ name: StaticString, _ values: inout [Message]
  ) throws(Failure) {
    for (index, value) in values.enumerated() {
      var value = value
      listIndex = index
      try value.visit(&self)
    }
  }

  mutating func views(
    _ name: StaticString, _ views: inout [View], _ role: (Int) -> ViewRole,
    _ use: (Int) -> ViewUse
  ) throws(Failure) {
    for (index, element) in views.enumerated() {
      var element = element
      try view(name, &element, role(index), use(index))
    }
  }

  mutating func program(_ name: StaticString, _ program: inout PointwiseProgram) {}
}
