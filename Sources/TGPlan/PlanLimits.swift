/// The most that a plan may have of everything: numbers that stand in `spec/plan.md`.
public struct PlanLimits: Hashable, Sendable {
  /// Bytes of the message section.
  public var messageBytes = 100 << 20
  /// Bytes of the text section.
  public var textBytes = 64 << 20
  /// Bytes that reading a plan may take beyond the size of the file.
  public var loadingBytes = 64 << 20
  /// The most bytes of the file's size that count towards what reading may take.
  public var loadingBytesFromFile = 1 << 30
  /// Functions of a plan, and objectives.
  public var functions = 256
  /// Instructions of a plan.
  public var instructions = 1_000_000
  /// Slots of a plan.
  public var slots = 1_000_000
  /// Slots in the weight section, in a function.
  public var weightTensors = 65_536
  /// Inputs and outputs of a function, together.
  public var items = 1024
  /// Tokenizers of a plan.
  public var texts = 64
  /// Phases of a convolution.
  public var phases = 4096
  /// Axes of a view.
  public var rank = 8
  /// Each extent.
  public var extent = Int(Int32.max)
  /// Each attribute of an instruction: strides, pads, kernels.
  public var attribute = 1 << 20
  /// Elements of a slot, of the arena and of the weight section, and strides and offsets.
  public var elements = 1 << 40
  /// Places made by resampling along its axis, over all instructions of a plan.
  public var resampledPlaces = 1 << 24
  /// The work of one run of a function, as `PlanFunction.work` counts it: hours on any machine. The
  /// largest network that we know, StyleGAN at 1024 x 1024, takes 76 thousand millions a picture.
  public var work = 100_000 * PlanLimits.workUnit
  /// Bytes of a name.
  public var nameBytes = 1024

  /// What `--max-work` counts in.
  public static let workUnit = 1_000_000_000

  /// The bytes that reading a file of a size may take.
  func loadingBytes(ofFile size: Int) -> Int { loadingBytes + min(size, loadingBytesFromFile) }

  /// The limits that hold unless others are given.
  public static let standard = PlanLimits()

  /// What a limit is about.
  package enum Quantity: String, Hashable, Sendable {
    case messageBytes = "bytes in the message section"
    case textBytes = "bytes in the text section"
    case functions, objectives, instructions, slots
    case weightTensors = "weight tensors"
    case items = "inputs and outputs"
    case texts = "tokenizers"
    case phases = "phases of a convolution"
    case resampledPlaces = "resampled places"
    case work = "multiply-adds or elements read in one run"
    case nameBytes = "bytes in a name"
    case elements
  }

  /// Makes the limits that hold unless others are given.
  public init() {}
}
