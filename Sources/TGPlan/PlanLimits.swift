/// The most that a plan may have of everything: numbers that stand in `spec/plan.md`.
package struct PlanLimits: Hashable, Sendable {
  /// Bytes of the message section.
  package var messageBytes = 100 << 20
  /// Bytes of the text section.
  package var textBytes = 64 << 20
  /// Bytes that reading a plan may take beyond the size of the file.
  package var loadingBytes = 64 << 20
  /// The most bytes of the file's size that count towards what reading may take.
  package var loadingBytesFromFile = 1 << 30
  /// Functions of a plan, and objectives.
  package var functions = 256
  /// Instructions of a plan.
  package var instructions = 1_000_000
  /// Slots of a plan.
  package var slots = 1_000_000
  /// Slots in the weight section, in a function.
  package var weightTensors = 65_536
  /// Inputs and outputs of a function, together.
  package var items = 1024
  /// Tokenizers of a plan.
  package var texts = 64
  /// Phases of a convolution.
  package var phases = 4096
  /// Axes of a view.
  package var rank = 8
  /// Each extent.
  package var extent = Int(Int32.max)
  /// Each attribute of an instruction: strides, pads, kernels.
  package var attribute = 1 << 20
  /// Elements of a slot, and strides and offsets of views.
  package var elements = 1 << 40
  /// Bytes of the arena and of the weight section.
  package var bytes = 1 << 42
  /// Positions made by resampling along its axis, over all instructions of a plan.
  package var resampledPositions = 1 << 24
  /// The work of one run of a function, as `PlanFunction.work` counts it: hours on any machine. The
  /// largest network that we know, StyleGAN at 1024 x 1024, takes 76 thousand millions a picture.
  package var work = 100_000 * PlanLimits.workUnit
  /// Bytes of a name.
  package var nameBytes = 1024

  /// What `--max-work` counts in.
  package static let workUnit = 1_000_000_000

  /// The bytes that reading a file of a size may take.
  func loadingBytes(ofFile size: Int) -> Int { loadingBytes + min(size, loadingBytesFromFile) }

  /// The limits that hold unless others are given.
  package static let standard = PlanLimits()

  /// What a limit is about.
  package enum Quantity: String, Hashable, Sendable {
    case messageBytes = "bytes in the message section"
    case textBytes = "bytes in the text section"
    case functions, objectives, instructions, slots
    case weightTensors = "weight tensors"
    case items = "inputs and outputs"
    case texts = "tokenizers"
    case phases = "phases of a convolution"
    case resampledPositions = "resampled positions"
    case work = "multiply-adds or elements read in one run"
    case nameBytes = "bytes in a name"
    case elements, bytes
  }

  /// Makes the limits that hold unless others are given.
  package init() {}
}
