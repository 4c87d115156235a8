import TGCommandLine
import TGDissection
import TGImage
import TGPlan
import TGSession
import TGTensor

/// What is written and told.
struct Results {
  private let job: Job
  private let found: Scores
  private let parts: [String]
  private var effects: [CausalEffect] = []
  private var files: [(String, JSON)] = []
  private var sheets: [(String, JSON)] = []

  init(job: Job, found: Scores) {
    self.job = job
    self.found = found
    parts = job.subject.parts
  }

  private func path(_ name: String) -> String { Path.join(job.request.folder, name) }

  /// The name of a part in the name of a file: what is no letter, digit or `-` becomes `_`.
  private func fileName(of part: Int) -> String {
    String(parts[part].map { $0.isLetter || $0.isNumber || $0 == "-" ? $0 : "_" })
  }

  private mutating func write(_ text: String, _ kind: String, to name: String) throws {
    try AtomicFile.save(Array(text.utf8), to: path(name))
    files.append((kind, .string(path(name))))
  }

  private func write(_ picture: Picture, to name: String) throws {
    do { try picture.write(path: path(name)) } catch { throw SessionError.picture(error) }
  }

  /// Takes the effect on a part.
  mutating func take(_ effect: CausalEffect) { effects.append(effect) }

  /// `units.csv`: a row for each unit.
  mutating func writeUnits() throws {
    var table = CSVTable(
      ["unit", "part", "iou", "information", "level", "clear"] + parts.map { "iou \($0)" })
    for meaning in found.meanings {
      table.add(
        [
          "\(meaning.unit)", parts[meaning.part], "\(meaning.iou)", "\(meaning.information)",
          "\(meaning.level)", meaning.isClear ? "1" : "0",
        ] + meaning.overlaps.map { "\($0.iou)" })
    }
    try write(table.text, "units", to: "units.csv")
  }

  /// `effects.csv`, a row for each part and set, and the curves.
  mutating func writeEffects() throws {
    guard let first = effects.first else { return }
    var table = CSVTable(["part", "units", "last unit", "removed", "on", "off", "ace"])
    for effect in effects {
      for (index, size) in effect.sizes.enumerated() {
        table.add([
          parts[effect.part], "\(size)", "\(effect.units[size - 1])", "\(effect.removed[index])",
          "\(effect.on[index])", "\(effect.off[index])", "\(effect.ace[index])",
        ])
      }
    }
    try write(table.text, "effects", to: "effects.csv")
    func drawing(_ title: String, _ values: (CausalEffect) -> [Double]) -> String {
      var chart = Chart(
        title: title, axis: "units, by their IoU with the part",
        positions: first.sizes.map { Double($0) },
        curves: effects.map { .init(name: parts[$0.part], values: values($0)) })
      chart.heights = .valuesAndZero
      return chart.svg
    }
    try write(
      drawing("average causal effect: units on, less units off") { $0.ace }, "ace", to: "ace.svg")
    try write(
      drawing("share of a part's pixels that goes with its units") { $0.removed }, "removed",
      to: "removed.svg")
  }

  /// Sheets of the best units of each part: the pictures that they are most active in, dark where
  /// they are not.
  mutating func writeSheets() throws {
    for part in parts.indices {
      for meaning in clear(part).prefix(job.request.options.sheets) {
        let name = "unit-\(fileName(of: part))-\(meaning.unit).png"
        var sheet = ContactSheet(
          columns: min(4, job.request.options.pictures),
          title: "unit \(meaning.unit), \(parts[part]), IoU \(Quantity.fixed(meaning.iou, 3))")
        for sample in found.best[meaning.unit] {
          for look in try job.subject.look(at: sample..<sample + 1, withMaps: true) {
            if let lit = Self.lit(look, meaning, job.subject.layer) { sheet.add(lit) }
          }
        }
        guard let picture = sheet.picture else { continue }
        try write(picture, to: name)
        sheets.append(("unit \(meaning.unit)", .string(path(name))))
      }
    }
  }

  private static func lit(_ look: Look, _ meaning: UnitMeaning, _ layer: LayerForm) -> Picture? {
    guard let map = look.map, let picture = look.picture,
      let large = OverlapCounts.enlarged(look.features, to: map)
    else { return nil }
    let area = map.parts.count
    let values = large[meaning.unit * area..<(meaning.unit + 1) * area]
    return picture.lit(
      where: values.map { $0 > meaning.level }, rows: map.height, columns: map.width)
  }

  /// The strip of a part: pictures as they are, with its units off, and on.
  mutating func writeStrip(_ effect: Effects, of part: Int) throws {
    guard let strip = try effect.strip(part, count: job.request.options.pictures) else { return }
    let name = "effect-\(fileName(of: part)).png"
    try write(strip, to: name)
    sheets.append(("effect \(parts[part])", .string(path(name))))
  }

  /// The report, and what is told.
  mutating func finish() throws {
    files.append(("report", .string(path("report.json"))))
    let document = document
    try AtomicFile.save(Array((document.text(indented: true) + "\n").utf8), to: path("report.json"))
    if job.console.isJSON {
      try job.console.print(document.text(indented: true))
      return
    }
    try job.console.print(table)
    for (_, file) in files + sheets {
      if case .string(let path) = file { try job.console.print(path) }
    }
  }

  private var document: JSON {
    .document([
      ("plan", .string(job.request.options.plan)), ("name", .string(job.plan.plan.name)),
      ("hash", .string(job.plan.hash)), ("function", .string(job.functionName)),
      ("samples", .integer(job.subject.count)), ("top", .string(job.request.options.top)),
      ("parts", .array(parts.indices.map { partEntry($0) })),
      ("units", .array(found.meanings.map { unitEntry($0) })),
      ("effects", .array(effects.map { effectEntry($0) })), ("files", .pairs(files)),
      ("sheets", .pairs(sheets)),
    ])
  }

  /// The units that mean a part clearly, the best first.
  private func clear(_ part: Int) -> [UnitMeaning] {
    UnitMeaning.ranking(found.meanings, for: part).filter { $0.part == part && $0.isClear }
  }

  private func partEntry(_ part: Int) -> JSON {
    .pairs([
      ("name", .string(parts[part])), ("pixels", .integer(found.pixelsOfPart[part])),
      ("units", .integers(clear(part).map(\.unit))),
    ])
  }

  private func unitEntry(_ meaning: UnitMeaning) -> JSON {
    .pairs([
      ("unit", .integer(meaning.unit)), ("part", .string(parts[meaning.part])),
      ("iou", .number(meaning.iou)), ("information", .number(meaning.information)),
      ("level", .number(Double(meaning.level))), ("clear", .bool(meaning.isClear)),
    ])
  }

  private func effectEntry(_ effect: CausalEffect) -> JSON {
    func numbers(_ values: [Double]) -> JSON { .array(values.map { .number($0) }) }
    return .pairs([
      ("part", .string(parts[effect.part])), ("order", .integers(effect.units)),
      ("sets", .integers(effect.sizes)), ("removed", numbers(effect.removed)),
      ("on", numbers(effect.on)), ("off", numbers(effect.off)), ("ace", numbers(effect.ace)),
    ])
  }

  /// A line for each part: its units, the best one, and the effect of the largest set.
  private var table: String {
    let width = (parts.map(\.count).max() ?? 0) + 2
    var lines: [String] = []
    for part in parts.indices {
      let units = clear(part)
      var line = parts[part].padded(to: width) + "\(units.count)".aligned(to: 3)
      line += units.count == 1 ? " unit " : " units"
      if let best = units.first {
        line += ", best \(best.unit) with IoU \(Quantity.fixed(best.iou, 3))"
      }
      if let effect = effects.first(where: { $0.part == part }), let size = effect.sizes.last,
        let removed = effect.removed.last, let ace = effect.ace.last
      {
        line += "; \(size) off take \(Quantity.fixed(100 * removed, 1)) % of it away"
        line += ", ACE \(Quantity.fixed(ace, 3))"
      }
      lines.append(line)
    }
    return lines.joined(separator: "\n")
  }
}
