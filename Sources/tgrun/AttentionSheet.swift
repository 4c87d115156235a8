import TGCommandLine
import TGImage
import TGPlan
import TGSession
import TGTensor

/// Maps that are to be drawn: `NAME`, or `NAME:N` for the N most attended words.
struct AttentionRequest {
  /// The output.
  let name: String
  /// How many words are shown, the most attended first; nil for all, in the order of the caption.
  let most: Int?

  /// Reads the notation, and makes sure that the output holds maps, `[N, words, H, W]`.
  init(_ text: String, of variants: FunctionVariants) throws {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    name = String(parts[0])
    most = parts.count == 2 ? Int(parts[1]) : nil
    let output = try variants.output(name)
    guard output.itemShape.count == 3, !output.takesPicture else {
      throw Failure(
        .usage,
        "--attention \(name): attention maps are [N, words, H, W], and this is "
          + "[N" + output.itemShape.map { ", \($0)" }.joined() + "]")
    }
    guard parts.count == 1 || most.map({ $0 > 0 }) ?? false else {
      throw Failure(
        .usage, "--attention \(text) does not say how many words",
        hint: "say --attention \(name):5, or --attention \(name) for all")
    }
  }
}

/// A picture and, word by word, the same picture with where the word attends, side by side.
struct AttentionSheet {
  /// The sheet.
  let picture: Picture

  /// Draws maps `[1, words, H, W]`, one cell for each of `words`, or for each map that is not all
  /// zero if the words are not known.
  ///
  /// - Parameter most: nil for the picture glowing where each word attends. Otherwise so many of the
  ///   most attended words, each as the picture under its map: figure 4 of AttnGAN (Xu et al., CVPR
  ///   2018), drawn as its authors do.
  init(picture: Picture, maps: HostTensor, words: [String], most: Int?) throws {
    let extents = maps.shape.dimensions
    let area = extents[2] * extents[3]
    let all = (0..<extents[1]).map { index in
      HostTensor(
        [extents[2], extents[3]], Array(maps.elements[index * area..<(index + 1) * area]))
    }
    var shown = all.indices.filter { index in
      words.isEmpty ? all[index].elements.contains { $0 != 0 } : index < words.count
    }
    // What each word has if all have the same.
    let share = 1 / Float(max(1, shown.count))
    if let most { shown = Array(Self.ranked(shown, all, share: share).prefix(most)) }
    let base = picture.converted(channels: 3).with8Bits()
    var sheet = ContactSheet(columns: min(shown.count + 1, max(1, 2048 / base.width)))
    sheet.add(base)
    for index in shown {
      let cell =
        most == nil
        ? base.overlaid(attention: all[index])
        : base.under(attention: all[index], above: 2 * share)
      guard let cell else { throw Failure(.badInput, "the attention maps have no area") }
      sheet.add(cell, text: index < words.count ? words[index] : "")
    }
    guard let picture = sheet.picture else {
      throw Failure(.badInput, "the attention maps are too large to stand in one sheet")
    }
    self.picture = picture
  }

  /// Words by the attention that is above four times the even share, then by all of it.
  private static func ranked(_ words: [Int], _ maps: [HostTensor], share: Float) -> [Int] {
    func sum(_ index: Int, above least: Float) -> Double {
      maps[index].elements.reduce(0) { $1 > least ? $0 + Double($1) : $0 }
    }
    let scores = words.map { (strong: sum($0, above: 4 * share), all: sum($0, above: 0), word: $0) }
    return scores.sorted { one, other in
      one.strong != other.strong
        ? one.strong > other.strong
        : one.all != other.all ? one.all > other.all : one.word < other.word
    }.map(\.word)
  }
}
