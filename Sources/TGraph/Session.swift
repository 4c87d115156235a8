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
/// let result = try session.run(["caption": .caption("a red bird")], seed: 7)
/// try result.picture?.write(to: "bird.png")
/// ```
public final class Session {
  let session: TGSession.Session

  /// Prepares a function.
  ///
  /// - Parameters:
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

  /// The function that is run.
  public var function: Plan.Function { Plan.Function(session.variants) }

  /// Computes one item.
  ///
  /// - Parameters:
  ///   - inputs: what is given, by name; what is drawn, or has a default, may be left out.
  ///   - seed: of what is drawn.
  /// - Throws: `TGraphError` for what does not fit, or is infinite.
  public func run(_ inputs: [String: Input] = [:], seed: UInt64 = 0) throws(TGraphError) -> Output {
    try run(inputs, seeds: [seed])[0]
  }

  /// Computes several items, in batches as the plan has them. A tensor with as many rows as there are
  /// seeds gives a row to each item; all else is given to every item.
  ///
  /// - Parameter seeds: one for each item, at least one.
  /// - Throws: `TGraphError`.
  public func run(
    _ inputs: [String: Input] = [:], seeds: [UInt64]
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

/// What a function gave for one item.
public struct Output: Hashable, Sendable {
  /// The numbers of each output, of extents `[1, …]`.
  public let tensors: [String: Tensor]
  /// The outputs that are pictures, by name.
  public let pictures: [String: Picture]
  /// The picture that the function is for: the last output that is one; nil if none is.
  public let picture: Picture?

  init(_ values: [String: HostTensor], of items: [InterfaceItem]) {
    tensors = values.mapValues { Tensor($0) }
    var pictures: [String: Picture] = [:]
    var last: Picture?
    for item in items {
      guard let picture = values[item.name].flatMap(item.picture) else { continue }
      pictures[item.name] = Picture(picture)
      last = pictures[item.name]
    }
    self.pictures = pictures
    picture = last
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
