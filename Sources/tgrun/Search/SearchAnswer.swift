import TGCommandLine
import TGImage
import TGRetrieval
import TGSession
import TGTensor

/// What an index is asked.
struct SearchQuery {
  /// The path of the picture, if one is given.
  let picture: String?
  /// The captions with the inputs that they are for.
  let captions: [(input: String, text: String)]
  /// The input that the picture is for.
  let pictureInput: String?

  /// The captions in one line.
  var text: String { captions.map(\.text).joined(separator: " / ") }
}

/// The nearest entries of an index: told in lines or as JSON, and drawn on a sheet.
struct SearchAnswer {
  let query: SearchQuery
  let hits: [VectorIndex.Hit]
  let index: VectorIndex
  /// The path of the index.
  let path: String

  /// Prints the answer, and draws it where a picture is asked for.
  func give(_ job: SearchJob) throws {
    let sheetPath = job.options.out
    if let sheetPath { try check(sheetPath, job) }
    let sheet = try sheetPath.map { _ in try self.sheet(columns: 6) }
    if let sheet, let sheetPath {
      do {
        try sheet.write(path: sheetPath, as: try job.options.pictures.encoding(named: sheetPath))
      } catch let error as PictureError { throw SessionError.picture(error) }
    }
    guard job.console.isJSON else {
      for (place, hit) in hits.enumerated() {
        let entry = index.entries[hit.row]
        let score = "\((Double(hit.score) * 10_000).rounded() / 10_000)"
        let told = [entry.file, entry.caption].compactMap(\.self)
        try job.console.print(([String(place + 1), score] + told).joined(separator: "\t"))
      }
      if let sheetPath { try job.console.print(sheetPath) }
      return
    }
    var told = job.description + [("index", .string(path))]
    told.append(("captions", .pairs(query.captions.map { ($0.input, .string($0.text)) })))
    if let picture = query.picture, let input = query.pictureInput {
      told.append(("pictures", .pairs([(input, .string(picture))])))
    }
    told.append(("nearest", .array(hits.map(entry))))
    if let sheetPath { told.append(("files", .pairs([("sheet", .string(sheetPath))]))) }
    try job.console.print(JSON.document(told).text(indented: true))
  }

  private func entry(_ hit: VectorIndex.Hit) -> JSON {
    let entry = index.entries[hit.row]
    var pairs: [(String, JSON)] = [
      ("row", .integer(hit.row)), ("score", .number(Double(hit.score))),
    ]
    if let file = entry.file { pairs.append(("file", .string(file))) }
    if let caption = entry.caption { pairs.append(("caption", .string(caption))) }
    return .pairs(pairs)
  }

  private func check(_ sheetPath: String, _ job: SearchJob) throws {
    guard PictureFormat(suffix: Path.suffix(sheetPath)) != nil else {
      throw Failure(
        .usage, "-o \(sheetPath): the sheet of what is found is a picture",
        hint: "say -o \(Path.quoted(freePath(like: Path.withoutSuffix(sheetPath) + ".png")))")
    }
    let read = [path, VectorIndex.entriesPath(beside: path), job.plan.path, query.picture]
    try Outputs.check(
      [sheetPath],
      readFiles: read.compactMap(\.self) + hits.compactMap { index.entries[$0.row].file })
  }

  /// The picture that is given and those that are found, each with its score, small enough to stand
  /// side by side.
  private func sheet(columns: Int) throws -> Picture {
    let found = hits.enumerated().compactMap { place, hit in
      index.entries[hit.row].file.map { (place: place, hit: hit, file: $0) }
    }
    guard !found.isEmpty else {
      throw Failure(
        .badInput, "nothing that was found in \(path) has a picture to be drawn",
        hint: "leave out -o")
    }
    let count = found.count + (query.picture == nil ? 0 : 1)
    var sheet = ContactSheet(columns: min(columns, count), title: query.text)
    if let picture = query.picture {
      sheet.add(try Self.small(picture), text: "given")
    }
    for (place, hit, file) in found {
      let score = "\((Double(hit.score) * 1000).rounded() / 1000)"
      sheet.add(try Self.small(file), text: "\(place + 1): \(score)")
    }
    guard let whole = sheet.picture else {
      throw Failure(.badInput, "the pictures are too large to stand in one sheet")
    }
    return whole
  }

  /// The longest side of a picture on the sheet.
  private static let side = 256

  /// A picture, made smaller where it is larger than a cell.
  private static func small(_ path: String) throws -> Picture {
    let picture: Picture
    do { picture = try Picture.read(path: path) } catch { throw SessionError.picture(error) }
    let longest = max(picture.height, picture.width)
    guard longest > side else { return picture }
    return picture.resized(
      height: max(1, picture.height * side / longest),
      width: max(1, picture.width * side / longest), by: .pillowBilinear) ?? picture
  }
}
