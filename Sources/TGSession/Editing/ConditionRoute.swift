package import TGPlan

/// The two functions of a plan between which captions, or source pictures, are interpolated: one that
/// makes conditions of them, plain numbers, and one that makes a picture of such conditions.
///
/// Which numbers these are is said by the page alone: outputs of one function that have the name and
/// the shape of inputs of the other.
package struct ConditionRoute: Hashable, Sendable {
  /// What stands at the ends of the interpolation.
  package enum Source: String, Hashable, Sendable {
    /// A caption.
    case caption
    /// A picture.
    case picture
  }

  /// What is interpolated.
  package let source: Source
  /// The function that takes the caption or picture.
  package let encoder: String
  /// Its input for it. Nothing else is asked of it that is not drawn or has a default.
  package let input: InterfaceItem
  /// The function that takes the conditions.
  package let painter: String
  /// The conditions: inputs of the painter that have the name and shape of an output of the encoder.
  package let conditions: [InterfaceItem]

  /// Finds the only pair, or the one of the default function if that is a painter.
  ///
  /// - Parameter function: the painter, if it is asked for.
  /// - Throws: `EditingError.noRoute`, `.severalRoutes` or `.noWords`.
  package init(of plan: Plan, from source: Source, function: String?) throws(EditingError) {
    var routes: [ConditionRoute] = []
    for painter in plan.entries where function.map({ $0 == painter.name }) ?? true {
      guard painter.givesPicture, !painter.inputs.contains(where: { $0.isDemanded(as: source) })
      else { continue }
      for encoder in plan.entries where encoder.name != painter.name {
        let demanded = encoder.inputs.filter(\.isDemanded)
        let shared = painter.inputs.filter { input in
          input.takesPlainNumbers
            && encoder.outputs.contains {
              $0.name == input.name && $0.itemShape == input.itemShape
            }
        }
        guard demanded.count == 1, demanded[0].isDemanded(as: source), !shared.isEmpty else {
          continue
        }
        routes.append(
          ConditionRoute(
            source: source, encoder: encoder.name, input: demanded[0], painter: painter.name,
            conditions: shared))
      }
    }
    let usual = routes.filter { $0.painter == plan.entries.first?.name }
    if !usual.isEmpty { routes = usual }
    guard let route = routes.first else { throw .noRoute(source, function: function) }
    guard routes.count == 1 else {
      throw .severalRoutes(source, routes.map { "\($0.encoder) and \($0.painter)" })
    }
    if route.input.isWordless { throw .noWords(route.input) }
    self = route
  }

  private init(
    source: Source, encoder: String, input: InterfaceItem, painter: String,
    conditions: [InterfaceItem]
  ) {
    self.source = source
    self.encoder = encoder
    self.input = input
    self.painter = painter
    self.conditions = conditions
  }
}

extension InterfaceItem {
  /// True if a run must be given it: it is not drawn and has no default.
  fileprivate var isDemanded: Bool {
    defaultValue == nil && distribution == nil
  }

  /// True for what a source stands for: texts and sequences, with or without words, or pictures.
  fileprivate func isDemanded(as source: ConditionRoute.Source) -> Bool {
    switch source {
    case .caption: isDemanded && takesWords
    case .picture: isDemanded && takesPicture
    }
  }
}
