import ArgumentParser
import TGImage
import TGPlan
import TGTensor

/// How pictures are brought to the size of a plan before it sees them.
enum PictureResize: String, ExpressibleByArgument, CaseIterable {
  /// As the plan says: its own sizes, or its own fit.
  case plan
  /// As clean-fid: Pillow's bicubic on each channel in floating point, clamped, not rounded.
  case clean
  /// As PyTorch: bilinear, half-pixel centres, no antialiasing.
  case pytorch
  /// As TensorFlow 1 and torch-fidelity: bilinear from the corner, no antialiasing.
  case tensorflow

  /// The arithmetic; nil where the plan decides.
  private var convention: ResampleTable.Convention? {
    switch self {
    case .plan: nil
    case .clean: .pillowBicubic
    case .pytorch: .torchBilinear
    case .tensorflow: .legacyBilinear
    }
  }

  /// How a protocol says it.
  var description: String {
    switch self {
    case .plan: "by the plan"
    case .clean: "clean (Pillow bicubic in floating point, clamped)"
    case .pytorch: "pytorch (bilinear, half-pixel centres)"
    case .tensorflow: "tensorflow (bilinear, no half pixel)"
    }
  }

  /// A picture as numbers `[1, C, H, W]` for an input; nil if the plan decides or the input is none.
  func tensor(of picture: Picture, for item: InterfaceItem) -> HostTensor? {
    guard let convention, let rule = item.kind.source.picture else { return nil }
    let extents = item.itemShape
    let samples = picture.converted(channels: extents[0]).tensor(low: 0, high: 255)
    guard let sized = samples.resized(height: extents[1], width: extents[2], by: convention) else {
      return nil
    }
    let step = (Double(rule.high) - Double(rule.low)) / 255
    return sized.map { Float(Double(min(max($0, 0), 255)) * step + Double(rule.low)) }
  }
}
