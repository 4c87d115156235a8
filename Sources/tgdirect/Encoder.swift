import TGCommandLine
import TGPlan
import TGSession
import TGTensor

/// A function that makes a vector of a caption, of a picture, or of both.
struct Encoder {
  private let session: Session
  private let caption: InterfaceItem?
  private let picture: InterfaceItem?
  private let output: InterfaceItem
  /// What reports say of it.
  let members: JSON

  /// One thing to be encoded.
  struct Source {
    var caption = ""
    var picture = ""
  }

  /// Opens `P.tplan` or `P.tplan:FUNCTION`.
  ///
  /// - Parameters:
  ///   - option: how errors call it.
  ///   - takesCaption: whether it is to take a caption.
  ///   - takesPicture: whether it is to take a picture.
  init(
    _ text: String, option: String, takesCaption: Bool, takesPicture: Bool,
    options: MachineOptions, machine: MachineOptions.Resolved
  ) throws {
    let (path, function) = Self.parts(text)
    let plan = try OpenedPlan(path, options: options, machine: machine)
    session = try plan.session(function)
    let form = session.variants.form
    let open = form.inputs.filter { $0.defaultValue == nil && $0.distribution == nil }
    caption = open.first { $0.textResource != nil }
    picture = open.first(where: \.takesPicture)
    let wanted = (takesCaption ? 1 : 0) + (takesPicture ? 1 : 0)
    guard (caption != nil) == takesCaption, (picture != nil) == takesPicture, open.count == wanted,
      let vector = form.outputs.first(where: { !$0.takesPicture && $0.itemShape.count <= 1 })
    else {
      let what = [takesPicture ? "a picture" : nil, takesCaption ? "a caption" : nil]
        .compactMap(\.self).joined(separator: " and ")
      throw Failure(
        .usage,
        "\(option) takes a function that makes a vector of \(what), and '\(form.name)' "
          + "takes \(open.map(\.name).joined(separator: ", "))",
        hint: "name another: \(option) \(path):FUNCTION; tginspect \(Path.quoted(path)) lists them")
    }
    output = vector
    members = .pairs([
      ("plan", .string(path)), ("hash", .string(plan.file.hash)),
      ("function", .string(form.name)), ("output", .string(vector.name)),
      ("size", .integer(vector.itemShape.reduce(1, *))),
    ])
  }

  /// The path and the function of `P.tplan:FUNCTION`.
  static func parts(_ text: String) -> (path: String, function: String?) {
    guard !Path.exists(text), let colon = text.lastIndex(of: ":"), colon != text.startIndex else {
      return (text, nil)
    }
    return (String(text[..<colon]), String(text[text.index(after: colon)...]))
  }

  /// The vectors of some sources.
  func vectors(_ sources: [Source], console: Console) throws -> [[Double]] {
    var pictures: [String: [Float]] = [:]
    let items = try sources.map { source in
      var item = RunItem(seed: 0)
      if let caption { item.captions[caption.name] = source.caption }
      if let picture {
        let known =
          try pictures[source.picture]
          ?? Inputs.tensor(ofPicture: source.picture, for: picture, console: console).elements
        pictures[source.picture] = known
        item.numbers[picture.name] = known
      }
      return item
    }
    return try session.results(of: items, outputs: [output.name]).map { result in
      (result[output.name]?.elements ?? []).map { Double($0) }
    }
  }
}
