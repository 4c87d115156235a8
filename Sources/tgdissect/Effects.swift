import TGCommandLine
import TGDissection
import TGImage
import TGSession
import TGTensor

/// Measures what units do to parts: pictures are made again with them at 0 and at a value.
struct Effects {
  private let job: Job
  private let painter: Painter
  private let found: Scores
  private let seeds: [UInt64]
  /// The sizes of the sets that the layer has units for.
  private let sizes: [Int]
  private let places: [EditPlace]

  init(job: Job, painter: Painter, found: Scores) throws {
    self.job = job
    self.painter = painter
    self.found = found
    seeds = job.request.effectSeeds
    sizes = job.request.sets.filter { $0 <= painter.layer.units }
    places = try Self.places(job, painter, seeds)
  }

  /// Makes sure, before anything is computed, that a layer has units and cells enough.
  ///
  /// - Throws: `Failure` of status `usage`.
  static func check(_ request: Request, _ layer: LayerForm) throws(Failure) {
    if let least = request.sets.first, least > layer.units {
      throw Failure(
        .usage, "the layer has \(layer.units) units, and no set of --sets is so small")
    }
    if let side = request.options.patch, side > min(layer.rows, layer.columns) {
      throw Failure(
        .usage, "--patch \(side): the layer has \(layer.rows) by \(layer.columns) cells")
    }
  }

  /// The units by their IoU with a part, as many as the largest set has.
  private func order(_ part: Int) -> [Int] {
    UnitMeaning.ranking(found.meanings, for: part).prefix(sizes.last ?? 0).map(\.unit)
  }

  private func values(_ part: Int) -> [Float] {
    switch job.request.options.value {
    case .mean: found.features.mean(of: part)
    case .high: found.high
    }
  }

  /// Measures the effect on a part.
  func measure(_ part: Int) throws -> CausalEffect {
    job.console.note("effect on \(painter.parts[part])")
    let runs = seeds.count * (1 + 3 * sizes.count)
    var progress = try Progress(console: job.console, total: runs)
    var done = 0
    let effect = try CausalEffect(
      part: part, units: order(part), sizes: sizes, values: values(part), places: places
    ) { edits in
      var maps: [PartMap] = []
      for first in stride(from: 0, to: edits.count, by: painter.batch) {
        let piece = Array(edits[first..<min(first + painter.batch, edits.count)])
        maps += try painter.segmenter.maps(of: painter.pictures(piece, seeds: seeds))
        done += piece.count
        progress.show(done)
      }
      return maps
    }
    progress.end(done)
    return effect
  }

  /// Pictures as they are, with the largest set of units at 0 everywhere, and with it on where the
  /// effect was measured: a row each.
  func strip(_ part: Int, count: Int) throws -> Picture? {
    let samples = 0..<min(count, seeds.count)
    let none = [Float](repeating: 0, count: painter.layer.units)
    var chosen = none
    for unit in order(part) { chosen[unit] = 1 }
    let name = painter.parts[part]
    var sheet = ContactSheet(
      columns: samples.count, title: "\(order(part).count) units of \(name)")
    for (heading, units, values, everywhere) in [
      ("as drawn", none, none, true), ("off everywhere", chosen, none, true),
      ("on in a place", chosen, values(part), false),
    ] {
      let edits = samples.map { sample in
        let cells = places[sample].cells
        return UnitEdit(
          sample: sample, units: units, places: everywhere ? cells.map { _ in 1 } : cells,
          values: values)
      }
      for first in stride(from: 0, to: edits.count, by: painter.batch) {
        let piece = Array(edits[first..<min(first + painter.batch, edits.count)])
        for picture in try painter.pictures(piece, seeds: seeds) {
          sheet.add(picture, heading: heading)
        }
      }
    }
    return sheet.picture
  }

  /// Where units are switched: where the mask is light, or for each seed in a square drawn by chance
  /// (uniform numbers of the input name `tgdissect.place`, `spec/noise.md`).
  private static func places(
    _ job: Job, _ painter: Painter, _ seeds: [UInt64]
  ) throws -> [EditPlace] {
    let layer = painter.layer
    let map = (rows: painter.segmenter.rows, columns: painter.segmenter.columns)
    if let mask = job.mask {
      guard
        let cells = mask.resized(height: layer.rows, width: layer.columns, by: .torchArea),
        let large = mask.resized(height: map.rows, width: map.columns, by: .torchNearestExact),
        case let pixels = large.elements.indices.filter({ large[$0] >= 0.5 }), !pixels.isEmpty
      else {
        throw Failure(
          .badInput, "the picture of --mask is light nowhere",
          hint: "units are switched where it is white")
      }
      return seeds.map { _ in EditPlace(cells: cells.elements, pixels: pixels) }
    }
    let side = job.request.options.patch ?? max(1, min(layer.rows, layer.columns) / 8)
    return seeds.map { seed in
      let drawn = Noise(seed: seed, input: "tgdissect.place", item: 0)
        .uniforms(2, low: 0, high: 1)
      return EditPlace(
        row: Int(drawn[0] * Float(layer.rows - side + 1)),
        column: Int(drawn[1] * Float(layer.columns - side + 1)), side: side,
        grid: (layer.rows, layer.columns), map: map)
    }
  }
}
