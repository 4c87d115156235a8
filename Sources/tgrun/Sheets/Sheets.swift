import TGCommandLine
import TGImage
import TGSession

/// Which pictures stand together in one file.
enum SheetForm: Hashable {
  /// The frames of an item, so many, in one row.
  case strip(Int)
  /// All pictures of the run, so many, in rows.
  case grid(columns: Int, count: Int)

  /// What the options ask for; nil if each picture has a file of its own.
  ///
  /// - Parameters:
  ///   - items: how many pictures are made.
  ///   - frames: how many frames each run has, 0 or 1 if it is one picture.
  init?(_ options: RunOptions, items: Int, frames: Int) throws(Failure) {
    let isNumbered = options.outdir != nil || options.out?.contains(Naming.frameNumber) == true
    guard let grid = options.sheets.grid else {
      guard frames > 1, !isNumbered else { return nil }
      self = .strip(frames)
      return
    }
    guard !isNumbered else {
      throw Failure(
        .usage,
        "--grid puts all pictures into one, and "
          + (options.outdir == nil ? "-o \(options.out ?? "")" : "--outdir") + " asks for many",
        hint: "say -o SHEET.png")
    }
    if let cells = grid.cells, cells < items {
      throw Failure(
        .usage, "--grid \(grid) has room for \(cells) pictures, and \(items) are made",
        hint: "say --grid \(grid.columns), for as many rows as needed")
    }
    self = .grid(columns: grid.columns, count: items)
  }

  /// How many pictures are in one file.
  var count: Int {
    switch self {
    case .strip(let count), .grid(_, let count): count
    }
  }
}

/// The sheets of a run while they are filled.
struct Sheets {
  private let form: SheetForm?
  private let labels: Labels
  /// The pictures so far of each sheet, by path, and the item of the first.
  private var open: [String: (first: NamedItem, sheet: ContactSheet)] = [:]

  /// Nothing is there yet.
  init(_ form: SheetForm?, labels: Labels) {
    self.form = form
    self.labels = labels
  }

  /// Takes the picture of an item.
  ///
  /// - Returns: the picture itself, or the sheet that it completes with the item of its first
  ///   picture; nil as long as others are missing.
  mutating func take(
    _ picture: Picture, of item: NamedItem, at path: String
  ) throws -> (Picture, NamedItem)? {
    guard let form else { return (picture, item) }
    let empty: ContactSheet =
      switch form {
      case .strip(let count): ContactSheet(columns: count)
      case .grid(let columns, _): ContactSheet(columns: columns, title: labels.title)
      }
    var (first, sheet) = open[path] ?? (item, empty)
    if case .grid = form {
      sheet.add(picture, heading: labels.heading(of: item), text: labels.text(of: item))
    } else {
      sheet.add(picture)
    }
    open[path] = (first, sheet)
    guard sheet.pictures.count == form.count else { return nil }
    open[path] = nil
    return (try Self.whole(sheet), first)
  }

  /// The sheets whose other pictures could not be made.
  mutating func rest() throws -> [(path: String, picture: Picture, first: NamedItem)] {
    defer { open = [:] }
    return try open.map { ($0.key, try Self.whole($0.value.sheet), $0.value.first) }
  }

  private static func whole(_ sheet: ContactSheet) throws -> Picture {
    guard let whole = sheet.picture else {
      throw Failure(.badInput, "the pictures are too large to stand in one sheet")
    }
    return whole
  }
}
