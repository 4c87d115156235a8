package import TGTensor

/// How a picture of another size or shape is brought to the size that a plan declares.
package enum PictureFit: Hashable, Sendable {
  /// Resized so that it just covers the size, then the centre is cut out. With `shorterSide`, the
  /// shorter side is first brought to that many pixels, which leaves a margin to cut off; it is
  /// raised where it would not cover the size.
  case crop(shorterSide: Int?)
  /// Resized to the size, whatever becomes of its proportions.
  case stretch
  /// Resized to lie inside the size, on white.
  case pad

  /// Reads the form used in graphs: `crop`, `crop 136`, `stretch` or `pad`.
  package init?(_ text: String) {
    let words = text.split(separator: " ")
    switch (words.first, words.count) {
    case ("crop", 1): self = .crop(shorterSide: nil)
    case ("crop", 2):
      guard let side = Int(words[1]), (1...16_384).contains(side) else { return nil }
      self = .crop(shorterSide: side)
    case ("stretch", 1): self = .stretch
    case ("pad", 1): self = .pad
    default: return nil
    }
  }
}

/// The filter of a picture input, by the name used in graphs.
package struct PictureFilter: Hashable, Sendable {
  /// The arithmetic behind the name.
  package let convention: ResampleTable.Convention

  /// Reads `nearest`, `box`, `bilinear`, `hamming`, `bicubic` or `lanczos`, which are Pillow's; the
  /// same with `pillow-`; `torch-` with a mode of PyTorch, such as `torch-bilinear`,
  /// `torch-bilinear-aligned`, `torch-area`; `bilinear-legacy` (TensorFlow 1) or `bicubic-matlab`.
  package init?(_ name: String) {
    let torch = name.hasPrefix("torch-") ? String(name.dropFirst(6)) : nil
    let candidates: [String]
    if let torch {
      candidates = [torch]
    } else {
      candidates = ["pillow-" + name, name.contains("-") ? name : ""]
    }
    for candidate in candidates {
      guard let convention = ResampleTable.Convention(rawValue: candidate) else { continue }
      if torch != nil && convention.isPillow { return nil }
      self.convention = convention
      return
    }
    return nil
  }

  /// The names that a message offers.
  package static let names = [
    "nearest", "box", "bilinear", "hamming", "bicubic", "lanczos", "torch-nearest",
    "torch-bilinear", "torch-bilinear-aligned", "torch-bicubic", "torch-bicubic-aligned",
    "torch-area", "torch-bilinear-antialiased", "torch-bicubic-antialiased", "bilinear-legacy",
    "bicubic-matlab",
  ]
}

extension Picture {
  /// The picture brought to a size; itself if it has that size and nothing is to be cut off.
  ///
  /// - Returns: nil if the size is impossible.
  package func fitted(
    height target: Int, width across: Int, fit: PictureFit, by filter: PictureFilter
  ) -> Picture? {
    guard target > 0, across > 0 else { return nil }
    let framing = Framing(height, width, height: target, width: across, fit: fit)
    guard var fitting = PictureFitting(self, framing: framing, convention: filter.convention) else {
      return nil
    }
    fitting.take(self)
    return fitting.sheet(height: target, width: across)
  }

  /// What a plan's picture input takes: the channels, size and range that it declares.
  ///
  /// - Returns: `[1, channels, height, width]`; nil if the size is impossible.
  package func tensor(_ form: PictureForm) -> HostTensor? {
    guard var fitting = form.fitting(height: height, width: width, depth: depth) else { return nil }
    fitting.take(converted(channels: form.channels))
    return form.tensor(fitting)
  }
}

/// Where a fitted picture comes from: the size that the whole picture is brought to, the part of it
/// that is kept, and where that part lies on the sheet.
struct Framing {
  let height: Int
  let width: Int
  let rows: Range<Int>
  let columns: Range<Int>
  /// The first row and column of the part on the sheet.
  let top: Int
  let left: Int

  /// The framing of a picture at another size of which a part is kept.
  init(height: Int, width: Int, rows: Range<Int>, columns: Range<Int>) {
    self.height = height
    self.width = width
    self.rows = rows
    self.columns = columns
    top = 0
    left = 0
  }

  /// The framing of a picture of `tall` rows and `wide` columns on a sheet.
  init(_ tall: Int, _ wide: Int, height target: Int, width across: Int, fit: PictureFit) {
    var whole = (height: target, width: across)
    switch fit {
    case .stretch:
      break
    case .crop(let shorterSide):
      whole = Self.covering(tall, wide, target, across, shorterSide: shorterSide)
    case .pad where tall * across > wide * target:
      whole.width = max(1, (2 * target * wide + tall) / (2 * tall))
    case .pad:
      whole.height = max(1, (2 * across * tall + wide) / (2 * wide))
    }
    (height, width) = whole
    let above = Self.margin(max(0, whole.height - target))
    let before = Self.margin(max(0, whole.width - across))
    rows = above..<above + min(target, whole.height)
    columns = before..<before + min(across, whole.width)
    top = max(0, target - whole.height) / 2
    left = max(0, across - whole.width) / 2
  }

  /// The size of the resized picture that a crop is cut from. The longer side is rounded down, as
  /// torchvision's `Resize` does.
  private static func covering(
    _ tall: Int, _ wide: Int, _ target: Int, _ across: Int, shorterSide: Int?
  ) -> (height: Int, width: Int) {
    if let side = shorterSide {
      let size = tall <= wide ? (side, side * wide / tall) : (side * tall / wide, side)
      if size.0 >= target && size.1 >= across { return size }
    }
    return tall * across > wide * target
      ? (max(target, across * tall / wide), across)
      : (target, max(across, target * wide / tall))
  }

  /// Half of what is cut off, halves to the even neighbour, as torchvision's `CenterCrop` does.
  private static func margin(_ excess: Int) -> Int {
    Int((Double(excess) / 2).rounded(.toNearestOrEven))
  }
}
