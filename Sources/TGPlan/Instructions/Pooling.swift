package import TGTensor

/// Maximum or average over windows of `[N, H, W, C]`.
package struct Pooling: Hashable, Sendable {
  /// What is made of a window.
  package enum Function: Int, Hashable, Sendable, CaseIterable {
    /// The largest element inside the picture.
    case maximum = 0
    /// The sum of the elements inside, divided by how many they are.
    case average = 1
    /// The sum of the elements inside, divided by the window's whole area.
    case averageCountingPadding = 2
  }

  /// What is computed.
  package var function: Function
  /// `[N, H, W, C]`, innermost stride 1.
  package var input: View
  /// `[N, OH, OW, C]`, innermost stride 1.
  package var output: View
  /// The windows; each has at least one position inside the picture.
  package var window: Window

  /// Makes a pooling.
  package init(function: Function, input: View, output: View, window: Window) {
    self.function = function
    self.input = input
    self.output = output
    self.window = window
  }

  /// A window that moves over a picture.
  package struct Window: Hashable, Sendable {
    /// Its rows.
    package var kernelHeight: Int
    /// Its columns.
    package var kernelWidth: Int
    /// Rows from window to window.
    package var strideY: Int
    /// Columns from window to window.
    package var strideX: Int
    /// Rows of the first window above the picture.
    package var padTop: Int
    /// Columns of the first window left of the picture.
    package var padLeft: Int

    /// Makes a window of rows and columns, with its steps and pads.
    package init(
      kernelHeight: Int, kernelWidth: Int, strideY: Int = 1, strideX: Int = 1, padTop: Int = 0,
      padLeft: Int = 0
    ) {
      self.kernelHeight = kernelHeight
      self.kernelWidth = kernelWidth
      self.strideY = strideY
      self.strideX = strideX
      self.padTop = padTop
      self.padLeft = padLeft
    }
  }
}

extension Pooling.Function: PlanChoice {}

extension Pooling: InstructionKind {
  package static let field: StaticString = "pool"
  package var instruction: Instruction { .pool(self) }
  package init() {
    self.init(
      function: .maximum, input: View(), output: View(),
      window: Window(kernelHeight: 0, kernelWidth: 0))
  }

  package mutating func visit<Archive: PlanArchive>(
    _ archive: inout Archive
  ) throws(Archive.Failure) {
    try archive.choice("function", &function)
    try archive.input("input", &input, .input)
    try archive.output("output", &output)
    try window.visit(&archive)
  }

  package func check(limits: PlanLimits) throws(PlanError) {
    try input.checkPicture(.input)
    try output.checkPicture(.output)
    let (picture, windows) = (input.dimensions, output.dimensions)
    try output.checkExtents([picture[0], windows[1], windows[2], picture[3]], .output)
    try window.check(windows, over: picture)
  }

  /// Every position of every window.
  package func elementsRead(of operands: [NamedView]) -> Int? {
    window.elementsRead(at: output)
  }
}

extension Pooling.Window {
  /// Shows the fields, which are the last of a message with others before them.
  mutating func visit<Archive: PlanArchive>(_ archive: inout Archive) throws(Archive.Failure) {
    try archive.attribute("kernel_height", &kernelHeight, .positive)
    try archive.attribute("kernel_width", &kernelWidth, .positive)
    try archive.attribute("stride_y", &strideY, .positive)
    try archive.attribute("stride_x", &strideX, .positive)
    try archive.attribute("pad_top", &padTop, .notNegative)
    try archive.attribute("pad_left", &padLeft, .notNegative)
  }

  /// Checks that every window of a picture has a position inside it, both with extents
  /// `[N, rows, columns, C]`.
  func check(_ windows: [Int], over picture: [Int]) throws(PlanError) {
    let axes = [
      (picture[1], windows[1], kernelHeight, strideY, padTop),
      (picture[2], windows[2], kernelWidth, strideX, padLeft),
    ]
    for (extent, count, kernel, stride, pad) in axes {
      guard pad < kernel, (count - 1) * stride - pad < extent else {
        throw PlanError(.rule(.windowOutside))
      }
    }
  }

  /// The positions of all windows; nil if their number does not fit.
  ///
  /// - Parameter windows: A view with an element for each window and channel.
  func elementsRead(at windows: View) -> Int? {
    Int.product(windows.dimensions + [kernelHeight, kernelWidth])
  }
}

extension InstructionRule {
  package static let windowOutside = InstructionRule("a pooling window lies outside the picture")
}
