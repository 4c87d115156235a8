import TGExecution
import TGImage
import TGMachine
import TGPlan
import TGRuntime
import TGSession
import TGTensor

/// A function of a plan, ready to be run: memory, kernels and threads are prepared once.
///
/// The numbers depend on the plan, the inputs, the seed and the instruction set, not on the threads.
/// Not for use by several threads at once: make one session for each.
///
/// ```swift
/// let session = try Session(plan)
/// let results = try session.run(["caption": .caption("a red bird")], seeds: [7, 8])
/// try results[0].pictures["image"]?.write(to: "bird.png")
/// ```
public final class Session {
  let session: TGSession.Session

  /// Prepares a function.
  ///
  /// - Parameters:
  ///   - plan: the plan that it is of.
  ///   - function: the name; nil for the plan's first.
  ///   - threads: how many threads compute; nil for as many as the machine has processors.
  ///   - memory: the most bytes that weights and working memory may take; nil for what the machine has.
  /// - Throws: `TGraphError`.
  public init(
    _ plan: Plan, function: String? = nil, threads: Int? = nil, memory: Int? = nil
  ) throws(TGraphError) {
    session = try TGraphError.from {
      try TGSession.Session(
        plan.loaded, function: function, on: NativeTarget(), within: Budget(threads, memory))
    }
  }

  /// Computes as many items as there are seeds, in batches as the plan has them. A tensor with as many
  /// rows gives a row to each item; all else is given to every item.
  ///
  /// - Parameters:
  ///   - inputs: what is given, by name; what is drawn, or has a default, may be left out.
  ///   - seeds: of what is drawn, one for each item.
  /// - Throws: `TGraphError` for what does not fit, or is infinite.
  public func run(
    _ inputs: [String: Input] = [:], seeds: [UInt64] = [0]
  ) throws(TGraphError) -> [Output] {
    try TGraphError.from {
      let given = try inputs.given(to: session.variants)
      let items = seeds.enumerated().map { RunItem(seed: $1, row: $0) }
      let prepared = try session.prepare(
        given.repeated(seeds.count), items: items, belongTogether: false)
      let form = session.variants.form
      return try prepared.chunks.flatMap { chunk in
        try session.run(chunk, of: prepared, outputs: form.outputs.map(\.name)).results.map {
          Output($0, of: form.outputs)
        }
      }
    }
  }
}

/// What a function gave, or an objective found, for one item.
public struct Output: Hashable, Sendable {
  /// The numbers of each output, of extents `[1, …]`; of an objective also the codes.
  public let tensors: [String: Tensor]
  /// The outputs that are pictures, by name.
  public let pictures: [String: Picture]
  /// How far from what was wanted the code is that an objective found; nil of a function.
  public let loss: Float?

  init(_ values: [String: HostTensor], of items: [InterfaceItem], loss: Float? = nil) {
    tensors = values.mapValues { Tensor($0) }
    var pictures: [String: Picture] = [:]
    for item in items {
      pictures[item.name] = values[item.name].flatMap(item.picture).map { Picture($0) }
    }
    self.pictures = pictures
    self.loss = loss
  }
}

extension Budget {
  /// What is asked for, or what the machine has.
  init(_ threads: Int?, _ memory: Int?) {
    self.init(threads: max(1, threads ?? processorCount()), memory: memory)
  }
}

extension [String: Given] {
  /// Tensors of one item repeated for as many items.
  fileprivate func repeated(_ count: Int) -> [String: Given] {
    mapValues { given in
      guard case .array(let tensor, nil) = given, count > 1, tensor.shape.dimensions.first != count
      else { return given }
      let rows = [[Float]](repeating: tensor.elements, count: count).flatMap(\.self)
      let one =
        tensor.shape.dimensions.first == 1
        ? tensor.shape.dimensions.dropFirst() : tensor.shape.dimensions[...]
      return .array(HostTensor(Shape([count] + one), rows), lengths: nil)
    }
  }
}
