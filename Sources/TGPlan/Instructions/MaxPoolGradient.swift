package import TGTensor

/// The adjoint of a maximum over windows of `[N, H, W, C]`: `out = 0`, then every `gradient[n, i, j,
/// c]` is added to `out[n, y, x, c]` at the first largest element of its window of `input`, rows
/// first. Not-a-number is larger than every number; the last of several is taken (PyTorch's rule).
package struct MaxPoolGradient: Hashable, Sendable {
  /// What was pooled, `[N, H, W, C]`, innermost stride 1.
  package var input: View
  /// `[N, OH, OW, C]`, innermost stride 1.
  package var gradient: View
  /// The result, extents of `input`, innermost stride 1.
  package var output: View
  /// The windows; each has at least one position inside the picture.
  package var window: Pooling.Window

  /// Makes an adjoint pooling.
  package init(input: View, gradient: View, output: View, window: Pooling.Window) {
    self.input = input
    self.gradient = gradient
    self.output = output
    self.window = window
  }
}

extension MaxPoolGradient: InstructionKind {
  package static let field: StaticString = "max_pool_gradient"
  package var instruction: Instruction { .maxPoolGradient(self) }
  package init() {
    self.init(
      input: View(), gradient: View(), output: View(),
      window: Pooling.Window(kernelHeight: 0, kernelWidth: 0))
  }

  package mutating func visit<Archive: PlanArchive>(
    _ archive: inout Archive
  ) throws(Archive.Failure) {
    try archive.input("input", &input, .input)
    try archive.input("gradient", &gradient, .gradient)
    try archive.output("output", &output)
    try window.visit(&archive)
  }

  package func check(limits: PlanLimits) throws(PlanError) {
    try input.checkPicture(.input)
    try gradient.checkPicture(.gradient)
    try output.checkPicture(.output)
    let (picture, windows) = (input.dimensions, gradient.dimensions)
    try output.checkExtents(picture, .output)
    try gradient.checkExtents([picture[0], windows[1], windows[2], picture[3]], .gradient)
    try window.check(windows, over: picture)
  }

  /// Every position of every window.
  package func elementsRead(of operands: [NamedView]) -> Int? {
    window.elementsRead(at: gradient)
  }
}

extension ViewRole {
  /// What is to be passed back.
  package static let gradient = ViewRole("the gradient")
}
