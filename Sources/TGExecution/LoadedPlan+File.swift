package import TGPlan
internal import TGTensor

extension LoadedPlan {
  /// The plan of a file, its weights used where they are mapped.
  ///
  /// - Parameter verifying: whether the weights that a function uses are compared with their
  ///   checksums beside its first run, before anything that it computed is fetched.
  /// - Throws: `unsound` if the weight section is not inside the file at a multiple of 64 bytes.
  package init(_ file: PlanFile, verifying: Bool = true) throws(RuntimeError) {
    guard
      let weights = WeightSection(
        file: file.file, offset: file.weightOffset, count: file.plan.weightBytes)
    else { throw .unsound("the weight section lies outside the file") }
    self.init(
      plan: file.plan, weights: weights, verification: verifying ? WeightVerification(file) : nil)
  }
}
