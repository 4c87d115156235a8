import TGCommandLine
import TGPlan
import TGSession
import TGTensor

/// The conditions of the two ends of an interpolation of captions or pictures.
final class Conditions {
  private let ends: (from: Given, to: Given)
  private let route: ConditionRoute
  private let encoder: Session
  /// Those computed last, and the seed and item of the noise that the encoder drew for them.
  private var last: (seed: UInt64, noiseItem: Int, between: Interpolation)?

  /// Reads the ends.
  ///
  /// - Parameters:
  ///   - ends: captions, or paths of pictures.
  ///   - encoder: what makes conditions of them.
  init(
    from one: String, to other: String, route: ConditionRoute, encoder: Session, console: Console
  ) throws {
    func given(_ end: String) throws -> Given {
      switch route.source {
      case .caption: .caption(end)
      case .picture:
        .picture(
          try Inputs.tensor(ofPicture: end, for: route.input, console: console), path: end)
      }
    }
    ends = (try given(one), try given(other))
    self.route = route
    self.encoder = encoder
  }

  /// The conditions of both ends, computed with the noise of an item.
  func between(of run: RunItem) throws -> Interpolation {
    if let last, last.seed == run.seed, last.noiseItem == run.noiseItem { return last.between }
    let from = try conditions(of: ends.from, run)
    let to = try conditions(of: ends.to, run)
    var found: [String: Interpolation.Ends] = [:]
    for item in route.conditions {
      guard let from = from[item.name], let to = to[item.name] else { continue }
      found[item.name] = Interpolation.Ends(from: from.elements, to: to.elements)
    }
    let between = Interpolation(found)
    last = (run.seed, run.noiseItem, between)
    return between
  }

  private func conditions(of given: Given, _ run: RunItem) throws -> [String: HostTensor] {
    let prepared = try encoder.prepare(
      [route.input.name: given], items: [RunItem(seed: run.seed, noiseItem: run.noiseItem)],
      belongTogether: false)
    guard let chunk = prepared.chunks.first else { return [:] }
    return try encoder.run(chunk, of: prepared, outputs: route.conditions.map(\.name))
      .results.first ?? [:]
  }
}
