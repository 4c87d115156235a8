package import TGPlan
package import TGTensor

/// An operation of the graph: a small value whose stored properties are its attributes.
///
/// Everything the compiler needs to know of an op stands in the op's file: its shape rule, its
/// meaning in `Double`, its lowering, how it prints and samples for the tests. An op has one
/// result. Everything that is computed is float32; pictures are channels-last, `[N, H, W, C]`.
package protocol Op: Hashable, Sendable {
  /// The name in IR text, snake case.
  static var mnemonic: String { get }

  /// Cases that every registry-driven test runs.
  static var samples: [OpSample] { get }

  /// The attributes in printing order; `init(attributes:)` reads the same names.
  var attributes: [Attribute] { get }

  /// Makes an op of printed attributes.
  ///
  /// - Throws: `AttributeError` if one is missing or of another kind.
  init(attributes: AttributeReader) throws(AttributeError)

  /// The shape of the result; `resultType` says what its elements are.
  ///
  /// - Throws: `TypeRuleError` if the operands do not fit.
  func resultShape(for operands: [Shape]) throws(TypeRuleError) -> Shape

  /// Whether an operand (by index) may be of a type. Float32, unless stated otherwise; what is only
  /// moved (`movesElements`) may also be int32, and what a program reads int32 or bits.
  func takes(_ dtype: DType, at operand: Int) -> Bool

  /// What the elements of the result are, for operands that it takes: float32, unless stated otherwise;
  /// of what is only moved those of the operands.
  func dtype(of operands: [DType]) -> DType

  /// Whether the result is elements of the operands, none of them changed. Views are, unless stated
  /// otherwise.
  var movesElements: Bool { get }

  /// The op's meaning: naive, in `Double`, never tuned. Operands satisfy the shape rule.
  func reference(_ operands: [ReferenceTensor]) -> ReferenceTensor

  /// Whether the result is, as a rule, the elements of the first operand seen otherwise: no
  /// instruction makes it, and it lies where that operand lies.
  var isView: Bool { get }

  /// What gives the value of an op without operands that no instruction makes; nil of all others.
  var leaf: LeafKind? { get }

  /// The elementwise program that the op carries, of a map and a reduction its own, of others an
  /// epilogue; nil if there is none. Setting it changes `program` only.
  var carried: CarriedProgram? { get set }

  /// True if a plan that meets these operands ends with an error, though the shape rule holds: then
  /// the reference is not to be taken for the result. Who takes any numbers does not ask for them.
  func refuses(_ operands: () -> [ReferenceTensor]) -> Bool

  /// Multiplications with additions of one execution, 0 for ops that move or map.
  func macs(operands: [Shape], result: Shape) -> Int

  /// Emits the instructions that compute the op, or says that its result is a view.
  ///
  /// - Throws: `LoweringError` for what no instruction can do.
  func lower(into context: inout some LoweringContext) throws(LoweringError)

  /// The op that computes `transpose(self(operands), permutation)` from operands that are
  /// themselves transposed, with the permutation of each operand; nil if there is none.
  func transposed(_ permutation: [Int], operands: [Shape], result: Shape) -> TransposedOp?

  /// Whether the leading axis of the result counts the items of the batch, each row made of rows of
  /// the same item. An op that looks across items says no.
  ///
  /// - Parameters:
  ///   - operands: for each operand, whether its leading axis does.
  ///   - shapes: the shapes of the operands.
  ///   - result: the shape of the result.
  func isBatched(_ operands: [Bool], shapes: [Shape], result: Shape) -> Bool

  /// The rule of differentiation: the cotangents of the operands from the cotangent of the result,
  /// each of its operand's shape, built of ordinary ops so that it can be differentiated again.
  ///
  /// Nil stands where `wanted` is false, and for an operand that carries none by definition (the
  /// condition of `select`, the operand of `detach`). Epilogues are identities: differentiation
  /// comes before optimisation.
  ///
  /// - Throws: `PullbackError` if there is no derivative, or no rule for it.
  func pullback(
    _ cotangent: Value, of operands: [Value], result: Value, towards wanted: [Bool],
    in graph: inout GraphBuilder
  ) throws(PullbackError) -> [Value?]
}

extension Op {
  /// No attributes.
  package var attributes: [Attribute] { [] }
  /// Elements of its own.
  package var isView: Bool { false }
  /// As views do.
  package var movesElements: Bool { isView }
  /// Float32; and what is moved, or read by a program.
  package func takes(_ dtype: DType, at operand: Int) -> Bool {
    switch dtype {
    case .float32: true
    case .int32: movesElements || carried?.operand(operand) != nil
    case .bits: carried.map { $0.takesBits && $0.operand(operand) != nil } ?? false
    case .float16, .bfloat16: false
    }
  }
  /// Float32, or what is moved.
  package func dtype(of operands: [DType]) -> DType {
    movesElements ? operands.first ?? .float32 : .float32
  }
  /// Computed.
  package var leaf: LeafKind? { nil }
  /// None. What is set is ignored: there is nothing to hold it.
  package var carried: CarriedProgram? {
    get { nil }
    set {}
  }
  /// Takes any numbers.
  package func refuses(_ operands: () -> [ReferenceTensor]) -> Bool { false }
  /// Nothing to count.
  package func macs(operands: [Shape], result: Shape) -> Int { 0 }
  /// Does not commute with transposition.
  package func transposed(_ permutation: [Int], operands: [Shape], result: Shape) -> TransposedOp? {
    nil
  }
  /// True if an operand with the result's axes is batched.
  package func isBatched(_ operands: [Bool], shapes: [Shape], result: Shape) -> Bool {
    zip(operands, shapes).contains { isBatched, shape in
      isBatched && shape.rank == result.rank && shape.rank > 0 && shape[0] == result[0]
    }
  }
  /// No rule.
  package func pullback(
    _ cotangent: Value, of operands: [Value], result: Value, towards wanted: [Bool],
    in graph: inout GraphBuilder
  ) throws(PullbackError) -> [Value?] {
    throw .notDifferentiable(reason: "there is no rule for its gradient", hint: nil)
  }
  /// True for an op of equal type and attributes.
  package func isEqual(to other: any Op) -> Bool { (other as? Self) == self }
}

extension Op {
  /// The type of the result.
  ///
  /// - Throws: `TypeRuleError` if the operands do not fit.
  package func resultType(for operands: [TensorType]) throws(TypeRuleError) -> TensorType {
    let shape = try resultShape(for: operands.map(\.shape))
    let result = TensorType(dtype(of: operands.map(\.dtype)), shape)
    for (index, operand) in operands.enumerated() {
      let fits =
        takes(operand.dtype, at: index) && (!movesElements || operand.dtype == result.dtype)
      guard fits else {
        throw TypeRuleError(
          "`\(Self.mnemonic)` does not take \(operand)", id: "type", operand: index)
      }
      // Bits are not broadcast along their axis.
      guard operand.dtype != .bits || carried?.isBroadcast(operand.shape, to: shape) == false else {
        throw TypeRuleError(
          "\(operand) does not have the rows of \(shape)", id: "shape-mismatch", operand: index)
      }
    }
    return result
  }
}

/// The elementwise program of an op, and how it reads the op's operands.
package struct CarriedProgram: Hashable, Sendable {
  /// What is computed of the numbers at one position.
  package var program: PointwiseProgram
  /// How many operands of the op come before those of the program.
  package var ownOperands: Int
  /// Whether operand 0 of the program is what the op computes (an epilogue), not an operand of the
  /// op.
  package var isEpilogue: Bool
  /// Whether operands of the program may be bits: it runs along the rows of the result.
  package var takesBits: Bool

  /// The program of an op without another computation: its operands are the op's.
  package init(_ program: PointwiseProgram, takesBits: Bool) {
    self.program = program
    (ownOperands, isEpilogue) = (0, false)
    self.takesBits = takesBits
  }

  /// An epilogue, whose operands after the first follow the op's own.
  package init(epilogue: PointwiseProgram, after ownOperands: Int, takesBits: Bool = true) {
    program = epilogue
    self.ownOperands = ownOperands
    isEpilogue = true
    self.takesBits = takesBits
  }

  /// Whether an operand is repeated along the innermost axis of a shape.
  func isBroadcast(_ operand: Shape, to shape: Shape) -> Bool {
    shape.rank == 0 || operand.dimensions.last != shape.dimensions.last
  }

  /// The number that an operand of the op has in the program; nil for one of the op's own.
  package func operand(_ index: Int) -> Int? {
    index < ownOperands ? nil : isEpilogue ? index - ownOperands + 1 : index
  }
}

extension Op {
  /// The same op with another program; itself if it carries none.
  package func carrying(_ program: PointwiseProgram) -> any Op {
    var copy = self
    copy.carried?.program = program
    return copy
  }
}

/// An op that works on transposed operands.
package struct TransposedOp: Sendable {
  /// The op.
  package var op: any Op
  /// How each operand is to be transposed: axis `i` of the new operand is axis `p[i]` of the old.
  /// An operand of lower rank (broadcast) is first given leading axes of extent 1.
  package var permutations: [[Int]]

  /// Pairs an op with its operands' permutations.
  package init(_ op: any Op, _ permutations: [[Int]]) {
    self.op = op
    self.permutations = permutations
  }
}

/// Why operands do not fit an op; becomes a diagnostic at the call.
package struct TypeRuleError: Error, Hashable, Sendable {
  /// The id of the diagnostic, such as `shape-mismatch`.
  package var id: String
  /// What was found and what was expected.
  package var message: String
  /// What to do about it.
  package var hint: String?
  /// The operand to blame, if one is.
  package var operand: Int?

  /// Makes an error.
  package init(_ message: String, id: String = "shape", hint: String? = nil, operand: Int? = nil) {
    self.id = id
    self.message = message
    self.hint = hint
    self.operand = operand
  }
}

/// Why an op hands no cotangents to its operands; becomes a diagnostic at the call.
package enum PullbackError: Error, Hashable, Sendable {
  /// There is no derivative, or no rule for it: why, and what to do about it.
  case notDifferentiable(reason: String, hint: String?)
  /// A rule made a node that its op refuses: a tensor too large, else a bug of the rule.
  case unfit(TypeRuleError)
}

/// A graph that no instruction sequence can execute, such as a convolution with computed weights.
package struct LoweringError: Error, Hashable, Sendable {
  /// What cannot be done.
  package var message: String
  /// The node that cannot be lowered, if one is meant.
  package var origin: Origin?

  /// Makes an error.
  package init(_ message: String) { self.message = message }
}

/// A case for the registry-driven tests: an op with the shapes of its operands.
package struct OpSample: Sendable {
  /// The op.
  package var op: any Op
  /// Shapes of the operands.
  package var operands: [Shape]
  /// The operands that must be constants (weights).
  package var constants: Set<Int>
  /// Where operand values lie: uniformly in this range.
  package var range: ClosedRange<Float>
  /// Operands that hold whole numbers below the given limits.
  package var wholeNumbers: [Int: Int]
  /// Operands that are not float32.
  package var dtypes: [Int: DType]

  /// Makes a sample.
  package init(
    _ op: any Op, _ operands: [Shape], constants: Set<Int> = [],
    range: ClosedRange<Float> = -1...1, wholeNumbers: [Int: Int] = [:],
    dtypes: [Int: DType] = [:]
  ) {
    self.op = op
    self.operands = operands
    self.constants = constants
    self.range = range
    self.wholeNumbers = wholeNumbers
    self.dtypes = dtypes
  }

  /// The types of the operands.
  package var types: [TensorType] {
    operands.enumerated().map { TensorType(dtypes[$0] ?? .float32, $1) }
  }
}

/// What an op sees while it is lowered: where its operands lie, and how to emit instructions.
package protocol LoweringContext {
  /// The shape of an operand.
  func shape(_ operand: Int) -> Shape
  /// The number of operands.
  var operandCount: Int { get }
  /// The shape of the result.
  var resultShape: Shape { get }
  /// Where an operand lies: its extents, any strides. A constant is named when it is first seen; one
  /// that is only asked for (`isConstant`) never is.
  mutating func view(_ operand: Int) -> View
  /// Whether the operand's value is known now.
  func isConstant(_ operand: Int) -> Bool
  /// Where an operand lies, copied first if its innermost stride is not 1.
  mutating func rows(_ operand: Int) -> View
  /// Where an operand lies row-major without gaps, copied first if it does not.
  mutating func dense(_ operand: Int) -> View
  /// Where the result lies: its extents, innermost stride 1. The first call makes it.
  mutating func output() -> View
  /// Names constant numbers, which lie row-major; equal content is stored once.
  mutating func weights(_ numbers: WeightNumbers) -> View
  /// Names a constant operand as the kernel of a convolution, `[O, C / groups, height, width]`, or
  /// `[O, C]` for one of 1 × 1. How it lies in memory is for the target to say (`Convolution.packing`),
  /// after lowering.
  mutating func kernel(_ operand: Int, groups: Int) -> View
  /// Adds an instruction.
  mutating func emit(_ instruction: Instruction)
  /// Declares that the result is not computed but seen: `view` has the result's extents.
  mutating func alias(_ view: View)
}

extension View {
  /// The view with broadcast axes: aligned at the innermost axis, axes of extent 1 repeated with
  /// stride 0 to reach `shape`. Traps if the extents do not broadcast.
  package func broadcast(to shape: Shape) -> View {
    let lead = shape.rank - rank
    precondition(lead >= 0, "a view never loses axes by broadcasting")
    var strides = [Int](repeating: 0, count: shape.rank)
    for axis in 0..<rank where dimensions[axis] != 1 {
      precondition(dimensions[axis] == shape[axis + lead], "extents must broadcast")
      strides[axis + lead] = self.strides[axis]
    }
    return seen(dimensions: shape.dimensions, strides: strides)
  }

  /// The view with its axes reordered: axis `i` of the result is axis `permutation[i]`.
  package func permuted(_ permutation: [Int]) -> View {
    seen(
      dimensions: permutation.map { dimensions[$0] }, strides: permutation.map { strides[$0] })
  }

  /// The same elements, in the same row-major order, under other extents; nil if no strides can
  /// say that without a copy.
  package func reshaped(_ shape: Shape) -> View? {
    guard shape.count == count else { return nil }
    // Merge neighbouring axes that are contiguous with each other, then cut the merged runs.
    var runs: [(extent: Int, stride: Int)] = []
    for axis in 0..<rank where dimensions[axis] != 1 {
      if let last = runs.last, last.stride == strides[axis] * dimensions[axis] {
        runs[runs.count - 1] = (last.extent * dimensions[axis], strides[axis])
      } else {
        runs.append((dimensions[axis], strides[axis]))
      }
    }
    var result = [Int](repeating: 0, count: shape.rank)
    var run = runs.count - 1
    var left = run >= 0 ? runs[run].extent : 1
    var stride = run >= 0 ? runs[run].stride : 1
    for axis in Swift.stride(from: shape.rank - 1, through: 0, by: -1) {
      let extent = shape[axis]
      guard extent != 1 else {
        result[axis] = stride
        continue
      }
      if left == 1 {
        run -= 1
        guard run >= 0 else { return nil }
        left = runs[run].extent
        stride = runs[run].stride
      }
      guard left % extent == 0 else { return nil }
      result[axis] = stride
      stride *= extent
      left /= extent
    }
    return seen(dimensions: shape.dimensions, strides: result)
  }
}
