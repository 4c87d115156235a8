package import TGPlan
package import TGTensor

/// A plan that was decoded and checked, with its constant numbers.
package struct LoadedPlan: Sendable {
  /// The plan, accepted by the plan checker.
  package let plan: Plan
  /// Its weight section.
  package let weights: WeightSection
  /// What compares the weights that are used with their checksums; nil if nothing does.
  package let verification: WeightVerification?

  /// Joins a checked plan with its weights.
  package init(plan: Plan, weights: WeightSection, verification: WeightVerification? = nil) {
    self.plan = plan
    self.weights = weights
    self.verification = verification
  }
}
