import TGCommandLine
import TGPlan
import TGSession

/// What differs between the items of a run besides captions and pictures, and how items are made of
/// all of them.
struct ItemPlan {
  private let seeds: [UInt64]
  /// The seeds as `--seeds` takes them, if there are several.
  let seedList: String?
  private let frames: [Int?]
  /// The item's number in the noise, if a run is repeated.
  private let noiseItem: Int?
  /// The rows of the arrays given; nil if there is one.
  private let rows: Range<Int>?
  private let rowInput: String

  /// - Parameter lists: how many pairs of a picture and a caption of lists each seed is run with.
  init(
    _ options: RunOptions, inputs: Inputs, editing: Editing, lists: Int, replay: Replay?
  ) throws {
    frames = replay?.frame.map { [$0] } ?? editing.frames.map { (0..<$0).map { $0 } } ?? [nil]
    let perSeed = lists * inputs.rows * frames.count
    let room = editing.draws ? options.sheets.grid?.cells.map { $0 / max(1, perSeed) } : nil
    seeds = try editing.seed.map { [$0] } ?? Self.seeds(options, room: max(1, room ?? 1))
    seedList =
      seeds.count == 1 ? nil : options.seeds ?? "\(seeds[0])-\(seeds[seeds.count - 1])"
    noiseItem = replay?.noiseItem
    rows = inputs.rows > 1 ? 0..<inputs.rows : nil
    rowInput = inputs.rowInput
  }

  /// The first seed, which is told.
  var firstSeed: UInt64 { seeds.first ?? 0 }

  /// How many items each caption of each picture has.
  var count: Int { seeds.count * frames.count }

  /// Items that are computed in batches together: one for each picture, caption, seed and frame.
  func items(
    pictures: [NamedItem.OwnPicture?] = [nil], captions: [CaptionLines.Line?] = [nil],
    input: String? = nil
  ) -> [NamedItem] {
    pictures.flatMap { picture in
      captions.flatMap { caption in
        seeds.flatMap { seed in
          frames.map { frame in
            NamedItem(
              seed: seed, noiseItem: noiseItem ?? 0, picture: picture, caption: caption,
              input: input, frame: frame)
          }
        }
      }
    }
  }

  /// The groups of a run that is known beforehand: the rows of the arrays, which belong together,
  /// for each seed and frame, or everything in one group.
  func groups(_ captions: CaptionList?) throws -> [[NamedItem]] {
    guard let rows else {
      return [items(captions: captions?.lines ?? [nil], input: captions?.input.name)]
    }
    if let captions, captions.lines.count != rows.count {
      throw SessionError.itemCounts(captions.path, captions.lines.count, rowInput, rows.count)
    }
    let shown = noiseItem.map { [$0] } ?? Array(rows)
    return seeds.flatMap { seed in
      frames.map { frame in
        shown.map { row in
          NamedItem(
            seed: seed, noiseItem: row, row: row, caption: captions?.lines[row],
            input: captions?.input.name, frame: frame)
        }
      }
    }
  }

  /// - Parameter room: how many seeds are taken, from the one given on, where no list says it.
  private static func seeds(_ options: RunOptions, room: Int) throws -> [UInt64] {
    guard let text = options.seeds else {
      let first = options.seed?.drawn() ?? 0
      let last = first.addingReportingOverflow(UInt64(room - 1))
      guard !last.overflow else {
        throw Failure(
          .usage, "--grid takes \(room) seeds from \(first) on, and there are not so many",
          hint: "say them: --seeds LIST")
      }
      return Array(first...last.partialValue)
    }
    guard options.seed == nil else {
      throw Failure(.usage, "--seed and --seeds are both given", hint: "say one of them")
    }
    guard let list = SeedList(text) else {
      throw Failure(
        .usage, "--seeds \(text) is no list of seeds",
        hint: "seeds are whole numbers below 2^64 and ranges, such as 0-35,97; at most "
          + "\(SeedList.limit)")
    }
    return list.seeds
  }
}

/// An item with what its files are called by.
struct NamedItem {
  /// A picture that is this item's only.
  struct OwnPicture: Hashable {
    /// The input that it is for.
    let input: String
    /// Where it is.
    let path: String
    /// Its index among all pictures.
    let index: Int
  }

  /// What is computed.
  let run: RunItem
  /// The picture it has of its own, if each of many is an item.
  let picture: OwnPicture?
  /// The line of its caption in the list, from 1.
  let line: Int?
  /// Its row in the arrays given, if they have several.
  let row: Int?
  /// The number of its frame, from 0, if codes move.
  let frame: Int?

  init(
    seed: UInt64, noiseItem: Int, row: Int? = nil, picture: OwnPicture? = nil,
    caption: CaptionLines.Line?, input: String?, frame: Int?
  ) {
    var captions: [String: String] = [:]
    if let caption, let input { captions[input] = caption.text }
    run = RunItem(seed: seed, noiseItem: noiseItem, row: row ?? 0, captions: captions)
    self.picture = picture
    line = caption?.number
    self.row = row
    self.frame = frame
  }
}
