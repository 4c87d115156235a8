import TGCommandLine
import TGDissection
import TGImage
import TGPlan
import TGSession
import TGTensor

/// An encoder, on pictures whose parts are known.
struct Seer: Subject {
  let parts: [String]
  let layer: LayerForm
  let batch: Int
  private let session: Session
  private let input: InterfaceItem
  private let features: InterfaceItem
  private let paths: [String]
  private let masks: MaskFolder

  var count: Int { paths.count }

  /// - Parameters:
  ///   - paths: the pictures, at least one.
  ///   - name: the output with the maps; nil for the only one of three extents that is no picture.
  /// - Throws: `Failure` of status `usage` for a function that is no encoder.
  init(_ session: Session, pictures paths: [String], masks: MaskFolder, features name: String?)
    throws
  {
    self.session = session
    self.paths = paths
    self.masks = masks
    parts = masks.parts
    batch = max(8, session.variants.sizes.last ?? 1)
    let form = session.variants.form
    guard form.inputs.count == 1, let input = form.inputs.first, input.takesPicture else {
      throw Failure(
        .usage,
        "the function '\(form.name)' is no encoder: it takes \(form.inputs.count) inputs, "
          + "not one picture", hint: "another function is chosen by --function")
    }
    self.input = input
    if let name {
      features = try session.variants.output(name)
    } else {
      let maps = form.outputs.filter { !$0.takesPicture && $0.itemShape.count == 3 }
      guard maps.count == 1 else {
        throw Failure(
          .usage, "'\(form.name)' gives \(maps.count) layers of maps",
          hint: "say which: --features NAME; tginspect lists what a plan has")
      }
      features = maps[0]
    }
    guard let layer = LayerForm(features.itemShape) else {
      throw Failure(
        .usage, "the output '\(features.name)' is no layer of maps [units, rows, columns]")
    }
    self.layer = layer
  }

  func look(at samples: Range<Int>, withMaps: Bool) throws -> [Look] {
    var pictures: [Picture] = []
    let items = try samples.map { index in
      var warnings: [String] = []
      let tensor = try Session.tensor(ofFile: paths[index], for: input, warnings: &warnings)
      if withMaps {
        guard let picture = input.picture(of: tensor) else {
          throw Failure(.badInput, "\(paths[index]) is no picture of \(input.name)")
        }
        pictures.append(picture)
      }
      return RunItem(seed: 0, numbers: [input.name: tensor.elements])
    }
    let results = try session.results(of: items, outputs: [features.name])
    return try results.enumerated().map { index, result in
      Look(
        features: result[features.name] ?? HostTensor([0], []),
        picture: withMaps ? pictures[index] : nil,
        map: withMaps ? try masks.map(of: paths[samples.lowerBound + index]) : nil)
    }
  }
}
