import TGIR
import TGPlan
import TGTensor

extension [Shape] {
  /// Demands a number of operands.
  func expect(_ count: Int) throws(TypeRuleError) {
    guard self.count == count else {
      throw TypeRuleError("\(self.count) operands where \(count) are expected", id: "arity")
    }
  }

  /// Demands at least a number of operands.
  func expect(atLeast count: Int) throws(TypeRuleError) {
    guard self.count >= count else {
      throw TypeRuleError("\(self.count) operands where \(count) are needed", id: "arity")
    }
  }
}

extension AttributeReader {
  /// A list of extents as a shape.
  func shape(_ name: String) throws(AttributeError) -> Shape {
    guard let shape = Shape(checking: try ints(name)) else {
      throw AttributeError("`\(name)` is no shape")
    }
    return shape
  }

  /// A list of whole numbers of a given length.
  func ints(_ name: String, count: Int) throws(AttributeError) -> [Int] {
    let values = try ints(name)
    guard values.count == count else {
      throw AttributeError("`\(name)` has \(values.count) numbers, not \(count)")
    }
    return values
  }
}

/// Checks that `axes` are distinct axes of a tensor of the given rank.
func checkAxes(_ axes: [Int], rank: Int) throws(TypeRuleError) {
  guard axes.allSatisfy({ $0 >= 0 && $0 < rank }), Set(axes).count == axes.count else {
    throw TypeRuleError(
      "axes \(axes) are not distinct axes of a tensor of rank \(rank)", id: "axis")
  }
}

/// A shape, with overflow turned into an error in the user's words.
func makeShape(_ dimensions: [Int]) throws(TypeRuleError) -> Shape {
  guard let shape = Shape(checking: dimensions), shape.count <= Int(Int32.max) else {
    throw TypeRuleError(
      "a tensor of extents \(dimensions) is larger than 2³¹ elements", id: "tensor-size")
  }
  return shape
}

/// Checks that windows are positive, lie over channels-last pictures, and each has a place inside.
func checkWindows(
  kernel: [Int], stride: [Int], padding: [Int], size: [Int], over x: Shape
) throws(TypeRuleError) {
  guard x.rank == 4, (kernel + stride + size).allSatisfy({ $0 > 0 }) else {
    throw TypeRuleError("a window \(kernel) with stride \(stride) over \(x)", id: "pool")
  }
  for axis in 0..<2 {
    let last = (size[axis] - 1) * stride[axis] - padding[axis]
    guard padding[axis] >= 0, padding[axis] < kernel[axis], last < x[1 + axis] else {
      throw TypeRuleError(
        "a window \(kernel) of \(x) lies wholly outside the picture", id: "pool")
    }
  }
}

/// The epilogue of a fused op: its operands follow the op's own.
///
/// Operand 0 of the program is what the op computed; each further one broadcasts to the result.
func checkEpilogue(_ program: PointwiseProgram, _ extra: ArraySlice<Shape>, result: Shape)
  throws(TypeRuleError)
{
  guard program.isSound, program.operandCount == extra.count + 1,
    !program.packedOperands.contains(0)
  else { throw TypeRuleError("the epilogue does not fit its operands", id: "epilogue") }
  for (place, shape) in zip(1..., extra) where !program.takes(shape, at: place, over: result) {
    throw TypeRuleError("an epilogue operand \(shape) does not broadcast to \(result)")
  }
}

/// Refuses a program that reads words: where it runs, no axis is the words'.
func refusePacked(_ program: PointwiseProgram) throws(TypeRuleError) {
  guard program.packedOperands.isEmpty else {
    throw TypeRuleError("bits are read by maps and the epilogues of products only", id: "epilogue")
  }
}

extension PointwiseProgram {
  /// The shape of an operand at places of a shape, broadcast axes written out; the innermost axis of
  /// a packed one counts words.
  func shape(ofOperand place: Int, over shape: Shape) -> Shape {
    guard packedOperands.contains(place) else { return shape }
    return Shape(Self.packedExtents(shape.dimensions) ?? [])
  }

  /// True if an operand of a shape can be read at places of another one. Words are not broadcast
  /// along their axis.
  func takes(_ operand: Shape, at place: Int, over shape: Shape) -> Bool {
    let full = self.shape(ofOperand: place, over: shape)
    let isPacked = packedOperands.contains(place)
    return operand.broadcast(with: full) == full
      && (!isPacked || (shape.rank > 0 && operand.dimensions.last == full.dimensions.last))
  }

  /// The program over all places of a shape, in `Double`; operands as `takes` says.
  func reference(_ operands: [ReferenceTensor], over shape: Shape) -> ReferenceTensor {
    let packed = packedOperands
    return evaluate(
      operands.enumerated().map { place, operand in
        let full = operand.broadcast(to: self.shape(ofOperand: place, over: shape))
        return packed.contains(place) ? full.truths(over: shape) : full
      })
  }
}

extension ReferenceTensor {
  /// The truths in words as ones and zeros.
  fileprivate func truths(over shape: Shape) -> ReferenceTensor {
    let width = PointwiseProgram.wordBits
    let columns = shape[shape.rank - 1]
    let words = (columns + width - 1) / width
    return ReferenceTensor(
      shape,
      (0..<shape.count).map { place in
        let (row, column) = (place / columns, place % columns)
        let word = Int(exactly: self[row * words + column / width]) ?? 0
        return Double(word >> (column % width) & 1)
      })
  }
}

/// Applies an epilogue in `Double`.
func applyEpilogue(
  _ program: PointwiseProgram, _ result: ReferenceTensor, _ extra: ArraySlice<ReferenceTensor>
) -> ReferenceTensor {
  program.isIdentity ? result : program.reference([result] + extra, over: result.shape)
}

extension LoweringContext {
  /// The epilogue of an op whose extra operands start at `first`, over a result of `shape`.
  mutating func epilogue(_ program: PointwiseProgram, from first: Int, over shape: Shape)
    -> Epilogue
  {
    Epilogue(
      program: program,
      operands: (first..<operandCount).map {
        operandView($0, ofOperand: $0 - first + 1, of: program, over: shape)
      })
  }

  /// Where an operand of a program lies, at places of a shape; words lie together.
  mutating func operandView(
    _ operand: Int, ofOperand place: Int, of program: PointwiseProgram, over shape: Shape
  ) -> View {
    let view = program.packedOperands.contains(place) ? rows(operand) : view(operand)
    return view.broadcast(to: program.shape(ofOperand: place, over: shape))
  }

  /// The operand's shape as a rank-checked list of extents.
  func extents(_ operand: Int) -> [Int] { shape(operand).dimensions }
}
