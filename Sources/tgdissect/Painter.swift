import TGCommandLine
import TGDissection
import TGImage
import TGPlan
import TGSession
import TGTensor

/// A generator whose pictures are made with units of a layer set.
struct Painter: Subject {
  let parts: [String]
  let layer: LayerForm
  let batch: Int
  /// The segmenter.
  let segmenter: Segmenter
  private let session: Session
  private let given: [String: Given]
  private let image: InterfaceItem
  private let features: InterfaceItem
  private let text: InterfaceItem?
  private let captions: [String]
  private let seeds: [UInt64]

  var count: Int { seeds.count }

  /// - Parameters:
  ///   - given: what is given for all pictures.
  ///   - captions: taken in turn; empty where the function reads none.
  ///   - seeds: of the sample.
  /// - Throws: `Failure` of status `usage` for a function that does not set units.
  init(
    _ session: Session, segmenter: Segmenter, given: [String: Given], captions: [String],
    seeds: [UInt64], features name: String?
  ) throws {
    self.session = session
    self.segmenter = segmenter
    self.given = given
    self.captions = captions
    self.seeds = seeds
    parts = segmenter.parts
    batch = max(8, session.variants.sizes.last ?? 1)
    let form = session.variants.form
    guard let image = session.variants.mainPicture else {
      throw SessionError.noPictureOutput(outputs: form.outputs.map(\.name))
    }
    self.image = image
    features = try session.variants.output(name ?? "features")
    guard let layer = LayerForm(features.itemShape) else {
      throw Failure(
        .usage, "the output '\(features.name)' is no layer of maps [units, rows, columns]")
    }
    self.layer = layer
    for (name, shape) in [
      ("units", [layer.units]), ("places", [layer.rows, layer.columns]), ("values", [layer.units]),
    ] where try session.variants.input(name).itemShape != shape {
      throw Failure(
        .usage,
        "the input '\(name)' of '\(form.name)' has not the shape \(shape) that sets units "
          + "of '\(features.name)'", hint: "edited of blocks/units.tgraph says how units are set")
    }
    text = session.variants.textInputs.first { given[$0.name] == nil }
    guard text != nil || captions.isEmpty else {
      throw SessionError.tooManyTexts(captions, inputs: [])
    }
    if let text, captions.isEmpty { throw SessionError.missing(text, function: form.name) }
  }

  /// The caption of a picture of a sample; empty if there is none.
  func caption(of sample: Int) -> String {
    captions.isEmpty ? "" : captions[sample % captions.count]
  }

  private func item(seed: UInt64, sample: Int, edit: UnitEdit?) -> RunItem {
    var item = RunItem(seed: seed)
    if let text { item.captions[text.name] = caption(of: sample) }
    if let edit {
      item.numbers = ["units": edit.units, "places": edit.places, "values": edit.values]
    }
    return item
  }

  private func picture(_ result: [String: HostTensor]) throws -> Picture {
    guard let tensor = result[image.name], let picture = image.picture(of: tensor) else {
      throw Failure(.badInput, "the output '\(image.name)' is no picture")
    }
    return picture
  }

  func look(at samples: Range<Int>, withMaps: Bool) throws -> [Look] {
    let items = samples.map { item(seed: seeds[$0], sample: $0, edit: nil) }
    let names = [features.name] + (withMaps ? [image.name] : [])
    let results = try session.results(of: items, given: given, outputs: names)
    let pictures = withMaps ? try results.map { try picture($0) } : []
    let maps = try segmenter.maps(of: pictures)
    return results.indices.map { index in
      Look(
        features: results[index][features.name] ?? HostTensor([0], []),
        picture: withMaps ? pictures[index] : nil, map: withMaps ? maps[index] : nil)
    }
  }

  /// Pictures with units set.
  ///
  /// - Parameter seeds: those of the pictures that edits name by their number.
  func pictures(_ edits: [UnitEdit], seeds: [UInt64]) throws -> [Picture] {
    let items = edits.map { item(seed: seeds[$0.sample], sample: $0.sample, edit: $0) }
    return try session.results(of: items, given: given, outputs: [image.name]).map {
      try picture($0)
    }
  }
}
