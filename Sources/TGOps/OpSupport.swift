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

extension DType {
  /// The attribute of a leaf of this type; none of float32.
  var attributes: [Attribute] {
    self == .float32 ? [] : [Attribute("dtype", .string(description))]
  }
}

extension AttributeReader {
  /// The type that `DType.attributes` states.
  func dtype() throws(AttributeError) -> DType {
    guard has("dtype") else { return .float32 }
    let name = try string("dtype")
    guard let dtype = DType.allCases.first(where: { $0.description == name }), dtype.isComputed
    else {
      throw AttributeError("`\(name)` is no type of elements")
    }
    return dtype
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

/// Checks that windows are positive, lie over channels-last pictures, and each has a position inside.
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
  guard program.isSound, program.operandCount == extra.count + 1 else {
    throw TypeRuleError("the epilogue does not fit its operands", id: "epilogue")
  }
  for shape in extra where shape.broadcast(with: result) != result {
    throw TypeRuleError("an epilogue operand \(shape) does not broadcast to \(result)")
  }
}

extension PointwiseProgram {
  /// The program at all positions of a shape, in `Double`; operands broadcast to it.
  func reference(_ operands: [ReferenceTensor], over shape: Shape) -> ReferenceTensor {
    evaluate(operands.map { $0.broadcast(to: shape) })
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
      operands: (first..<operandCount).map { operandView($0, over: shape) })
  }

  /// Where an operand of a program lies, at positions of a shape.
  mutating func operandView(_ operand: Int, over shape: Shape) -> View {
    view(operand).broadcast(to: shape)
  }

  /// The operand's shape as a rank-checked list of extents.
  func extents(_ operand: Int) -> [Int] { shape(operand).dimensions }
}
