package import TGPlan

/// The two functions of a plan between which captions are interpolated: one that makes conditions
/// of a caption, and one that makes a picture of such conditions.
package struct CaptionRoute: Hashable, Sendable {
  /// The function that takes the caption.
  package let encoder: String
  /// Its Text input.
  package let caption: InterfaceItem
  /// The function that takes the conditions.
  package let painter: String
  /// The conditions: inputs of the painter that have the name and shape of an output of the encoder.
  package let conditions: [InterfaceItem]

  /// Finds the only pair.
  ///
  /// - Parameter function: the painter, if it is asked for.
  /// - Throws: `EditingError.noCaptionRoute`, `.severalCaptionRoutes` or `.noWords`.
  package init(of plan: Plan, function: String?) throws(EditingError) {
    var routes: [CaptionRoute] = []
    for painter in plan.entries where function.map({ $0 == painter.name }) ?? true {
      guard painter.givesPicture,
        !painter.inputs.contains(where: { $0.takesWords && $0.defaultValue == nil })
      else { continue }
      for encoder in plan.entries where encoder.name != painter.name {
        let texts = encoder.inputs.filter(\.takesWords)
        let shared = painter.inputs.filter { input in
          input.takesPlainNumbers
            && encoder.outputs.contains {
              $0.name == input.name && $0.itemShape == input.itemShape
            }
        }
        guard texts.count == 1, !shared.isEmpty else { continue }
        routes.append(
          CaptionRoute(
            encoder: encoder.name, caption: texts[0], painter: painter.name, conditions: shared))
      }
    }
    guard let route = routes.first else { throw .noCaptionRoute(function: function) }
    guard routes.count == 1 else {
      throw .severalCaptionRoutes(routes.map { "\($0.encoder) and \($0.painter)" })
    }
    if route.caption.isWordless { throw .noWords(route.caption) }
    self = route
  }

  private init(
    encoder: String, caption: InterfaceItem, painter: String, conditions: [InterfaceItem]
  ) {
    self.encoder = encoder
    self.caption = caption
    self.painter = painter
    self.conditions = conditions
  }
}

extension InterfaceItem {
  /// True for texts and sequences, with or without words.
  fileprivate var takesWords: Bool { textResource != nil || isWordless }
}
