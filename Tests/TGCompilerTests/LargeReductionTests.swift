import TGCompiler
import TGIR
import TGMachine
import TGOps
import TGPlan
import TGTensor
import TGTestSupport
import Testing

/// Reductions to few results: cut into segments, whose number follows from the extents alone.
@Suite struct LargeReductionTests {
  /// What is reduced and over which axes: a whole picture for each item, the channels of a picture
  /// (lanes, also a number that is no multiple of 16), and rows with others between them.
  static let forms: [(shape: Shape, axes: [Int])] = [
    ([2, 61, 67, 9], [1, 2, 3]), ([1, 128, 129, 64], [0, 1, 2]), ([2, 97, 96, 21], [1, 2]),
    ([3, 40_000, 2], [1]), ([2, 3, 33_000], [0, 2]),
  ]

  private static func graphCase(
    _ function: ReductionFunction, _ form: (shape: Shape, axes: [Int]), isProgram: Bool
  ) throws -> GraphCase {
    var numbers = SeededNumbers(seed: 6)
    var builder = GraphBuilder(name: "f")
    // Near 1, so that products stay finite but change with every segment; away from 0, so that a
    // variance has a mean to remove.
    let range: ClosedRange<Float> = function == .product ? 0.9999...1.0003 : 0.5...2
    var inputs = ["x0": numbers.tensor(form.shape, in: range)]
    var operands = [try builder.input("x0", form.shape)]
    if isProgram {
      let last = Shape([form.shape[form.shape.rank - 1]])
      inputs["x1"] = numbers.tensor(last, in: range)
      operands.append(try builder.input("x1", last))
    }
    let op = Reduce(function, of: Map(.multiply).program, axes: form.axes)
    let plain = Reduce(function, axes: form.axes)
    builder.output("y", try builder.insert(isProgram ? op : plain, operands))
    return GraphCase(graph: builder.graph, inputs: inputs)
  }

  @Test(arguments: ReductionFunction.allCases)
  func areRightAndTheSameForAnyThreads(function: ReductionFunction) throws {
    for form in Self.forms {
      for isProgram in [false, true] where !(isProgram && function == .product) {
        let test = try Self.graphCase(function, form, isProgram: isProgram)
        let expected = try #require(test.reference()["y"])
        for isa in ISA.available() {
          let alone = try #require(try test.run(isa: isa, threads: 1)["y"])
          let worst = zip(alone.elements, expected.elements).map { abs(Double($0) / $1 - 1) }.max()
          // Products are float throughout: half a unit for each factor.
          let factors = form.axes.reduce(1) { $0 * form.shape[$1] }
          let bound = function == .product ? 6e-8 * Double(factors) : 2e-6
          #expect(try #require(worst) <= bound, "\(function) over \(form.axes) of \(form.shape)")
          for threads in [2, 3, 7] {
            let together = try test.run(isa: isa, threads: threads)["y"]
            #expect(together == alone, "\(function) with \(threads) threads")
          }
        }
      }
    }
  }

  /// Not-a-number in any segment is what an extremum gives.
  @Test func notANumberIsFoundInEverySegment() throws {
    for function in [ReductionFunction.maximum, .minimum] {
      for position in [0, 70_000, 199_999] {
        var test = try Self.graphCase(function, ([1, 200_000], [1]), isProgram: false)
        var elements = try #require(test.inputs["x0"]).elements
        elements[position] = .nan
        test.inputs["x0"] = HostTensor([1, 200_000], elements)
        #expect(try test.run(threads: 3)["y"]?.elements.first?.isNaN == true)
      }
    }
  }
}
