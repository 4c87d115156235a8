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
    switch fit {
    case .stretch:
      guard target != height || across != width else { return self }
      return resized(height: target, width: across, by: filter.convention)
    case .crop(let shorterSide):
      let whole = covering(height: target, width: across, shorterSide: shorterSide)
      let top = Self.margin(whole.height - target)
      let left = Self.margin(whole.width - across)
      let rows = top..<top + target
      let columns = left..<left + across
      if whole == (height, width) {
        return rows.count == height && columns.count == width
          ? self : cropped(rows: rows, columns: columns)
      }
      return resized(
        height: whole.height, width: whole.width, by: filter.convention, rows: rows,
        columns: columns)
    case .pad:
      let isTaller = height * across > width * target
      let inner =
        isTaller
        ? (height: target, width: max(1, (2 * target * width + height) / (2 * height)))
        : (height: max(1, (2 * across * height + width) / (2 * width)), width: across)
      let small =
        inner == (height, width)
        ? self : resized(height: inner.height, width: inner.width, by: filter.convention)
      guard let small else { return nil }
      var sheet = Picture(
        height: target, width: across, channels: channels, depth: depth,
        samples: [UInt16](repeating: UInt16(largest), count: target * across * channels))
      sheet.paste(small, row: (target - inner.height) / 2, column: (across - inner.width) / 2)
      return sheet
    }
  }

  /// What a plan's picture input takes: the channels, size and range that it declares.
  ///
  /// Pillow's filters resize the samples; the others resize the values, unrounded, so a 16-bit
  /// picture or PyTorch's `interpolate` keeps its precision.
  ///
  /// - Returns: `[1, channels, height, width]`; nil if the size is impossible.
  package func tensor(
    channels: Int, height target: Int, width across: Int, fit: PictureFit,
    by filter: PictureFilter, low: Float, high: Float
  ) -> HostTensor? {
    let picture = converted(channels: channels)
    if !filter.convention.isPillow, fit == .stretch, target != height || across != width {
      return picture.tensor(low: low, high: high).resized(
        height: target, width: across, by: filter.convention)
    }
    return picture.fitted(height: target, width: across, fit: fit, by: filter)?
      .tensor(low: low, high: high)
  }

  /// The size of the resized picture that a crop is cut from. The longer side is rounded down, as
  /// torchvision's `Resize` does.
  private func covering(
    height target: Int, width across: Int, shorterSide: Int?
  ) -> (height: Int, width: Int) {
    if let side = shorterSide {
      let size =
        height <= width ? (side, side * width / height) : (side * height / width, side)
      if size.0 >= target && size.1 >= across { return size }
    }
    return height * across > width * target
      ? (max(target, across * height / width), across)
      : (target, max(across, target * width / height))
  }

  /// Half of what is cut off, halves to the even neighbour, as torchvision's `CenterCrop` does.
  private static func margin(_ excess: Int) -> Int {
    Int((Double(excess) / 2).rounded(.toNearestOrEven))
  }
}
