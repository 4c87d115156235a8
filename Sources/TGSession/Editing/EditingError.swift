package import TGCheckpoint
package import TGPlan
package import TGTensor

/// Why a code cannot be edited as asked, as facts; `message` makes sentences of them.
package enum EditingError: Error, Hashable, Sendable {
  // The command line.
  case notation(String, String, form: String)
  case frameCounts([Int])
  case ambiguous(path: String, functions: [String])
  case noTarget(function: String, codes: [InterfaceItem])
  case noRoute(ConditionRoute.Source, function: String?)
  case severalRoutes(ConditionRoute.Source, [String])
  case noWords(InterfaceItem)
  case notOnASphere(InterfaceItem)
  case nothingDrawn(function: String)
  case noLayers(path: String, InterfaceItem)
  case layer(path: String, Int, count: Int)
  case column(path: String, Int, found: Shape)
  // The files.
  case file(CheckpointError)
  case noTensor(path: String)
  case severalTensors(path: String, [String])
  case noCode(path: String, tensors: [String], functions: [String])
  case codeShape(path: String, tensor: String, found: Shape, InterfaceItem)
  case directionShape(path: String, found: Shape, InterfaceItem)
  case several(path: String, count: Int)
  case otherInputs(String, String)
  case layersInFile(path: String)
  case notFinite(path: String, tensor: String)
  case overflow(String)
}

extension EditingError {
  /// What was found and what was expected, without a full stop.
  package var message: String {
    switch self {
    case .notation(let option, let text, let form):
      "\(option) \(text) is not of the form \(form)"
    case .frameCounts(let counts):
      "lists of \(counts.map(String.init).joined(separator: " and ")) amounts do not go together"
    case .ambiguous(let path, let functions):
      "\(path) fits the functions \(functions.joined(separator: ", "))"
    case .noTarget(let function, let codes):
      codes.isEmpty
        ? "the function '\(function)' takes no code that could be edited"
        : "the function '\(function)' takes the codes "
          + codes.map { "\($0.name) \($0.shapeText)" }.joined(separator: ", ")
          + "; which of them is edited is not clear"
    case .noRoute(let source, let function):
      "\(source.rawValue)s are interpolated between their codes, and "
        + (function.map { "'\($0)' does not take" } ?? "no function of the plan takes")
        + " what another function makes of a \(source.rawValue)"
    case .severalRoutes(let source, let pairs):
      "\(source.rawValue)s can go through \(pairs.joined(separator: ", or "))"
    case .noWords(let item): SessionError.noWords(given: "--interpolate", item).message
    case .notOnASphere(let item):
      "--spherical is for normal noise; '\(item.name)' is \(item.kind.word)"
    case .nothingDrawn(let function):
      "'\(function)' draws nothing from a seed that is not given otherwise"
    case .noLayers(let path, let item):
      "\(path) is for single layers, and the code '\(item.name)' \(item.shapeText) has none"
    case .layer(let path, let layer, let count):
      "\(path) is for layer \(layer), and the code has the layers 0-\(count - 1)"
    case .column(let path, let column, let found):
      "\(path) has the shape \(found), which has no column \(column)"
    case .file(let error): error.description
    case .noTensor(let path): "\(path) holds no array of numbers"
    case .severalTensors(let path, let tensors):
      "\(path) holds several arrays, \(Self.list(tensors)); a direction is one"
    case .noCode(let path, let tensors, let functions):
      "\(path) holds \(Self.list(tensors)), and the plan takes "
        + (functions.isEmpty ? "no codes" : Self.list(functions))
    case .codeShape(let path, let tensor, let found, let item):
      "the tensor '\(tensor)' of \(path) has the shape \(found); '\(item.name)' takes "
        + "\(item.shapeText), or several of them"
    case .directionShape(let path, let found, let item):
      "\(path) has the shape \(found); a direction for '\(item.name)' has \(item.shapeText)"
        + (item.itemShape.count > 1 ? " or \(Shape(Array(item.itemShape.dropFirst())))" : "")
    case .several(let path, let count): "\(path) holds \(count) codes where one is needed"
    case .otherInputs(let one, let other):
      "\(one) and \(other) hold codes for different inputs"
    case .layersInFile(let path):
      "\(path) states its layers in a form other than 0-5, [0, 1] or a number"
    case .notFinite(let path, let tensor):
      "\(path) has an infinite number or none" + (tensor.isEmpty ? "" : " in '\(tensor)'")
    case .overflow(let name): "the edited code '\(name)' has an infinite number"
    }
  }

  /// What to do about it.
  package var hint: String? {
    switch self {
    case .frameCounts: "give all lists the same count; a single amount holds for every frame"
    case .ambiguous(_, let functions): "say which: --function \(functions.first ?? "NAME")"
    case .noTarget(_, let codes):
      codes.isEmpty
        ? "name another function: --function NAME; tginspect lists them"
        : "give just the one that is edited: --latent FILE"
    case .noRoute(let source, _):
      "the .tgraph needs two functions: func read("
        + (source == .caption ? "caption: Text[…]" : "image: Image[…]")
        + ") -> (code: Latent[D]), and one that takes code: Latent[D] and gives the picture"
    case .noWords(let item): SessionError.noWords(given: "", item).hint
    case .severalRoutes: "say which picture: --function NAME"
    case .notOnASphere: "leave out --spherical"
    case .noLayers: "say @all to move the whole code"
    case .severalTensors(let path, let names):
      "say which: \(path)#\(names.first?.split(separator: " ").first ?? "NAME")"
    case .noCode(let path, let tensors, _) where tensors.count > 1:
      "one of several is chosen by its name: \(path)#NAME; tginspect \(path) lists them"
    case .codeShape, .noCode: "tginspect lists the functions of a plan and what they take"
    case .overflow: "give smaller amounts"
    default: nil
    }
  }

  /// The status that a command ends with.
  package var exitCode: Int32 {
    switch self {
    case .notation, .frameCounts, .ambiguous, .noTarget, .severalRoutes, .noWords,
      .notOnASphere, .nothingDrawn, .noLayers, .layer, .column:
      64
    case .noRoute: 69
    case .file(let error): error.exitCode
    case .noTensor, .severalTensors, .noCode, .codeShape, .directionShape, .several, .otherInputs,
      .layersInFile, .notFinite, .overflow:
      65
    }
  }

  private static func list(_ items: [String]) -> String {
    let shown = items.prefix(8).joined(separator: ", ")
    return items.count > 8 ? shown + " and \(items.count - 8) more" : shown
  }
}
